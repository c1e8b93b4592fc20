import type { Kysely } from 'kysely'
import type { CentreOfRelease, ReleaseRow } from '../../db/releases.ts'
import type { HubRole, Store } from '../../db/schema.ts'
import { authorisationsOf, stateAt } from './centres-of-release.ts'
import { readReleaseFacts } from './release-facts.ts'
import { mayHave } from './visible.ts'

/** A release that is open for whoever is made or restored: counted, because an import brings thousands. */
export interface Opening {
  release: { id: number; name: string }
  /** The titles of what opens. */
  resources: string[]
  /** New and restored ones. */
  centres: number
  /** New ones, whose roles let them have it once their accounts are activated. */
  users: number
}

interface Arrivals {
  /** Not in the store yet. */
  centres: Iterable<Pick<CentreOfRelease, 'number' | 'name' | 'kind' | 'country'>>
  /** Deleted until now. */
  restored: readonly string[]
  users: Iterable<{ centre: string; hubRole: HubRole | null; roles: readonly string[] }>
}

/** What is open for centres and users from the moment at which they are made or restored, of what is released. */
export async function openFor(
  db: Kysely<Store>,
  { centres, restored, users, releases, at }: Arrivals & { releases: readonly ReleaseRow[]; at: Date },
): Promise<Opening[]> {
  const people = countedByCentre(users)
  const coming = new Set(restored)
  // A number that no row of the store has: one of its own for each.
  const made = Array.from(centres, ({ number, name, kind, country }, position) => {
    coming.add(number)
    return { id: -1 - position, number, name, kind, country, time_zone: null, global_listening: 0 }
  })
  const scope = { numbers: [...new Set([...coming, ...people.keys()])], restored }
  const facts = await readReleaseFacts(db, { releases, scope, made })
  return releases.flatMap((release) => {
    const opening = { centres: 0, users: 0 }
    const given = new Set<number>()
    for (const authorisation of authorisationsOf(release, facts)) {
      if (stateAt(authorisation, at) !== 'open') continue
      const { centre, resources } = authorisation
      const there = people.get(centre.number)
      const known = there ? whoMayHave(resources, there) : 0
      if (!coming.has(centre.number) && known === 0) continue
      if (coming.has(centre.number)) opening.centres += 1
      opening.users += known
      for (const resource of resources) given.add(resource.id)
    }
    if (given.size === 0) return []
    const { id, name } = release
    const titles = release.resources.flatMap((resource) => (given.has(resource.id) ? resource.title : []))
    return { release: { id, name }, resources: titles, ...opening }
  })
}

/** New users of a centre, by what they may have where it has it. */
interface NewPeople {
  recordings: number
  others: number
  either: number
}

function countedByCentre(users: Arrivals['users']): Map<string, NewPeople> {
  const people = new Map<string, NewPeople>()
  for (const { centre, hubRole, roles } of users) {
    // A centre without Global Listening is given no recording, whoever is there.
    const derivedRoles = roles.includes('exams-officer') ? ['global-listening'] : []
    const may = mayHave({ hubRole, roles, derivedRoles })
    const [recordings, others] = [may({ kind: 'listening-audio' }), may({ kind: 'other' })]
    if (!recordings && !others) continue
    const there = people.get(centre) ?? { recordings: 0, others: 0, either: 0 }
    if (recordings) there.recordings += 1
    if (others) there.others += 1
    there.either += 1
    people.set(centre, there)
  }
  return people
}

function whoMayHave(resources: readonly { kind: string }[], people: NewPeople): number {
  const recordings = resources.filter(({ kind }) => kind === 'listening-audio').length
  if (recordings === 0) return people.others
  return recordings === resources.length ? people.recordings : people.either
}
