import {
  commonestPasswordHash,
  insertSeedCentres,
  insertSeedServices,
  insertSeedUsers,
  isEmpty,
  seededFacts,
  type SeedServices,
  setTimeZoneOfCentre,
} from '../../db/seed.ts'
import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import type { NewPassword } from '../account/password.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { readAddress } from '../users/email.ts'
import { searchKey } from '../../search-key.ts'
import { seedCentre, seedUser } from './seed-data.ts'
import { newUser } from '../users/new-user.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import type { Group } from '../../db/progression-tests/import.ts'
import { createHash } from 'node:crypto'
import { storeContent } from '../contents.ts'
import { insertEntries } from '../../db/entries.ts'
import { insertKeyTime } from '../../db/key-times.ts'
import { findCentresOfReleases, insertRelease, markReleased } from '../../db/releases.ts'
import { insertResource } from '../../db/resources.ts'
import type { ExamSession } from '../../db/schema.ts'
import { distinctZonesOf } from '../key-times/time-zones.ts'

interface Seeding {
  centres: number
  users: number
  /** The same seed invents the same people. */
  seed: number
  /** Whether to invent Key Times, entries, resources and releases as well. */
  releases: boolean
  /** Whether to invent Associates, service roles and Progression Test data as well. */
  services: boolean
  /** The password of all users who are not invited; absent: they have none. */
  password?: NewPassword | undefined
  /** A store that was seeded with the same values is no error. */
  ifMissing: boolean
  ctx: RuleContext
}

export interface Seeded {
  centres: number
  users: number
  /** Null unless requested. */
  releases: SeededReleases | null
  services: SeededServices | null
  changed: boolean
}

/** Fills an empty store with invented people. @throws `store-not-empty` for a store that has centres or users */
export async function seedStore(trx: Trx, seeding: Seeding): Promise<Seeded> {
  const { centres, users, seed, releases: withReleases, services: serviced, password, ctx } = seeding
  permit(ctx, 'seed', { name: 'store' })
  if (!(await isEmpty(trx))) return seededBefore(trx, seeding)
  const at = ctx.at.toISOString()
  const kindAt = (at: number): SeedKind => (serviced ? seedKind(at, centres) : { kind: 'school' })
  const made = Array.from({ length: centres }, (_, position) => seedCentre(seed, position))
  const firstCentre = await insertSeedCentres(trx, {
    count: centres,
    rows: (first) => made.map((centre, position) => centreRow(centre, { at, kind: kindAt(position), first })),
  })
  function* people() {
    for (let position = 0; position < users; position += 1) {
      const at = position % centres
      const ordinal = Math.floor(position / centres)
      const person = seedUser(seed, { position, ordinal, centre: made[at]?.number ?? '' })
      yield userRow(person, {
        centreId: firstCentre + at,
        at: ctx.at.toISOString(),
        passwordHash: password?.hash,
      })
    }
  }
  const firstUser = await insertSeedUsers(trx, { count: users, rows: people() })
  const releases = withReleases ? await seedReleases(trx, ctx.at) : null
  const services = serviced
    ? await seedServices(trx, {
        centres: { count: centres, first: firstCentre },
        users: { count: users, first: firstUser },
        at: ctx.at,
      })
    : null
  const more = {
    ...(releases && { releases }),
    ...(services && { services }),
    ...(password && { passwords: true }),
  }
  await appendAudit(trx, { ...ctx, action: 'store.seeded', facts: { centres, users, seed, ...more } })
  return { centres, users, releases, services, changed: true }
}

/** @throws `store-not-empty`, unless `ifMissing` and the store was seeded with the same values */
async function seededBefore(
  trx: Trx,
  { centres, users, seed, releases, services, password, ifMissing }: Seeding,
): Promise<Seeded> {
  const before = ifMissing ? await seededFacts(trx) : undefined
  const isSame =
    before !== undefined &&
    before.centres === centres &&
    before.users === users &&
    before.seed === seed &&
    (before.releases !== undefined) === releases &&
    (before.services !== undefined) === services &&
    (before.passwords !== undefined) === (password !== undefined) &&
    (password === undefined || (await isPasswordOfMost(trx, password)))
  if (isSame) return { centres, users, releases: null, services: null, changed: false }
  throw new Refused('store-not-empty', 'There are centres or users in this store.', {
    hint: 'Seed another one: ssh-admin seed --db trial.db',
  })
}

/** Compares with the commonest password, because some users may have changed theirs since the store was seeded. */
async function isPasswordOfMost(trx: Trx, { text }: NewPassword): Promise<boolean> {
  const { isPassword } = await import('../account/password.ts')
  const hash = await commonestPasswordHash(trx)
  return hash === undefined || isPassword(text, hash)
}

