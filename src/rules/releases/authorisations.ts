import type { Kysely } from 'kysely'
import { findKeyTimes } from '../../db/key-times/key-times.ts'
import {
  type CentreOfRelease,
  type CentresMeant,
  entryKeys,
  findCentresOfReleases,
  type ReleaseRow,
} from '../../db/releases/releases.ts'
import type { ResourceRow } from '../../db/resources/resources.ts'
import type { Store } from '../../db/schema.ts'
import { type KeyTimes, keyTimesByCountry, type TimeProblem } from '../key-times/lookup.ts'
import { momentAt, type MomentThere, readKept } from './moment.ts'

/** What a release gives one centre; computed when it is asked for, and never kept. */
export interface Authorisation {
  release: ReleaseRow
  centre: CentreOfRelease
  resources: ResourceRow[]
  /** Null where the Key Time is missing, or is no moment. */
  opensAt: Date | null
  closesAt: Date | null
  /** The time zone of the centre. */
  zone: string | null
  problem: TimeProblem | null
}

/** What decides what opens where, read once. */
export interface ReleaseFacts {
  centres: readonly CentreOfRelease[]
  keyTimes: KeyTimes
  /** The administrative zone of a country; undefined where there is none, or two. */
  zoneOf: (country: string) => number | undefined
  hasEntry: (centre: string, resource: ResourceRow) => boolean
}

/** Reads what is needed to say what these releases give these centres. */
export async function readReleaseFacts(
  db: Kysely<Store>,
  {
    releases,
    meant,
    listening = 'not-asked',
  }: { releases: readonly ReleaseRow[]; meant?: CentresMeant; listening?: 'not-asked' | 'asked' },
): Promise<ReleaseFacts> {
  const components = [
    ...new Set(
      releases.flatMap(({ audience, resources }) => {
        const byEntry = audience.some(({ kind }) => kind === 'entries')
        const counting = resources.filter(
          ({ kind }) => byEntry || (listening === 'asked' && kind === 'listening-audio'),
        )
        return counting.flatMap(({ components: own }) => own)
      }),
    ),
  ]
  const entries =
    components.length === 0 ? new Set<string>() : await entryKeys(db, { components, numbers: meant?.numbers })
  const all = await findKeyTimes(db)
  const zones = new Map<string, Set<number>>()
  for (const { country, administrative_zone: zone } of all)
    if (zone !== null) zones.set(country, (zones.get(country) ?? new Set()).add(zone))
  return {
    centres: await findCentresOfReleases(db, meant),
    keyTimes: keyTimesByCountry(all),
    zoneOf: (country) => {
      const [zone, another] = zones.get(country) ?? []
      return another === undefined ? zone : undefined
    },
    hasEntry: (centre, { series, components: own }) =>
      own.some((component) => entries.has(`${centre} ${series} ${component}`)),
  }
}

/** What a release gives each centre of its audience, whatever its state. */
export function* authorisationsOf(release: ReleaseRow, facts: ReleaseFacts): Generator<Authorisation> {
  const moments = momentsOf(release, facts.keyTimes)
  const kept = release.resources.filter(({ withdrawn_at }) => withdrawn_at === null)
  for (const centre of facts.centres) {
    const resources = resourcesFor(centre, { release, kept, facts })
    if (resources.length > 0) yield { release, centre, resources, ...moments(centre) }
  }
}

/** By what it is, whatever its entries. */
function isInAudience(
  centre: CentreOfRelease,
  audience: ReleaseRow['audience'],
  facts: Pick<ReleaseFacts, 'zoneOf'>,
): boolean {
  return audience.some(({ kind, value }) => {
    if (kind === 'all') return true
    if (kind === 'kind') return centre.kind === value
    if (kind === 'country') return centre.country === value
    if (kind === 'zone') return String(facts.zoneOf(centre.country)) === value
    return kind === 'centre' && centre.number === value
  })
}

/** Listening recordings are only for centres whose exams officers have Global Listening. */
function resourcesFor(
  centre: CentreOfRelease,
  { release, kept, facts }: { release: ReleaseRow; kept: readonly ResourceRow[]; facts: ReleaseFacts },
): ResourceRow[] {
  const isIn = isInAudience(centre, release.audience, facts)
  const byEntry = !isIn && release.audience.some(({ kind }) => kind === 'entries')
  if (!isIn && !byEntry) return []
  return kept.filter(
    (resource) =>
      (resource.kind !== 'listening-audio' || hasGlobalListening(centre)) &&
      (isIn || facts.hasEntry(centre.number, resource)),
  )
}

/** Centres of the audience with entries for a recording that they cannot have; the facts are read with `listening`. */
export function withoutGlobalListening(
  { audience, resources }: ReleaseRow,
  facts: ReleaseFacts,
): CentreOfRelease[] {
  const recordings = resources.filter(
    ({ kind, withdrawn_at }) => kind === 'listening-audio' && withdrawn_at === null,
  )
  return facts.centres.filter(
    (centre) =>
      !hasGlobalListening(centre) &&
      recordings.some((recording) => facts.hasEntry(centre.number, recording)) &&
      (isInAudience(centre, audience, facts) || audience.some(({ kind }) => kind === 'entries')),
  )
}

export function hasGlobalListening({
  kind,
  global_listening,
}: Pick<CentreOfRelease, 'kind' | 'global_listening'>): boolean {
  return kind === 'school' || (kind === 'associate-centre' && global_listening === 1)
}

type Moments = Pick<Authorisation, 'opensAt' | 'closesAt' | 'zone' | 'problem'>

/** Worked out once for all centres that are in one place, as far as time goes. */
function momentsOf(
  { opens, closes, resources }: ReleaseRow,
  keyTimes: KeyTimes,
): (centre: CentreOfRelease) => Moments {
  const [begin, end] = [readKept(opens), closes === null ? null : readKept(closes)]
  const series = resources[0]?.series
  const known = new Map<string, Moments>()
  return (centre) => {
    const key = `${centre.country} ${centre.time_zone ?? ''}`
    const there = known.get(key)
    // A problem names its centre.
    if (there && there.problem === null) return there
    const first = momentAt(begin, centre, { series, keyTimes })
    const last: MomentThere | { problem: TimeProblem } | null =
      end && momentAt(end, centre, { series, keyTimes })
    const problem = 'problem' in first ? first.problem : last && 'problem' in last ? last.problem : null
    const found: Moments = {
      opensAt: 'at' in first ? first.at : null,
      closesAt: last && 'at' in last ? last.at : null,
      zone: 'zone' in first ? first.zone : null,
      problem,
    }
    known.set(key, found)
    return found
  }
}

export type AuthorisationState =
  | Exclude<ReleaseRow['state'], 'released'>
  | 'not-yet-open'
  | 'open'
  | 'closed'
  | 'never-opens'

/** How it is at a moment; what is not released opens for nobody, and what cannot be worked out never opens. */
export function stateAt(
  { release, opensAt, closesAt, problem }: Authorisation,
  at: Date,
): AuthorisationState {
  if (release.state !== 'released') return release.state
  if (problem !== null || opensAt === null) return 'never-opens'
  if (at < opensAt) return 'not-yet-open'
  return closesAt !== null && at >= closesAt ? 'closed' : 'open'
}
