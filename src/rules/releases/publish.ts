import { markReleased, markReleaseWithdrawn, type ReleaseRow } from '../../db/releases/releases.ts'
import { together } from '../../db/together.ts'
import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { type ChangedRelease, isWithdrawn } from './edit.ts'
import { type Outlook, outlookOf } from './outlook.ts'
import { findRelease } from './release.ts'
import { findReleased, noticingWhatCloses } from './what-closes.ts'

interface Wanted {
  release: string
  ctx: RuleContext
}

export interface PublishedRelease extends ChangedRelease {
  outlook: Outlook
}

/** From now on it opens, for each centre at its moment. @throws `no-audience`, `no-resource`, `withdrawn` */
export async function publishRelease(trx: Trx, { release: named, ctx }: Wanted): Promise<PublishedRelease> {
  const { by, at } = ctx
  const before = await findRelease(trx, named)
  const subject = `release ${before.id}`
  permit(ctx, 'releases.publish', { name: subject })
  if (before.state === 'withdrawn') throw isWithdrawn(before)
  refuseIncomplete(before)
  // As it will be.
  const outlook = await outlookOf(trx, { ...before, state: 'released' })
  if (before.state === 'released') return { release: before, outcome: 'unchanged', closes: [], outlook }

  await markReleased(trx, { id: before.id, at })
  const facts = {
    name: before.name,
    centres: outlook.centres,
    firstOpensAt: outlook.firstOpensAt?.toISOString() ?? null,
    lastOpensAt: outlook.lastOpensAt?.toISOString() ?? null,
    withoutKeyTime: outlook.without.length,
  }
  await appendAudit(trx, { by, at, action: 'releases.released', subject, facts })
  return { release: await findRelease(trx, String(before.id)), outcome: 'released', closes: [], outlook }
}

function refuseIncomplete({ id, name, audience, resources }: ReleaseRow): void {
  if (audience.length === 0) {
    throw new Refused('no-audience', `Release ${id} (${name}) is for nobody.`, {
      hint: `ssh-admin releases edit ${id} --for all`,
    })
  }
  if (resources.some(({ withdrawn_at }) => withdrawn_at === null)) return
  throw new Refused('no-resource', `Release ${id} (${name}) has no resource that is not withdrawn.`, {
    hint: `ssh-admin releases edit ${id} --resource ID`,
  })
}

/** It opens for nobody any more. */
export async function withdrawRelease(trx: Trx, { release: named, ctx }: Wanted): Promise<ChangedRelease> {
  const { by, at } = ctx
  const [before, releases] = await together(findRelease(trx, named), findReleased(trx))
  const subject = `release ${before.id}`
  permit(ctx, 'releases.withdraw', { name: subject })
  if (before.state === 'withdrawn') return { release: before, outcome: 'unchanged', closes: [] }
  const { closes } = await noticingWhatCloses(trx, {
    ctx,
    releases,
    work: () => markReleaseWithdrawn(trx, { id: before.id, at }),
  })
  const facts = { name: before.name, state: before.state, closes: closes.length }
  await appendAudit(trx, { by, at, action: 'releases.withdrawn', subject, facts })
  return { release: await findRelease(trx, String(before.id)), outcome: 'withdrawn', closes }
}