function centreRow(
  { number, name, town, country }: ReturnType<typeof seedCentre>,
  { at, kind: seeded, first }: { at: string; kind: SeedKind; first: number },
) {
  return {
    number,
    name,
    folded: searchKey(`${number} ${name}`),
    kind: seeded.kind,
    associate_id: seeded.kind === 'associate-centre' ? first + seeded.associate : null,
    status: 'active',
    address: '',
    town,
    postcode: '',
    country,
    british_council: 0,
    global_listening: 0,
    created_at: at,
  } as const
}

function userRow(
  { email, firstName, lastName, hubRole, status, pinNonce }: ReturnType<typeof seedUser>,
  { centreId, at, passwordHash }: { centreId: number; at: string; passwordHash: string | undefined },
) {
  const address = readAddress(email)
  if (!('key' in address)) throw new Error(`an invented address ${address.problem}`)
  const row = newUser({ address, firstName, lastName, centreId, hubRole }, { at, pinNonce })
  const suspended = status === 'suspended'
  return {
    ...row,
    password_hash: status === 'invited' ? null : (passwordHash ?? null),
    status,
    status_before_suspension: suspended ? ('active' as const) : null,
    suspended_at: suspended ? at : null,
  }
}

/** Counts of the rows that `--services` adds. */
interface SeededServices {
  associates: number
  associateCentres: number
  roles: number
  learnerGroups: number
}

type SeedKind = { kind: 'school' | 'associate' } | { kind: 'associate-centre'; associate: number }

/** The most associate centres that one Associate gets. */
const maxAssociateCentres = 4

/** In the last third of the centres each fifth is an Associate, followed by its associate centres. */
function seedKind(at: number, centres: number): SeedKind {
  const first = Math.ceil((centres * 2) / 3)
  const index = (at - first) % (maxAssociateCentres + 1)
  if (at < first) return { kind: 'school' }
  if (index > 0) return { kind: 'associate-centre', associate: at - index }
  return { kind: at + 1 < centres ? 'associate' : 'school' }
}

/** Service roles by the position of a user at their centre, where 0 is the coordinator. */
const rolesByRank: Readonly<Record<number, readonly string[]>> = {
  1: ['exams-officer'],
  2: ['user-management'],
  3: ['access-to-scripts', 'submit-teacher'],
}
const subjects = ['English', 'Mathematics', 'Science'] as const

interface SeededRows {
  centres: { count: number; first: number }
  users: { count: number; first: number }
  at: Date
}

/** Gives service roles, assigns associate centres to the coordinators of Associates, and invents test results. */
async function seedServices(trx: Trx, { centres, users, at }: SeededRows): Promise<SeededServices> {
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
    // The first user of each centre, at the centre's own position, is its coordinator.
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
    (_, learner) =>
      [`Learner ${learner + 1}`, { mark: 20 + ((position * 7 + learner * 5) % 30), isBlank: false }] as const,
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

/** Counts of the rows that `--releases` adds. */
interface SeededReleases {
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

/** Invents Key Times for the centres' countries, two resources, entries for every other centre, and two releases. */
async function seedReleases(trx: Trx, at: Date): Promise<SeededReleases> {
  const centres = await findCentresOfReleases(trx)
  const countries = [...new Set(centres.map(({ country }) => country))].sort()
  const made: SeededReleases = { keyTimes: 0, entries: 0, resources: 0, releases: 0 }
  for (const [position, country] of countries.entries())
    for (const time_zone of distinctZonesOf(country))
      for (const [session, local_time] of sessions) {
        const administrative_zone = (position % 6) + 1
        const all = { series: null, from_date: null, until_date: null }
        await insertKeyTime(trx, { country, administrative_zone, session, local_time, time_zone, ...all })
        made.keyTimes += 1
      }
  for (const { id, country } of centres) {
    const clocks = distinctZonesOf(country)
    const time_zone = clocks.length > 1 ? clocks[id % clocks.length] : undefined
    if (time_zone !== undefined) await setTimeZoneOfCentre(trx, { id, time_zone })
  }
  // 30 days from now; the series is the month of that day.
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

/** Adds a resource whose file is one line of text saying what it is. */
async function addResource(trx: Trx, { title, kind, series, at }: SeedResource): Promise<number> {
  const bytes = Buffer.from(`${title}: this is no examination material.\n`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = `${kind}.txt`
  const content = { name: file, sha256, bytes: bytes.length, piece: bytes }
  const { contentId } = await storeContent(trx, content)
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
