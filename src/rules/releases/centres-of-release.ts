import type { CentreOfRelease, ReleaseRow } from '../../db/releases.ts'
import type { ResourceRow } from '../../db/resources.ts'
import type { KeyTimes, TimeProblem } from '../key-times/lookup.ts'
import { plainTime } from '../../plain-time.ts'
import { momentAtCentre, type MomentAtCentre, readStoredMoment } from './moment.ts'
import type { CentreGroup, ReleaseFacts } from './release-facts.ts'

/** When a release opens and closes at one centre. */
interface MomentsAtCentre {
  /** Null where it cannot be computed, as `problem` says; `closesAt` also where the release never closes. */
  opensAt: Date | null
  closesAt: Date | null
  /** The time zone of the centre. */
  zone: string | null
  /** Why the release never opens at the centre. */
  problem: TimeProblem | ClosesFirst | null
}

/** The problem of a release that closes at a centre before it would open. */
interface ClosesFirst extends Pick<TimeProblem, 'message' | 'hint'> {
  code: 'ends-before-it-begins'
}

/** Centres that a release gives something at the same moments, or at none for the same reason. */
export interface CentresByMoments extends MomentsAtCentre {
  centres: readonly CentreOfRelease[]
}

interface CentresOfRelease {
  /** The resources that the release gives a centre; empty where the centre is outside the audience. */
  resourcesFor: (centre: CentreOfRelease) => ResourceRow[]
  momentsFor: (centre: CentreOfRelease) => MomentsAtCentre
  /** A superset of the centres that the release gives something, in the order in which they were read. */
  candidates: () => readonly CentreOfRelease[]
  /** All centres that the release gives something, grouped so that shared moments are computed only once. */
  centresByMoments: () => Generator<CentresByMoments>
}

/** Up to this many centres, checking each one is cheaper than narrowing them down first. */
const maxCentresCheckedSingly = 10

/** Works out which centres a release reaches, with which resources and at which moments. */
export function centresOfRelease(release: ReleaseRow, facts: ReleaseFacts): CentresOfRelease {
  const momentsFor = momentsOf(release, facts.keyTimes)
  const available = release.resources.filter(({ withdrawn_at }) => withdrawn_at === null)
  const namedNumbers = new Set(
    release.audience.flatMap(({ kind, value }) => (kind === 'centre' ? value : [])),
  )
  const byEntry = release.audience.some(({ kind }) => kind === 'entries')
  const withEntries = new Map(
    byEntry ? available.map((resource) => [resource.id, facts.withEntries(resource)]) : [],
  )
  const cache = new Map<CentreGroup, { inAudience: boolean; allowed: ResourceRow[] }>()
  let byNumber: CentreOfRelease[] | undefined

  function sharedByGroup(group: CentreGroup) {
    const cached = cache.get(group)
    if (cached) return cached
    const { first } = group
    const inAudience = isInAudience(first, release.audience, facts)
    const allowed = available.filter(({ kind }) => kind !== 'listening-audio' || hasGlobalListening(first))
    cache.set(group, { inAudience, allowed })
    return { inAudience, allowed }
  }

  function resourcesFor(centre: CentreOfRelease): ResourceRow[] {
    const { inAudience, allowed } = sharedByGroup(facts.groupOf(centre))
    if (inAudience || namedNumbers.has(centre.number)) return allowed
    if (!byEntry) return []
    return allowed.filter(({ id }) => withEntries.get(id)?.some((centres) => centres.has(centre.number)))
  }

  /** Centres that may be in the audience by number or entries: few, so that not every centre has to be checked. */
  function namedCentres(): readonly CentreOfRelease[] {
    if (byNumber) return byNumber
    const numbers = new Set(namedNumbers)
    for (const sets of withEntries.values())
      for (const set of sets) for (const number of set) numbers.add(number)
    byNumber = facts.centresWithNumbers(numbers)
    return byNumber
  }

  function candidates(): readonly CentreOfRelease[] {
    if (facts.centres.length <= maxCentresCheckedSingly) return facts.centres
    return facts.centreGroups.some((group) => sharedByGroup(group).inAudience)
      ? facts.centres
      : namedCentres()
  }

  function* reached(): Generator<CentresByMoments> {
    const singleCentres = new Map<CentreGroup, CentreOfRelease[]>()
    for (const centre of namedCentres()) {
      const group = facts.groupOf(centre)
      if (sharedByGroup(group).inAudience || resourcesFor(centre).length === 0) continue
      const centres = singleCentres.get(group)
      if (centres) centres.push(centre)
      else singleCentres.set(group, [centre])
    }
    for (const group of facts.centreGroups) {
      const { inAudience, allowed } = sharedByGroup(group)
      const centres = inAudience ? group.centres : (singleCentres.get(group) ?? [])
      if (allowed.length === 0 || centres.length === 0) continue
      const moments = momentsFor(group.first)
      if (moments.problem === null || !concernsOneCentre(moments.problem)) yield { centres, ...moments }
      else for (const centre of centres) yield { centres: [centre], ...momentsFor(centre) }
    }
  }

  return { resourcesFor, momentsFor, candidates, centresByMoments: reached }
}

