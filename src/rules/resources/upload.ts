import { findResources, insertResource, type ResourceRow } from '../../db/resources/resources.ts'
import type { ResourceArea, ResourceKind } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { keepContent, type Uploaded } from './keep-content.ts'
import type { ChangedResource } from './resource.ts'

export interface ResourceFacts {
  title: string
  kind: ResourceKind
  area: ResourceArea
  /** `2026-06`. */
  series: string
  /** Each `0500/12`. */
  components: readonly string[]
}

interface Uploading extends ResourceFacts {
  file: Uploaded
  ctx: RuleContext
}

/** Makes a resource of a file; its bytes are kept once, however often they are uploaded. */
export async function uploadResource(trx: Trx, { file, ctx, ...facts }: Uploading): Promise<ChangedResource> {
  const { by, at } = ctx
  permit(ctx, 'resources.upload', { name: file.name })
  const { contentId, mended } = await keepContent(trx, file)
  const same = (await findResources(trx, { contentId, withdrawn: false })).find((one) =>
    isSame(one, facts, file.name),
  )
  if (same && !mended) return { resource: same, outcome: 'unchanged' }
  if (same) {
    const facts = { file: file.name, bytes: file.bytes, sha256: file.sha256 }
    await appendAudit(trx, { by, at, action: 'resources.mended', subject: `resource ${same.id}`, facts })
    const [resource = same] = await findResources(trx, { ids: [same.id] })
    return { resource, outcome: 'mended' }
  }

  const id = await insertResource(trx, { ...facts, file: file.name, contentId, at })
  await appendAudit(trx, {
    by,
    at,
    action: 'resources.uploaded',
    subject: `resource ${id}`,
    facts: { ...facts, file: file.name, bytes: file.bytes, sha256: file.sha256 },
  })
  const [resource] = await findResources(trx, { ids: [id] })
  if (!resource) throw new Error(`resource ${id} is gone`)
  return { resource, outcome: 'uploaded' }
}

function isSame(one: ResourceRow, facts: ResourceFacts, file: string): boolean {
  return (
    one.title === facts.title &&
    one.kind === facts.kind &&
    one.area === facts.area &&
    one.series === facts.series &&
    one.file === file &&
    one.components.join() === [...facts.components].sort().join()
  )
}
