import type { CentreOfRelease, ReleaseRow } from '../../db/releases/releases.ts'
import { hasGlobalListening, type ReachedCentres } from './centres-of-release.ts'
import { isOver } from './is-over.ts'
import type { ReleaseFacts } from './release-facts.ts'

interface ReleaseReaching {
  release: ReleaseRow
  reached: readonly ReachedCentres[]
}

/** The centres of a country without an administrative zone that are left out of releases for zones. */
export interface LeftOutOfZones {
  country: string
  centres: CentreOfRelease[]
  releases: ReleaseRow[]
}

/** A centre that is reached some other way is not left out, and neither is one of what is no longer or not yet released. */
export function centresOutsideZones(
  releases: readonly ReleaseReaching[],
  { facts, hasKeyTimes, at }: { facts: ReleaseFacts; hasKeyTimes: (country: string) => boolean; at: Date },
): LeftOutOfZones[] {
  const without = facts.centres.filter(({ country }) => !hasKeyTimes(country))
  if (without.length === 0) return []
  const found = new Map<string, { centres: Set<CentreOfRelease>; releases: Set<ReleaseRow> }>()
  for (const { release, reached } of releases) {
    if (!isForZone(release) || release.state !== 'released' || isOver(release, { reached, at })) continue
    const there = new Set(reached.flatMap(({ centres }) => centres))
    for (const centre of without) {
      if (there.has(centre) || !couldHave(centre, release)) continue
      const left = found.get(centre.country) ?? { centres: new Set(), releases: new Set() }
      left.centres.add(centre)
      left.releases.add(release)
      found.set(centre.country, left)
    }
  }
  return [...found].map(([country, left]) => ({
    country,
    centres: [...left.centres],
    releases: [...left.releases],
  }))
}

function isForZone({ audience }: ReleaseRow): boolean {
  return audience.some(({ kind }) => kind === 'zone')
}

/** In a zone, it would be given something. */
function couldHave(centre: CentreOfRelease, { resources }: ReleaseRow): boolean {
  return resources.some(
    ({ kind, withdrawn_at }) =>
      withdrawn_at === null && (kind !== 'listening-audio' || hasGlobalListening(centre)),
  )
}
