import { voidOpenCredentials } from '../../db/credentials.ts'
import type { Trx } from '../../db/transact.ts'
import { markSuspended } from '../../db/users/changes.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type Coordination, coordinationOf, noCoordinator } from './coordination.ts'
import { onCentre, permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

/**
 * While a centre's coordinator is suspended, none of its other users has access [guide for
 * Associate coordinators]: derived when asked, so that nothing of theirs is touched.
 */
export async function suspendCoordinator(
  trx: Trx,
  { centre: number, ctx }: { centre: string; ctx: RuleContext },
): Promise<Coordination> {
  const present = await coordinationOf(trx, { number, at: ctx.at, changed: false, ctx })
  const { centre, coordinator, affected } = present
  permit(ctx, 'coordinator.suspend', onCentre(centre))
  if (!coordinator) throw noCoordinator(centre)
  if (coordinator.status !== 'invited' && coordinator.status !== 'active') {
    return present
  }

  await markSuspended(trx, { id: coordinator.id, before: coordinator.status, at: ctx.at })
  await voidOpenCredentials(trx, coordinator.id)
  await appendAudit(trx, {
    ...ctx,
    action: 'coordinator.suspended',
    subject: centre.number,
    facts: { affected, status: { before: coordinator.status, after: 'suspended' } },
    people: { coordinator },
  })
  return coordinationOf(trx, { number, at: ctx.at, changed: true })
}
