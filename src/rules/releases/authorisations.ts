import type { CentreOfRelease, ReleaseRow } from '../../db/releases/releases.ts'
import type { ResourceRow } from '../../db/resources/resources.ts'
import { centresOfRelease, type MomentsThere } from './centres-of-release.ts'
import type { ReleaseFacts } from './release-facts.ts'

/** What a release gives one centre; computed when it is asked for, and never kept. */
export interface Authorisation extends MomentsThere {
  release: ReleaseRow
  centre: CentreOfRelease
  resources: ResourceRow[]
}

/** What a release gives each centre of its audience, whatever its state. */
export function* authorisationsOf(release: ReleaseRow, facts: ReleaseFacts): Generator<Authorisation> {
  const { resourcesFor, momentsFor } = centresOfRelease(release, facts)
  for (const centre of facts.centres) {
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
