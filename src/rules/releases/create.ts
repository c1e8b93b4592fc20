import { findReleases, insertRelease, type ReleaseRow } from '../../db/releases/releases.ts'
import { together } from '../../db/together.ts'
import type { Trx } from '../../db/transact.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { type AudiencePart, audienceText } from './audience.ts'
import { momentText, type ReleaseMoment } from './moment.ts'
import { findRelease, refuseContradictions, wantedAudience, wantedResources } from './release.ts'

interface Creation {
  name: string
  resources: readonly string[]
  audience: readonly AudiencePart[]
  opens: ReleaseMoment
  closes: ReleaseMoment | null
  ctx: RuleContext
}

/** A draft, which opens for nobody until it is released. */
export async function createRelease(
  trx: Trx,
  { name, resources: ids, audience: parts, opens, closes, ctx }: Creation,
): Promise<ReleaseRow> {
  const { by, at } = ctx
  permit(ctx, 'releases.create', { name })
  const [resources, audience, same] = await together(
    wantedResources(trx, ids),
    wantedAudience(trx, parts),
    findReleases(trx, { name }),
  )
  refuseContradictions({ name, resources, audience, opens, closes }, { same })

  const moments = { opens: momentText(opens), closes: closes && momentText(closes) }
  const resourceIds = resources.map(({ id }) => id)
  const id = await insertRelease(trx, { name, ...moments, resourceIds, audience, at })
  await appendAudit(trx, {
    by,
    at,
    action: 'releases.created',
    subject: `release ${id}`,
    facts: { name, ...moments, resources: resourceIds, audience: audience.map(audienceText) },
  })
  return findRelease(trx, String(id))
}
