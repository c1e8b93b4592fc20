import type { Kysely } from 'kysely'
import type { CentreOfRelease, ReleaseRow } from '../../db/releases.ts'
import type { Store } from '../../db/schema.ts'
import { localTimeInWords } from '../key-times/local-time.ts'
import {
  type Authorisation,
  authorisationsOf,
  hasGlobalListening,
  isReached,
  type OpeningByZone,
} from './centres-of-release.ts'
import { readReleaseFacts, type ReleaseFacts } from './release-facts.ts'

/** When a release opens around the world, and for which centres it never will. */
export interface ReleaseSchedule {
  centres: number
  firstOpensAt: Date | null
  lastOpensAt: Date | null
  lastClosesAt: Date | null
  /** Sorted by time. */
  timeline: OpeningMoment[]
  /** The authorisations of centres for which it never opens. */
  without: Authorisation[]
  authorisations: Authorisation[]
  /** Centres of the audience that have entries for a recording, but do not get it without Global Listening. */
  leftOut: CentreOfRelease[]
}

export interface OpeningMoment {
  at: Date
  centres: number
  /** For each time zone the number of centres and the local time. */
  zones: { timeZone: string | null; local: string | null; centres: number }[]
}

/** Works out when a release opens for each centre of its audience, whatever the state of the release. */
export async function scheduleOf(db: Kysely<Store>, release: ReleaseRow): Promise<ReleaseSchedule> {
  return scheduleFrom(await readReleaseFacts(db, { releases: [release], listening: 'asked' }), release)
}

/** `scheduleOf` from facts that are read once for many releases. */
export function scheduleFrom(facts: ReleaseFacts, release: ReleaseRow): ReleaseSchedule {
  const authorisations = [...authorisationsOf(release, facts)]
  const without = authorisations.filter(({ problem }) => problem !== null)
  const byMoment = new Map<number, Map<string | null, number>>()
  let lastClosesAt: Date | null = null
  for (const { opensAt, closesAt, zone, problem } of authorisations) {
    if (problem !== null || opensAt === null) continue
    const zones = byMoment.get(opensAt.getTime()) ?? new Map<string | null, number>()
    zones.set(zone, (zones.get(zone) ?? 0) + 1)
    byMoment.set(opensAt.getTime(), zones)
    if (closesAt !== null && (lastClosesAt === null || closesAt > lastClosesAt)) lastClosesAt = closesAt
  }
  const timeline = [...byMoment]
    .sort(([one], [other]) => one - other)
    .map(([time, zones]) => openingMoment({ at: new Date(time), zones }))
  return {
    centres: authorisations.length,
    firstOpensAt: timeline.at(0)?.at ?? null,
    lastOpensAt: timeline.at(-1)?.at ?? null,
    lastClosesAt,
    timeline,
    without,
    authorisations,
    leftOut: withoutGlobalListening(release, facts),
  }
}

/** Finds `ReleaseSchedule.leftOut`; needs facts that were read with `listening: 'asked'`. */
function withoutGlobalListening(release: ReleaseRow, facts: ReleaseFacts): CentreOfRelease[] {
  const withEntries = release.resources
    .filter(({ kind, withdrawn_at }) => kind === 'listening-audio' && withdrawn_at === null)
    .flatMap(facts.withEntries)
  return facts
    .centresWithNumbers(withEntries.flatMap((numbers) => [...numbers]))
    .filter((centre) => !hasGlobalListening(centre) && isReached(centre, release, facts))
}

/** The local times of a moment, the time zone with the most centres first. */
export function openingMoment({ at, zones }: OpeningByZone): OpeningMoment {
  const rows = [...zones].map(([timeZone, centres]) => ({
    timeZone,
    local: timeZone === null ? null : localTimeInWords(at, timeZone),
    centres,
  }))
  rows.sort((one, other) => other.centres - one.centres || compareTimeZones(one.timeZone, other.timeZone))
  return { at, centres: rows.reduce((sum, { centres }) => sum + centres, 0), zones: rows }
}

function compareTimeZones(one: string | null, other: string | null): number {
  return (one ?? '') < (other ?? '') ? -1 : 1
}
