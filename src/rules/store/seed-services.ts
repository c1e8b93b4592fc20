import type { Group } from '../../db/progression-tests/import.ts'
import { insertSeedServices, setTimeZoneOfCentre, type SeedServices } from '../../db/seed.ts'
import type { Trx } from '../../db/transact.ts'
import { createHash } from 'node:crypto'
import { insertEntries } from '../../db/entries.ts'
import { insertKeyTime } from '../../db/key-times.ts'
import { findCentresOfReleases, insertRelease, markReleased } from '../../db/releases.ts'
import { insertResource } from '../../db/resources.ts'
import type { ExamSession } from '../../db/schema.ts'
import { keepContent } from '../contents.ts'
import { clocksOf } from '../key-times/time-zones.ts'

/** What was made up besides centres and users. */
export interface SeededServices {
  associates: number
  associateCentres: number
  roles: number
  learnerGroups: number
}

export type SeedKind = { kind: 'school' | 'associate' } | { kind: 'associate-centre'; associate: number }

/** How many associate centres an Associate looks after, at most. */
const maxAssociateCentres = 4

/** Of the last third of the centres each fifth is an Associate, and those after it are its associate centres. */
export function seedKind(at: number, centres: number): SeedKind {
  const first = Math.ceil((centres * 2) / 3)
  const index = (at - first) % (maxAssociateCentres + 1)
  if (at < first) return { kind: 'school' }
  if (index > 0) return { kind: 'associate-centre', associate: at - index }
  return { kind: at + 1 < centres ? 'associate' : 'school' }
}

/** By their rank at the centre: its coordinator is the first. */
const rolesByRank: Readonly<Record<number, readonly string[]>> = {
  1: ['exams-officer'],
  2: ['user-management'],
  3: ['access-to-scripts', 'submit-teacher'],
}
const subjects = ['English', 'Mathematics', 'Science'] as const

interface Seeding {
  centres: { count: number; first: number }
  users: { count: number; first: number }
  at: Date
}

/** Gives service roles, lets the coordinators of Associates act for their centres, and makes up results of tests. */
export async function seedServices(trx: Trx, { centres, users, at }: Seeding): Promise<SeededServices> {
  const roles: SeedServices['roles'][number][] = []
  const groups: Group[] = []
  const teachersRank = Math.min(4, Math.ceil(users.count / centres.count) - 1)
  for (let position = 0; position < users.count; position += 1) {
    const rank = Math.floor(position / centres.count)
    const userId = users.first + position
    for (const role of rolesByRank[rank] ?? []) roles.push({ userId, role })
    if (rank > 0 && rank === teachersRank) groups.push(groupOf(userId, { position, at }))
  }
  const made = { associates: 0, associateCentres: 0, roles: roles.length, learnerGroups: groups.length }
  const assignments: SeedServices['assignments'][number][] = []
  for (let position = 0; position < centres.count; position += 1) {
    const seeded = seedKind(position, centres.count)
    if (seeded.kind === 'associate') made.associates += 1
    if (seeded.kind !== 'associate-centre') continue
    made.associateCentres += 1
    // The coordinator of a centre is its first user.
    if (seeded.associate < users.count)
      assignments.push({ centreId: centres.first + position, userId: users.first + seeded.associate })
  }
  await insertSeedServices(trx, { roles, assignments, groups })
  return made
}

/** A learner group with one test and its results. */
function groupOf(ownerId: number, { position, at }: { position: number; at: Date }): Group {
  const results = Array.from(
    { length: 5 },
    (_, learner) => [`Learner ${learner + 1}`, 20 + ((position * 7 + learner * 5) % 30)] as const,
  )
  const test = {
    subject: subjects[position % subjects.length] ?? subjects[0],
    title: 'Autumn',
    takenOn: `${at.getUTCFullYear() - 1}-10-01`,
    results: new Map(results),
  }
  return {
    ownerId,
    site: position % 2 === 0 ? 'cambridge-primary' : 'cambridge-lower-secondary',
    name: `Class ${(position % 6) + 1}A`,
    stage: '5',
    tests: new Map([[test.title, test]]),
  }
}

/** What was made up besides centres and users. */
export interface SeededReleases {
  keyTimes: number
  entries: number
  resources: number
  releases: number
}

const sessions: readonly [ExamSession, string][] = [
  ['AM', '10:00'],
  ['PM', '14:00'],
]
const component = '0500/12'

/** Key Times for the countries of the centres, a resource of each kind, entries for every other centre, and releases of them. */
export async function seedReleases(trx: Trx, at: Date): Promise<SeededReleases> {
  const centres = await findCentresOfReleases(trx)
  const countries = [...new Set(centres.map(({ country }) => country))].sort()
  const made: SeededReleases = { keyTimes: 0, entries: 0, resources: 0, releases: 0 }
  for (const [position, country] of countries.entries())
    for (const time_zone of clocksOf(country))
      for (const [session, local_time] of sessions) {
        const administrative_zone = (position % 6) + 1
        const all = { series: null, from_date: null, until_date: null }
        await insertKeyTime(trx, { country, administrative_zone, session, local_time, time_zone, ...all })
        made.keyTimes += 1
      }
  for (const { id, country } of centres) {
    const clocks = clocksOf(country)
    const time_zone = clocks.length > 1 ? clocks[id % clocks.length] : undefined
    if (time_zone !== undefined) await setTimeZoneOfCentre(trx, { id, time_zone })
  }
  // A month from now, in a series that there may be.
  const day = new Date(at.getTime() + 30 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)
  const series = day.slice(0, 7)
  const entries = centres
    .filter((_, position) => position % 2 === 0)
    .map(({ number }, position) => ({
      centre_number: number,
      series,
      component,
      candidates: (position % 40) + 1,
    }))
  await insertEntries(trx, entries)
  made.entries = entries.length

  const audio = await addResource(trx, {
    title: 'Listening (invented)',
    kind: 'listening-audio',
    series,
    at,
  })
  const text = await addResource(trx, {
    title: 'Pre-release (invented)',
    kind: 'pre-release',
    series,
    at,
  })
  made.resources = 2
  const shared = { closes: null, at }
  const first = await insertRelease(trx, {
    ...shared,
    name: 'Listening (invented)',
    opens: `key-time AM ${day} - 2h`,
    resourceIds: [audio],
    audience: [{ kind: 'entries', value: '' }],
  })
  await markReleased(trx, { id: first, at })
  const second = await insertRelease(trx, {
    ...shared,
    name: 'Pre-release (invented)',
    opens: at.toISOString(),
    resourceIds: [text],
    audience: [{ kind: 'all', value: '' }],
  })
  await markReleased(trx, { id: second, at })
  made.releases = 2
  return made
}

interface SeedResource {
  title: string
  kind: 'listening-audio' | 'pre-release'
  series: string
  at: Date
}

/** A few bytes that say what they are. */
async function addResource(trx: Trx, { title, kind, series, at }: SeedResource): Promise<number> {
  const bytes = Buffer.from(`${title}: this is no examination material.\n`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = `${kind}.txt`
  const content = { name: file, sha256, bytes: bytes.length, piece: bytes }
  const { contentId } = await keepContent(trx, content)
  return insertResource(trx, {
    title,
    kind,
    area: 'general',
    series,
    components: [component],
    file,
    contentId,
    at,
  })
}
