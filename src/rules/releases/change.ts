import { isDeepStrictEqual } from 'node:util'
import {
  changeRelease,
  findReleases,
  type ReleaseRow,
  insertRelease,
  markReleased,
  markReleaseWithdrawn,
} from '../../db/releases.ts'
import { awaitAll, type Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { type AudiencePart, audienceText } from './audience.ts'
import { lacksMoment } from './centres-of-release.ts'
import { momentText, type ReleaseMoment } from './moment.ts'
import { type ReleaseSchedule, scheduleOf } from './schedule.ts'
import {
  findRelease,
  definitionOf,
  refuseContradictions,
  type ReleaseDefinition,
  resolveAudience,
  resolveResources,
} from './release.ts'
import { compareOpen, type Closing, presentAuthorisations } from './what-closes.ts'

interface Creation {
  name: string
  resources: readonly string[]
  audience: readonly AudiencePart[]
  opens: ReleaseMoment
  closes: ReleaseMoment | null
  ctx: RuleContext
}

/** Creates a draft release, which opens for nobody until it is published. */
export async function createRelease(
  trx: Trx,
  { name, resources: ids, audience: parts, opens, closes, ctx }: Creation,
): Promise<ReleaseRow> {
  const { at } = ctx
  permit(ctx, 'releases.create', { name })
  const [resources, audience, same] = await awaitAll(
    resolveResources(trx, ids),
    resolveAudience(trx, parts),
    findReleases(trx, { name }),
  )
  refuseContradictions({ name, resources, audience, opens, closes }, { duplicate: same })

  const moments = { opens: momentText(opens), closes: closes && momentText(closes) }
  const resourceIds = resources.map(({ id }) => id)
  const id = await insertRelease(trx, { name, ...moments, resourceIds, audience, at })
  await appendAudit(trx, {
    ...ctx,
    action: 'releases.created',
    subject: `release ${id}`,
    facts: { name, ...moments, resources: resourceIds, audience: audience.map(audienceText) },
  })
  return findRelease(trx, String(id))
}

/** The values to change; absent ones stay as they are. */
export interface ReleaseChanges {
  name?: string | undefined
  resources?: readonly string[] | undefined
  audience?: readonly AudiencePart[] | undefined
  opens?: ReleaseMoment | undefined
  /** Null: the release never closes. */
  closes?: ReleaseMoment | null | undefined
}

export interface ChangedRelease {
  release: ReleaseRow
  outcome: 'edited' | 'released' | 'withdrawn' | 'unchanged'
  /** The facts that an edit changed. */
  fields?: readonly ReleaseFact[]
  /** What the change closes that was open, and what it opens at once that was not. */
  closes: Closing[]
  opens: Closing[]
  /** When the release opens for which centres; set where an edit changes this for a published release. */
  schedule?: ReleaseSchedule | undefined
}

interface Editing {
  release: string
  changes: ReleaseChanges
  ctx: RuleContext
}

/** Edits a release. @throws `withdrawn` */
export async function editRelease(
  trx: Trx,
  { release: typed, changes, ctx }: Editing,
): Promise<ChangedRelease> {
  const { at } = ctx
  const [before, resources, audience, same] = await awaitAll(
    findRelease(trx, typed),
    changes.resources ? resolveResources(trx, changes.resources) : Promise.resolve(undefined),
    changes.audience ? resolveAudience(trx, changes.audience) : Promise.resolve(undefined),
    changes.name === undefined ? Promise.resolve([]) : findReleases(trx, { name: changes.name }),
  )
  const subject = `release ${before.id}`
  permit(ctx, 'releases.edit', { name: subject })
  if (before.state === 'withdrawn') throw withdrawnRelease(before)
  const present = definitionOf(before)
  const after: ReleaseDefinition = {
    name: changes.name ?? present.name,
    resources: resources ?? present.resources,
    audience: audience ?? present.audience,
    opens: changes.opens ?? present.opens,
    closes: changes.closes === undefined ? present.closes : changes.closes,
  }
  const [was, is] = [factsOf(present), factsOf(after)]
  if (isDeepStrictEqual(was, is)) return { release: before, outcome: 'unchanged', closes: [], opens: [] }
  // In an older store two names may differ only in letter case: a release that keeps its name is not refused for it.
  refuseContradictions({ id: before.id, ...after }, { duplicate: after.name === present.name ? [] : same })

  const opensAnew = before.state === 'released' && !isDeepStrictEqual({ ...was, name: is.name }, is)
  const authorisationsBefore = opensAnew ? await presentAuthorisations(trx, before) : []
  await changeRelease(trx, {
    id: before.id,
    name: after.name,
    opens: is.opens,
    closes: is.closes,
    resourceIds: is.resources,
    audience: after.audience,
  })
  const release = await findRelease(trx, String(before.id))
  const schedule = opensAnew ? await scheduleOf(trx, release) : undefined
  const { closes, opens } = compareOpen({
    before: authorisationsBefore,
    after: schedule?.authorisations ?? [],
    at,
  })
  const facts = { before: was, after: is, closes: closes.length, opens: opens.length }
  await appendAudit(trx, { ...ctx, action: 'releases.edited', subject, facts })
  const fields = releaseFactNames.filter((fact) => !isDeepStrictEqual(was[fact], is[fact]))
  return { release, outcome: 'edited', fields, closes, opens, schedule }
}

const releaseFactNames = ['name', 'opens', 'closes', 'resources', 'audience'] as const
type ReleaseFact = (typeof releaseFactNames)[number]

function factsOf({ name, resources, audience, opens, closes }: ReleaseDefinition) {
  return {
    name,
    opens: momentText(opens),
    closes: closes && momentText(closes),
    resources: resources.map(({ id }) => id),
    audience: audience.map(audienceText).sort(),
  }
}

function withdrawnRelease({ id, name }: ReleaseRow): Refused {
  return new Refused('withdrawn', `Release ${id} (${name}) is withdrawn.`, {
    hint: 'ssh-admin releases create makes another.',
  })
}

interface ReleaseRequest {
  release: string
  ctx: RuleContext
}

export interface PublishedRelease extends ChangedRelease {
  schedule: ReleaseSchedule
}

/** Publishes a release: it opens for each centre at its moment. @throws `no-audience`, `no-resource`, `withdrawn` */
export async function publishRelease(
  trx: Trx,
  { release: typed, ctx }: ReleaseRequest,
): Promise<PublishedRelease> {
  const { at } = ctx
  const before = await findRelease(trx, typed)
  const subject = `release ${before.id}`
  permit(ctx, 'releases.publish', { name: subject })
  if (before.state === 'withdrawn') throw withdrawnRelease(before)
  // The schedule is computed as if the release were published already.
  const schedule = await scheduleOf(trx, { ...before, state: 'released' })
  // A published release stays unchanged even if it has become incomplete: `errors list` reports that.
  if (before.state === 'released')
    return { release: before, outcome: 'unchanged', closes: [], opens: [], schedule }

  refuseIncomplete(before)
  await markReleased(trx, { id: before.id, at })
  const { opens } = compareOpen({ before: [], after: schedule.authorisations, at })
  const facts = {
    name: before.name,
    centres: schedule.centres,
    firstOpensAt: schedule.firstOpensAt?.toISOString() ?? null,
    lastOpensAt: schedule.lastOpensAt?.toISOString() ?? null,
    withoutKeyTime: schedule.without.filter(lacksMoment).length,
    opens: opens.length,
  }
  await appendAudit(trx, { ...ctx, action: 'releases.released', subject, facts })
  return {
    release: await findRelease(trx, String(before.id)),
    outcome: 'released',
    closes: [],
    opens,
    schedule,
  }
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

/** Withdraws a release, which from then on opens for nobody. */
export async function withdrawRelease(
  trx: Trx,
  { release: typed, ctx }: ReleaseRequest,
): Promise<ChangedRelease> {
  const { at } = ctx
  const before = await findRelease(trx, typed)
  const subject = `release ${before.id}`
  permit(ctx, 'releases.withdraw', { name: subject })
  if (before.state === 'withdrawn') return { release: before, outcome: 'unchanged', closes: [], opens: [] }
  const { closes } = compareOpen({ before: await presentAuthorisations(trx, before), after: [], at })
  await markReleaseWithdrawn(trx, { id: before.id, at })
  const facts = { name: before.name, state: before.state, closes: closes.length }
  await appendAudit(trx, { ...ctx, action: 'releases.withdrawn', subject, facts })
  return { release: await findRelease(trx, String(before.id)), outcome: 'withdrawn', closes, opens: [] }
}
