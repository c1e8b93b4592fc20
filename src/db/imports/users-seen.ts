import { type Kysely, type RawBuilder, sql } from 'kysely'
import { anyOf } from '../portable.ts'
import type { HubRole, Store } from '../schema.ts'
import type { SeenCentre } from './centres-seen.ts'

/** A live user as planning an import sees them. */
export interface SeenUser {
  id: number
  email: string
  key: string
  centreId: number | null
  hubRole: HubRole | null
  lastSignedInAt: string | null
}

/** All users at once where most of all centres are wanted, else those of the wanted ones. */
export async function usersOfCentres(
  db: Kysely<Store>,
  { wanted, all = Number.POSITIVE_INFINITY }: { wanted: ReadonlySet<number>; all: number | undefined },
): Promise<Map<string, SeenUser>> {
  const users = new Map<string, SeenUser>()
  if (wanted.size === 0) return users
  const query =
    wanted.size * 4 > all
      ? seenUsers(db).where('centre_id', 'is not', null)
      : seenUsers(db).where(anyOf(sql.ref('centre_id'), [...wanted]))
  for await (const user of query.stream(rowsAtOnce)) {
    if (user.centreId === null || !wanted.has(user.centreId)) continue
    // One text, not two, where they are equal.
    if (user.key === user.email) user.key = user.email
    users.set(user.key, user)
  }
  return users
}

export async function addUsersByAddress(
  db: Kysely<Store>,
  { users, addresses }: { users: Map<string, SeenUser>; addresses: Iterable<string> },
): Promise<Set<string>> {
  const deleted = new Set<string>()
  const anybody = await db.selectFrom('users').select('id').limit(1).executeTakeFirst()
  if (!anybody) return deleted
  const unseen = new Set<string>()
  for (const key of addresses) if (!users.has(key)) unseen.add(key)
  const sought = [...unseen]
  for (let at = 0; at < sought.length; at += addressesAtOnce) {
    const some = sought.slice(at, at + addressesAtOnce)
    const live = seenUsers(db).where(anyOf(sql.ref('email_key'), some))
    for (const user of await live.execute()) users.set(user.key, user)
    const gone = await db
      .selectFrom('users')
      .select('email_key')
      .distinct()
      .where(anyOf(sql.ref('email_key'), some))
      .where('status', '=', 'deleted')
      .execute()
    for (const { email_key } of gone) if (!users.has(email_key)) deleted.add(email_key)
  }
  return deleted
}

/** The centres of the live users of these addresses, each with one of them. */
export async function centresOfAddresses(
  db: Kysely<Store>,
  addresses: Iterable<string>,
): Promise<Map<number, string>> {
  const keys = [...addresses]
  const centres = new Map<number, string>()
  for (let at = 0; at < keys.length; at += addressesAtOnce) {
    const rows = await db
      .selectFrom('users')
      .select(['centre_id', 'email_key'])
      .where(anyOf(sql.ref('email_key'), keys.slice(at, at + addressesAtOnce)))
      .where('status', '<>', 'deleted')
      .execute()
    for (const { centre_id, email_key } of rows) if (centre_id !== null) centres.set(centre_id, email_key)
  }
  return centres
}

/** Those of the wanted centres are counted as they are there; the others' by the store, all of them at once. */
export async function countsByCentre(
  db: Kysely<Store>,
  {
    centres,
    wanted,
    users,
  }: { centres: readonly SeenCentre[]; wanted: ReadonlySet<number>; users: ReadonlyMap<string, SeenUser> },
): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  const others = centres.filter(({ id, deleted }) => !deleted && !wanted.has(id)).map(({ id }) => id)
  if (others.length > 0) {
    // Of most centres it is quicker to count everybody than to look for each; the index alone tells, without a row.
    const of = others.length * 4 > centres.length ? undefined : others
    const add = async (rows: AsyncIterable<Counted>, sign: 1 | -1) => {
      for await (const { centre_id, n } of rows)
        if (centre_id !== null && !wanted.has(centre_id))
          counts.set(centre_id, (counts.get(centre_id) ?? 0) + sign * n)
    }
    await add(usersByCentre(db, of).stream(rowsAtOnce), 1)
    await add(usersByCentre(db, of).where('status', '=', 'deleted').stream(rowsAtOnce), -1)
  }
  for (const { centreId } of users.values()) {
    if (centreId !== null) counts.set(centreId, (counts.get(centreId) ?? 0) + 1)
  }
  return counts
}

interface Counted {
  centre_id: number | null
  n: number
}

/** @param centres these; absent: all */
function usersByCentre(db: Kysely<Store>, centres: readonly number[] | undefined) {
  const counted = db
    .selectFrom('users')
    .select(({ fn }) => ['centre_id', fn.countAll<number>().as('n')])
    .groupBy('centre_id')
  return centres ? counted.where(anyOf(sql.ref('centre_id'), centres)) : counted
}

function seenUsers(db: Kysely<Store>) {
  return db
    .selectFrom('users')
    .select([
      'id',
      'email',
      'email_key as key',
      'centre_id as centreId',
      'hub_role as hubRole',
      'last_signed_in_at as lastSignedInAt',
    ])
    .where('status', '<>', 'deleted')
}

export async function idsOf(db: Kysely<Store>, query: RawBuilder<unknown>): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`${query}`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** Rows fetched at once, where they are fetched. */
export const rowsAtOnce = 2000

/** Addresses looked for at once. */
const addressesAtOnce = 20_000
