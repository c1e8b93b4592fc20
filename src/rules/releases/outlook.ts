import type { Kysely } from 'kysely'
import type { CentreOfRelease, ReleaseRow } from '../../db/releases.ts'
import type { Store } from '../../db/schema.ts'
import { localTimeInWords } from '../key-times/local-time.ts'
import {
  type Authorisation,
  authorisationsOf,
  hasGlobalListening,
  isInAudience,
  type OpeningThere,
} from './centres-of-release.ts'
import { readReleaseFacts, type ReleaseFacts } from './release-facts.ts'

/** When a release opens around the world, and where it never will. */
export interface Outlook {
  centres: number
  firstOpensAt: Date | null
  lastOpensAt: Date | null
  lastClosesAt: Date | null
  /** In the order of time. */
  timeline: OpeningMoment[]
  /** Centres for which it cannot be worked out. */
  without: Authorisation[]
  authorisations: Authorisation[]
  /** Centres of the audience with entries for a recording that are left out, because they have no Global Listening. */
  leftOut: CentreOfRelease[]
}

export interface OpeningMoment {
  at: Date
  centres: number
  /** By time zone: how many centres, and what the clock shows there. */
  zones: { timeZone: string | null; local: string | null; centres: number }[]
}

/** Works out when a release opens for each centre of its audience, whatever its state. */
export async function outlookOf(db: Kysely<Store>, release: ReleaseRow): Promise<Outlook> {
  return outlookFrom(await readReleaseFacts(db, { releases: [release], listening: 'asked' }), release)
}

/** The same for each of many, from facts that were read once. */
export function outlookFrom(facts: ReleaseFacts, release: ReleaseRow): Outlook {
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

/** Centres of the audience with entries for a recording that they cannot have; the facts are read with `listening`. */
function withoutGlobalListening({ audience, resources }: ReleaseRow, facts: ReleaseFacts): CentreOfRelease[] {
  const withEntries = resources
    .filter(({ kind, withdrawn_at }) => kind === 'listening-audio' && withdrawn_at === null)
    .flatMap(facts.withEntries)
  return facts
    .numbered(withEntries.flatMap((numbers) => [...numbers]))
    .filter(
      (centre) =>
        !hasGlobalListening(centre) &&
        (isInAudience(centre, audience, facts) ||
          audience.some(
            ({ kind, value }) => kind === 'entries' || (kind === 'centre' && value === centre.number),
          )),
    )
}

/** What the clocks show at a moment, those of most centres first. */
export function openingMoment({ at, zones }: OpeningThere): OpeningMoment {
  const rows = [...zones].map(([timeZone, centres]) => ({
    timeZone,
    local: timeZone === null ? null : localTimeInWords(at, timeZone),
    centres,
  }))
  rows.sort((one, other) => other.centres - one.centres || compared(one.timeZone, other.timeZone))
  return { at, centres: rows.reduce((sum, { centres }) => sum + centres, 0), zones: rows }
}

function compared(one: string | null, other: string | null): number {
  return (one ?? '') < (other ?? '') ? -1 : 1
}
