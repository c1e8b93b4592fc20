import { isDeepStrictEqual } from 'node:util'
import { changeRelease, findReleases, type ReleaseRow } from '../../db/releases/releases.ts'
import { together } from '../../db/together.ts'
import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { type AudiencePart, audienceText } from './audience.ts'
import { momentText, type ReleaseMoment } from './moment.ts'
import { type Outlook, outlookOf } from './outlook.ts'
import {
  findRelease,
  presentOf,
  refuseContradictions,
  type WantedRelease,
  wantedAudience,
  wantedResources,
} from './release.ts'
import { type Closing, findReleased, noticingWhatCloses } from './what-closes.ts'

/** What is to be another; what is absent stays. */
export interface ReleaseChanges {
  name?: string | undefined
  resources?: readonly string[] | undefined
  audience?: readonly AudiencePart[] | undefined
  opens?: ReleaseMoment | undefined
  /** Null: it never closes. */
  closes?: ReleaseMoment | null | undefined
}

export interface ChangedRelease {
  release: ReleaseRow
  outcome: 'edited' | 'released' | 'withdrawn' | 'unchanged'
  /** For whom it closes by this. */
  closes: Closing[]
  /** When it opens for whom, where it is released already and that is another now. */
  outlook?: Outlook | undefined
}

interface Editing {
  release: string
  changes: ReleaseChanges
  ctx: RuleContext
}

/** Changes a release, and with it what opens when. @throws `withdrawn` */
export async function editRelease(
  trx: Trx,
  { release: named, changes, ctx }: Editing,
): Promise<ChangedRelease> {
  const { by, at } = ctx
  const [before, releases, resources, audience, same] = await together(
    findRelease(trx, named),
    findReleased(trx),
    changes.resources ? wantedResources(trx, changes.resources) : Promise.resolve(undefined),
    changes.audience ? wantedAudience(trx, changes.audience) : Promise.resolve(undefined),
    changes.name === undefined ? Promise.resolve([]) : findReleases(trx, { name: changes.name }),
  )
  const subject = `release ${before.id}`
  permit(ctx, 'releases.edit', { name: subject })
  if (before.state === 'withdrawn') throw isWithdrawn(before)
  const present = presentOf(before)
  const wanted: WantedRelease = {
    name: changes.name ?? present.name,
    resources: resources ?? present.resources,
    audience: audience ?? present.audience,
    opens: changes.opens ?? present.opens,
    closes: changes.closes === undefined ? present.closes : changes.closes,
  }
  const [was, is] = [factsOf(present), factsOf(wanted)]
  if (isDeepStrictEqual(was, is)) return { release: before, outcome: 'unchanged', closes: [] }
  refuseContradictions({ id: before.id, ...wanted }, { same })

  const { closes } = await noticingWhatCloses(trx, {
    ctx,
    releases,
    work: () =>
      changeRelease(trx, {
        id: before.id,
        name: wanted.name,
        opens: is.opens,
        closes: is.closes,
        resourceIds: is.resources,
        audience: wanted.audience,
      }),
  })
  const facts = { before: was, after: is, closes: closes.length }
  await appendAudit(trx, { by, at, action: 'releases.edited', subject, facts })
  const release = await findRelease(trx, String(before.id))
  const opensAnew = before.state === 'released' && !isDeepStrictEqual({ ...was, name: is.name }, is)
  return {
    release,
    outcome: 'edited',
    closes,
    outlook: opensAnew ? await outlookOf(trx, release) : undefined,
  }
}

function factsOf({ name, resources, audience, opens, closes }: WantedRelease) {
  return {
    name,
    opens: momentText(opens),
    closes: closes && momentText(closes),
    resources: resources.map(({ id }) => id),
    audience: audience.map(audienceText).sort(),
  }
}

export function isWithdrawn({ id, name }: ReleaseRow): Refused {
  return new Refused('withdrawn', `Release ${id} (${name}) is withdrawn.`, {
    hint: 'ssh-admin releases create makes another.',
  })
}
