import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { CentreOfRelease, ReleaseRow } from '../../db/releases.ts'
import { addTo } from '../../db/rows.ts'
import type { HubRole, Store } from '../../db/schema.ts'
import { openAuthorisations } from './centres-of-release.ts'
import { readReleaseFacts, type ReleaseFacts } from './release-facts.ts'
import { type ResourceTest, resourcesAllowedFor } from './visible.ts'
import type { Closing } from './what-closes.ts'

/** A release that is open for new or restored centres and users: only counted, because an import brings thousands. */
export interface Opening {
  release: { id: number; name: string }
  /** The titles of the resources that open. */
  resources: string[]
  /** The number of new and restored centres. */
  centres: number
  /** The number of new users whose roles allow them some of it once their accounts are activated. */
  users: number
  /** Equal digests mean that the same resources open for the same centres. */
  digest: string
  /** Absent unless the list was requested. */
  whom?: OpenedList
}

/** Each new or restored centre, and each new user of an existing centre; generated during iteration. */
interface OpenedList extends Iterable<Closing> {
  readonly length: number
}

interface NewCentresAndUsers {
  /** Centres that are not in the store yet. */
  centres: Iterable<Pick<CentreOfRelease, 'number' | 'name' | 'kind' | 'country'>>
  /** The numbers of centres that are deleted and will be restored. */
  restored: readonly string[]
  users: Iterable<NewUser>
}

interface NewUser {
  email: string
  centre: string
  hubRole: HubRole | null
  roles: readonly string[]
}

interface OpeningsRequest extends NewCentresAndUsers {
  releases: readonly ReleaseRow[]
  at: Date
  /** Whether `whom` is wanted: it keeps the facts in memory as long as the list lives. */
  listed: boolean
}

/** Which of the releases are open for centres and users as soon as they are created or restored. */
export async function openingsFor(
  db: Kysely<Store>,
  { centres, restored, users, releases, at, listed }: OpeningsRequest,
): Promise<Opening[]> {
  const people = countUsersByCentre(users)
  const newNumbers = new Set(restored)
  // Negative ids, each used once, which no row of the store has.
  const newCentres = Array.from(centres, ({ number, name, kind, country }, position) => {
    newNumbers.add(number)
    return { id: -1 - position, number, name, kind, country, time_zone: null, global_listening: 0 }
  })
  const scope = { numbers: [...new Set([...newNumbers, ...people.keys()])], restored }
  const facts = await readReleaseFacts(db, { releases, scope, newCentres })
  return releases.flatMap((release) => {
    const { id, name } = release
    const opening = { centres: 0, users: 0 }
    const openedIds = new Set<number>()
    const lines = new DigestOfLines()
    let length = 0
    for (const { centre, resources } of openAuthorisations(release, { facts, at })) {
      const known = countAllowedUsers(resources, people.get(centre.number))
      const isNew = newNumbers.has(centre.number)
      if (!isNew && known === 0) continue
      if (isNew) opening.centres += 1
      opening.users += known
      length += isNew ? 1 : known
      let line = `${centre.number} ${known}`
      for (const resource of resources) {
        openedIds.add(resource.id)
        line += ` ${resource.id}`
      }
      lines.add(line)
    }
    if (openedIds.size === 0) return []
    const resources = titlesOf(release.resources.filter((resource) => openedIds.has(resource.id)))
    const whom = { length, [Symbol.iterator]: () => listOpened(release, { facts, at, newNumbers, users }) }
    return {
      release: { id, name },
      resources,
      ...opening,
      digest: lines.digest(),
      ...(listed ? { whom } : {}),
    }
  })
}

function* listOpened(
  release: ReleaseRow,
  {
    facts,
    at,
    newNumbers,
    users,
  }: { facts: ReleaseFacts; at: Date; newNumbers: ReadonlySet<string>; users: Iterable<NewUser> },
): Generator<Closing> {
  const { id, name } = release
  const people = new Map<string, { email: string; isAllowed: ResourceTest }[]>()
  for (const user of users) {
    const { email, centre } = user
    if (!newNumbers.has(centre)) addTo(people, centre, { email, isAllowed: allowedOnceActive(user) })
  }
  for (const { centre, resources } of openAuthorisations(release, { facts, at })) {
    const opened = { release: { id, name }, centre: { number: centre.number, name: centre.name } }
    if (newNumbers.has(centre.number)) yield { ...opened, resources: titlesOf(resources) }
    for (const { email, isAllowed } of people.get(centre.number) ?? []) {
      const allowed = resources.filter(isAllowed)
      if (allowed.length > 0) yield { ...opened, user: email, resources: titlesOf(allowed) }
    }
  }
}

function titlesOf(resources: readonly { title: string }[]): string[] {
  return resources.map(({ title }) => title)
}

/** Numbers of new users of one centre, by the kinds of resource that their roles allow. */
interface AllowedUserCounts {
  recordings: number
  others: number
  either: number
}

/** Counts the users whose roles allow them any resource, by centre. */
function countUsersByCentre(users: NewCentresAndUsers['users']): Map<string, AllowedUserCounts> {
  const people = new Map<string, AllowedUserCounts>()
  for (const user of users) {
    const isAllowed = allowedOnceActive(user)
    const [recordings, others] = [isAllowed({ kind: 'listening-audio' }), isAllowed({ kind: 'other' })]
    if (!recordings && !others) continue
    const counts = people.get(user.centre) ?? { recordings: 0, others: 0, either: 0 }
    if (recordings) counts.recordings += 1
    if (others) counts.others += 1
    counts.either += 1
    people.set(user.centre, counts)
  }
  return people
}

function allowedOnceActive({ hubRole, roles }: Pick<NewUser, 'hubRole' | 'roles'>): ResourceTest {
  // Centres without Global Listening need no check here: a release gives them no recording anyway.
  const derivedRoles = roles.includes('exams-officer') ? ['global-listening'] : []
  return resourcesAllowedFor({ hubRole, roles, derivedRoles })
}

function countAllowedUsers(
  resources: readonly { kind: string }[],
  people: AllowedUserCounts | undefined,
): number {
  if (people === undefined) return 0
  const recordings = resources.filter(({ kind }) => kind === 'listening-audio').length
  if (recordings === 0) return people.others
  return recordings === resources.length ? people.recordings : people.either
}

/** The number of characters to collect before the hash is updated. */
const chunkLength = 16 * 1024

/** Hashes hundreds of thousands of short lines in chunks, because an update for each line would be slow. */
class DigestOfLines {
  private readonly hash = createHash('sha256')
  private lines = ''

  add(line: string): void {
    this.lines += `${line}\n`
    if (this.lines.length < chunkLength) return
    this.hash.update(this.lines)
    this.lines = ''
  }

  digest(): string {
    return this.hash.update(this.lines).digest('hex')
  }
}
