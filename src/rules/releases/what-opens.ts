import type { Kysely } from 'kysely'
import type { CentreOfRelease, ReleaseRow } from '../../db/releases.ts'
import type { HubRole, Store } from '../../db/schema.ts'
import { authorisationsOf, stateAt } from './centres-of-release.ts'
import { readReleaseFacts } from './release-facts.ts'
import { resourcesAllowedFor } from './visible.ts'
import type { Closing } from './what-closes.ts'

/** A release that is open for whoever is made or restored: counted, because an import brings thousands. */
export interface Opening {
  release: { id: number; name: string }
  /** The titles of what opens. */
  resources: string[]
  /** New and restored ones. */
  centres: number
  /** New ones, whose roles let them have it once their accounts are activated. */
  users: number
  /** Each of those centres, and each of those users whose centre was there before. */
  whom: readonly Closing[]
}

interface Arrivals {
  /** Not in the store yet. */
  centres: Iterable<Pick<CentreOfRelease, 'number' | 'name' | 'kind' | 'country'>>
  /** Deleted until now. */
  restored: readonly string[]
  users: Iterable<{ email: string; centre: string; hubRole: HubRole | null; roles: readonly string[] }>
}

/** What is open for centres and users from the moment at which they are made or restored, of what is released. */
export async function openFor(
  db: Kysely<Store>,
  { centres, restored, users, releases, at }: Arrivals & { releases: readonly ReleaseRow[]; at: Date },
): Promise<Opening[]> {
  const people = byCentre(users)
  const coming = new Set(restored)
  // A number that no row of the store has: one of its own for each.
  const made = Array.from(centres, ({ number, name, kind, country }, position) => {
    coming.add(number)
    return { id: -1 - position, number, name, kind, country, time_zone: null, global_listening: 0 }
  })
  const scope = { numbers: [...new Set([...coming, ...people.keys()])], restored }
  const facts = await readReleaseFacts(db, { releases, scope, made })
  return releases.flatMap((release) => {
    const { id, name } = release
    const opening = { centres: 0, users: 0 }
    const given = new Set<number>()
    const whom: Closing[] = []
    for (const authorisation of authorisationsOf(release, facts)) {
      if (stateAt(authorisation, at) !== 'open') continue
      const { centre, resources } = authorisation
      const they = (people.get(centre.number) ?? []).flatMap(({ email, may }) => {
        const theirs = resources.filter(may)
        return theirs.length > 0 ? [{ email, theirs }] : []
      })
      if (!coming.has(centre.number) && they.length === 0) continue
      const place = { release: { id, name }, centre: { number: centre.number, name: centre.name } }
      if (coming.has(centre.number)) {
        opening.centres += 1
        whom.push({ ...place, resources: titlesOf(resources) })
      } else
        for (const { email, theirs } of they)
          whom.push({ ...place, user: email, resources: titlesOf(theirs) })
      opening.users += they.length
      for (const resource of resources) given.add(resource.id)
    }
    if (given.size === 0) return []
    const resources = titlesOf(release.resources.filter((resource) => given.has(resource.id)))
    return { release: { id, name }, resources, ...opening, whom }
  })
}

function titlesOf(resources: readonly { title: string }[]): string[] {
  return resources.map(({ title }) => title)
}

/** Somebody new, and what they may have where their centre has it. */
interface NewPerson {
  email: string
  may: ReturnType<typeof resourcesAllowedFor>
}

/** Those who may have anything. */
function byCentre(users: Arrivals['users']): Map<string, NewPerson[]> {
  const people = new Map<string, NewPerson[]>()
  for (const { email, centre, hubRole, roles } of users) {
    // A centre without Global Listening is given no recording, whoever is there.
    const derivedRoles = roles.includes('exams-officer') ? ['global-listening'] : []
    const may = resourcesAllowedFor({ hubRole, roles, derivedRoles })
    if (!may({ kind: 'listening-audio' }) && !may({ kind: 'other' })) continue
    const there = people.get(centre)
    if (there) there.push({ email, may })
    else people.set(centre, [{ email, may }])
  }
  return people
}
