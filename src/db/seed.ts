import type { Kysely } from 'kysely'
import { centreColumns, numbered, userColumns } from './imports/write.ts'
import { type Group, mergeGroups } from './progression-tests/import.ts'
import type { NewCentre, NewUserRow, Store } from './schema.ts'
import { transactionState, type Trx } from './transact.ts'

/** Whether a store has neither centres nor users, deleted ones included. */
export async function isEmpty(db: Kysely<Store>): Promise<boolean> {
  const centre = await db.selectFrom('centres').select('id').limit(1).executeTakeFirst()
  const user = await db.selectFrom('users').select('id').limit(1).executeTakeFirst()
  return centre === undefined && user === undefined
}

export async function setTimeZoneOfCentre(
  trx: Trx,
  { id, time_zone }: { id: number; time_zone: string },
): Promise<void> {
  await trx.updateTable('centres').set({ time_zone }).where('id', '=', id).execute()
}

/** The commonest password hash; undefined if nobody has a password. */
export async function commonestPasswordHash(trx: Trx): Promise<string | undefined> {
  const row = await trx
    .selectFrom('users')
    .select('password_hash')
    .where('password_hash', 'is not', null)
    .groupBy('password_hash')
    .orderBy((eb) => eb.fn.countAll(), 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.password_hash ?? undefined
}

const seedUserColumns = [...userColumns, 'status_before_suspension', 'password_hash', 'suspended_at'] as const

/** Adds centres. @returns the number of the first; the others follow */
export async function insertSeedCentres(
  trx: Trx,
  centres: {
    count: number
    /** @param first the number of the first */
    rows: (first: number) => Iterable<Pick<NewCentre, (typeof centreColumns)[number]>>
  },
): Promise<number> {
  const { bulk } = transactionState(trx)
  const first = await bulk.reserve('centres', centres.count)
  const values = numbered(first, centreColumns, centres.rows(first))
  await bulk.insert('centres', ['id', ...centreColumns], values)
  return first
}

/** Adds users. @returns the number of the first; the others follow */
export async function insertSeedUsers(
  trx: Trx,
  users: { count: number; rows: Iterable<Pick<NewUserRow, (typeof seedUserColumns)[number]>> },
): Promise<number> {
  const { bulk } = transactionState(trx)
  const first = await bulk.reserve('users', users.count)
  const values = numbered(first, seedUserColumns, users.rows)
  await bulk.insert('users', ['id', ...seedUserColumns], values)
  return first
}

export interface SeedServices {
  roles: readonly { userId: number; role: string }[]
  assignments: readonly { centreId: number; userId: number }[]
  groups: readonly Group[]
}

/** Adds roles, sites, assignments of associate centres, and Progression Test data. */
export async function insertSeedServices(
  trx: Trx,
  { roles, assignments, groups }: SeedServices,
): Promise<void> {
  const { bulk } = transactionState(trx)
  await bulk.insert(
    'user_roles',
    ['user_id', 'role'],
    roles.map(({ userId, role }) => [userId, role]),
  )
  await bulk.insert(
    'assignments',
    ['centre_id', 'user_id'],
    assignments.map(({ centreId, userId }) => [centreId, userId]),
  )
  await bulk.insert(
    'user_sites',
    ['user_id', 'site'],
    groups.map(({ ownerId, site }) => [ownerId, site]),
  )
  await mergeGroups(trx, groups)
}

/** The facts of the last seeding of this store; undefined if it was never seeded. */
export async function seededFacts(trx: Trx): Promise<Record<string, unknown> | undefined> {
  const row = await trx
    .selectFrom('audit')
    .select('facts')
    .where('action', '=', 'store.seeded')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && JSON.parse(row.facts)
}