/** Whether a centre is in the audience by its kind, country or zone; its number and entries are not considered. */
function isInAudience(
  centre: CentreOfRelease,
  audience: ReleaseRow['audience'],
  facts: Pick<ReleaseFacts, 'zoneOf'>,
): boolean {
  return audience.some(({ kind, value }) => {
    if (kind === 'all') return true
    if (kind === 'kind') return centre.kind === value
    if (kind === 'country') return centre.country === value
    return kind === 'zone' && String(facts.zoneOf(centre.country)) === value
  })
}

/** Whether a centre is in the audience of a release, by its number and entries too, whatever the resources are. */
export function isReached(
  centre: CentreOfRelease,
  { audience, resources }: Pick<ReleaseRow, 'audience' | 'resources'>,
  facts: Pick<ReleaseFacts, 'zoneOf' | 'withEntries'>,
): boolean {
  if (isInAudience(centre, audience, facts)) return true
  const hasEntry = (resource: ResourceRow) =>
    resource.withdrawn_at === null &&
    facts.withEntries(resource).some((centres) => centres.has(centre.number))
  return audience.some(
    ({ kind, value }) =>
      (kind === 'centre' && value === centre.number) || (kind === 'entries' && resources.some(hasEntry)),
  )
}

/** Listening recordings are only for centres whose exams officers have Global Listening. */
export function hasGlobalListening({
  kind,
  global_listening,
}: Pick<CentreOfRelease, 'kind' | 'global_listening'>): boolean {
  return kind === 'school' || (kind === 'associate-centre' && global_listening === 1)
}

/** Computes moments once per country and time zone, which all centres there share. */
function momentsOf(
  { id, opens, closes, resources }: ReleaseRow,
  keyTimes: KeyTimes,
): (centre: CentreOfRelease) => MomentsAtCentre {
  const [begin, end] = [readStoredMoment(opens), closes === null ? null : readStoredMoment(closes)]
  const series = resources[0]?.series
  const cache = new Map<string, MomentsAtCentre>()
  return (centre) => {
    const key = `${centre.country} ${centre.time_zone ?? ''}`
    const cached = cache.get(key)
    if (cached && (cached.problem === null || !concernsOneCentre(cached.problem))) return cached
    const first = momentAtCentre(begin, centre, { series, keyTimes })
    const last: MomentAtCentre | { problem: TimeProblem } | null =
      end && momentAtCentre(end, centre, { series, keyTimes })
    const problem =
      'problem' in first
        ? first.problem
        : last && 'problem' in last
          ? last.problem
          : closesFirst(id, first, last)
    const found: MomentsAtCentre = {
      opensAt: 'at' in first ? first.at : null,
      closesAt: last && 'at' in last ? last.at : null,
      zone: 'zone' in first ? first.zone : null,
      problem,
    }
    cache.set(key, found)
    return found
  }
}

function closesFirst(id: number, first: MomentAtCentre, last: MomentAtCentre | null): ClosesFirst | null {
  if (last === null || last.at > first.at) return null
  const [opens, closes] = [first.at, last.at].map((at) => plainTime(at.toISOString()))
  return {
    code: 'ends-before-it-begins',
    message: `It would open at ${opens} there, and closes at ${closes}.`,
    hint: `ssh-admin releases edit ${id} --closes MOMENT`,
  }
}

/** Whether a centre lacks a moment; if not, its problem is that the release closes before it opens. */
export function lacksMoment({ problem }: Pick<MomentsAtCentre, 'problem'>): boolean {
  return problem !== null && problem.code !== 'ends-before-it-begins'
}

/** Whether a problem concerns one centre (no time zone); all others concern every centre that shares a Key Time. */
export function concernsOneCentre({ code }: TimeProblem | ClosesFirst): boolean {
  return code === 'no-time-zone'
}

