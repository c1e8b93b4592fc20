import type { ReleaseRow } from '../../db/releases/releases.ts'
import { centresOfRelease } from './centres-of-release.ts'
import type { ReleaseFacts } from './release-facts.ts'

/** For how many centres a release opens, and when: what a list says of it. */
export interface Reach {
  centres: number
  firstOpensAt: Date | null
  lastOpensAt: Date | null
  /** Centres for which it cannot be worked out. */
  withoutKeyTime: number
}

export function reachOf(release: ReleaseRow, facts: ReleaseFacts): Reach {
  const reach: Reach = { centres: 0, firstOpensAt: null, lastOpensAt: null, withoutKeyTime: 0 }
  for (const { centres, opensAt, problem } of centresOfRelease(release, facts).reached()) {
    reach.centres += centres.length
    if (problem !== null || opensAt === null) {
      reach.withoutKeyTime += centres.length
      continue
    }
    if (reach.firstOpensAt === null || opensAt < reach.firstOpensAt) reach.firstOpensAt = opensAt
    if (reach.lastOpensAt === null || opensAt > reach.lastOpensAt) reach.lastOpensAt = opensAt
  }
  return reach
}
