import { setResourceWithdrawn } from '../../db/resources/resources.ts'
import type { Trx } from '../../db/transact.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { type ChangedResource, findResource } from './resource.ts'

interface Wanted {
  id: string
  ctx: RuleContext
}

/** A withdrawn resource opens for nobody; it is never deleted. */
export async function withdrawResource(trx: Trx, { id, ctx }: Wanted): Promise<ChangedResource> {
  const { by, at } = ctx
  const resource = await findResource(trx, id)
  const subject = `resource ${resource.id}`
  permit(ctx, 'resources.withdraw', { name: subject })
  if (resource.withdrawn_at !== null) return { resource, outcome: 'unchanged' }
  await setResourceWithdrawn(trx, { id: resource.id, at })
  await appendAudit(trx, { by, at, action: 'resources.withdrawn', subject, facts: { title: resource.title } })
  return { resource: await findResource(trx, id), outcome: 'withdrawn' }
}

/** It opens again for those for whom its releases open it. */
export async function restoreResource(trx: Trx, { id, ctx }: Wanted): Promise<ChangedResource> {
  const { by, at } = ctx
  const resource = await findResource(trx, id)
  const subject = `resource ${resource.id}`
  permit(ctx, 'resources.restore', { name: subject })
  if (resource.withdrawn_at === null) return { resource, outcome: 'unchanged' }
  await setResourceWithdrawn(trx, { id: resource.id, at: null })
  await appendAudit(trx, { by, at, action: 'resources.restored', subject, facts: { title: resource.title } })
  return { resource: await findResource(trx, id), outcome: 'restored' }
}