/** What a release gives one centre; computed on each request and never stored. */
export interface Authorisation extends MomentsAtCentre {
  release: ReleaseRow
  centre: CentreOfRelease
  resources: ResourceRow[]
}

/** What a release gives each centre of its audience, whatever the state of the release. */
export function* authorisationsOf(release: ReleaseRow, facts: ReleaseFacts): Generator<Authorisation> {
  const { resourcesFor, momentsFor, candidates } = centresOfRelease(release, facts)
  for (const centre of candidates()) {
    const resources = resourcesFor(centre)
    if (resources.length > 0) yield { release, centre, resources, ...momentsFor(centre) }
  }
}

export type AuthorisationState =
  | Exclude<ReleaseRow['state'], 'released'>
  | 'not-yet-open'
  | 'open'
  | 'closed'
  | 'never-opens'

/** The state of an authorisation at a moment. */
export function stateAt(
  { release, opensAt, closesAt, problem }: Authorisation,
  at: Date,
): AuthorisationState {
  if (release.state !== 'released') return release.state
  if (problem !== null || opensAt === null) return 'never-opens'
  if (at < opensAt) return 'not-yet-open'
  return closesAt !== null && at >= closesAt ? 'closed' : 'open'
}

/** The authorisations of a release that are open at a moment. */
export function* openAuthorisations(
  release: ReleaseRow,
  { facts, at }: { facts: ReleaseFacts; at: Date },
): Generator<Authorisation> {
  for (const authorisation of authorisationsOf(release, facts))
    if (stateAt(authorisation, at) === 'open') yield authorisation
}

/** A moment at which a release opens, with the number of centres in each time zone. */
export interface OpeningByZone {
  at: Date
  /** Numbers of centres by time zone; null for centres without one, which an absolute moment opens too. */
  zones: ReadonlyMap<string | null, number>
}

/** For how many centres a release opens, and when, as `releases list` shows it. */
export interface OpeningSummary {
  centres: number
  first: OpeningByZone | null
  last: OpeningByZone | null
  /** The number of centres for which the moments cannot be computed. */
  withoutKeyTime: number
  /** The number of centres for which the release never opens: these, and those where it closes first. */
  never: number
}

export function openingSummaryOf(release: ReleaseRow, facts: ReleaseFacts): OpeningSummary {
  let count = 0
  let withoutKeyTime = 0
  let never = 0
  let first: OpeningByZone | null = null
  let last: OpeningByZone | null = null
  const byMoment = new Map<number, Map<string | null, number>>()
  for (const { centres, opensAt, zone, problem } of centresOfRelease(release, facts).centresByMoments()) {
    count += centres.length
    if (problem !== null || opensAt === null) {
      never += centres.length
      if (lacksMoment({ problem })) withoutKeyTime += centres.length
      continue
    }
    const zones = byMoment.get(opensAt.getTime()) ?? new Map<string | null, number>()
    zones.set(zone, (zones.get(zone) ?? 0) + centres.length)
    byMoment.set(opensAt.getTime(), zones)
    if (first === null || opensAt < first.at) first = { at: opensAt, zones }
    if (last === null || opensAt > last.at) last = { at: opensAt, zones }
  }
  return { centres: count, first, last, withoutKeyTime, never }
}

/**
 * Whether a release has closed at every centre, so that correcting it no longer helps. A release that closes before
 * it opens has closed once both moments are past; without a known Key Time, once its day is over everywhere.
 */
export function hasClosedEverywhere(
  { opens, closes }: Pick<ReleaseRow, 'opens' | 'closes'>,
  { reached, at }: { reached: readonly CentresByMoments[]; at: Date },
): boolean {
  if (closes === null) return false
  const opensAt = reached.map((one) => one.opensAt)
  const closesAt = reached.map((one) => one.closesAt)
  return isPast(opens, { moments: opensAt, at }) && isPast(closes, { moments: closesAt, at })
}

/** In the westernmost zone (UTC-12) a day ends 36 hours after it began in UTC. */
const maxHoursUntilDayOver = 36

function isPast(text: string, { moments, at }: { moments: readonly (Date | null)[]; at: Date }): boolean {
  const moment = readStoredMoment(text)
  if (moment.kind === 'absolute') return moment.at <= at
  const dayStart = Date.parse(`${moment.date}T00:00Z`)
  const isDayOver = dayStart + (maxHoursUntilDayOver * 60 + moment.offsetMinutes) * 60_000 <= at.getTime()
  return moments.length === 0 ? isDayOver : moments.every((one) => (one === null ? isDayOver : one <= at))
}
