import {
  commonestPasswordHash,
  insertSeedCentres,
  insertSeedUsers,
  isEmpty,
  seededFacts,
} from '../../db/seed.ts'
import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import type { NewPassword } from '../account/password.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { readAddress } from '../users/email.ts'
import { searchKey } from '../../search-key.ts'
import {
  type SeededReleases,
  type SeededServices,
  seedKind,
  type SeedKind,
  seedReleases,
  seedServices,
} from './seed-services.ts'
import { seedCentre, seedUser } from './seed-data.ts'
import { newUser } from '../users/new-user.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

interface Seeding {
  centres: number
  users: number
  /** The same number invents the same people. */
  seed: number
  /** Key Times, entries, resources and releases too. */
  releases: boolean
  /** Associates, service roles and Progression Test data too. */
  services: boolean
  /** Of those who have set one up; absent: nobody knows theirs. */
  password?: NewPassword | undefined
  /** Fine where this store was seeded with the same numbers. */
  ifMissing: boolean
  ctx: RuleContext
}

export interface Seeded {
  centres: number
  users: number
  /** Null where none were asked for. */
  releases: SeededReleases | null
  services: SeededServices | null
  changed: boolean
}

/** Fills an empty store with people who cannot exist; never one in which somebody does. */
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

/** @throws `store-not-empty` unless it was seeded with the same numbers, and that is fine */
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

/** Some may have chosen another since: what most of them have is what they were seeded with. */
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
    edited_at: null,
    deleted_at: null,
    created_by_import: null,
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
