import { type InferResult, type Kysely, sql } from 'kysely'
import { isVisible, type VisibleCentres } from './centres/visible.ts'
import { groupBy, type Pages, pagesOf } from './rows.ts'
import { anyOf, contains, withoutIndex } from './portable.ts'
import type { Store, UserStatus } from './schema.ts'
import type { CentreStatus } from './centres/list.ts'

interface Search {
  /** Folded words, each of which must be part of the name. */
  words: readonly string[]
  /** True: only deleted ones; false: only live ones. */
  deleted: boolean
  visible: VisibleCentres
}

/**
 * The users with all of these words in their name or address, the last deleted first. Without words, live users come in
 * the order of their ids. Live users are read by a table scan, as looking each up from an index takes longer.
 */
export function streamUsersByName(db: Kysely<Store>, { words, deleted, visible }: Search): Pages<NamedUser> {
  const status = deleted ? sql.ref<UserStatus>('users.status') : withoutIndex<UserStatus>('users.status')
  const query = namedUsers(db)
    .where(status, deleted ? '=' : '<>', 'deleted')
    .where(isVisible('users.centre_id', visible))
    .where(({ and }) => and(words.map((word) => contains(sql.ref('users.folded'), word))))
  if (words.length === 0 && !deleted) return pagesOf(db, query.orderBy('users.id'))
  return pagesOf(db, query.orderBy('users.deleted_at', 'desc').orderBy('users.folded').orderBy('users.id'))
}

/** The columns that tell a user from a namesake. */
function namedUsers(db: Kysely<Store>) {
  return db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select([
      'users.email',
      'users.email_key as emailKey',
      'users.first_name as firstName',
      'users.last_name as lastName',
      'centres.number as centre',
      'centres.name as centreName',
      'users.status',
    ])
}

export type NamedUser = InferResult<ReturnType<typeof namedUsers>>[number]

/** The accounts that have or had each of these addresses, with their centres. */
async function accountsWithAddresses(db: Kysely<Store>, keys: readonly string[]) {
  const isOneOf = anyOf(sql.ref('email_key'), keys)
  const rows = await db
    .selectFrom('users')
    .select(['id', 'email_key', 'first_name', 'last_name', 'centre_id'])
    // Live and deleted accounts have partial indexes of their own, so the condition is written once for each.
    .where(sql<boolean>`(status <> 'deleted' and ${isOneOf}) or (status = 'deleted' and ${isOneOf})`)
    .orderBy('id')
    .execute()
  return groupBy(rows, ({ email_key }) => email_key)
}

export interface NamedCentre {
  id: number
  number: string
  name: string
  status: CentreStatus
}

/** The centres with all of these words in their number or name; words cause a table scan and a sort of the few hits. */
export function streamCentresByName(
  db: Kysely<Store>,
  { words, deleted, visible }: Search,
): Pages<NamedCentre> {
  let query = namedCentres(db)
    .where('deleted_at', deleted ? 'is not' : 'is', null)
    .where(isVisible('id', visible))
  for (const word of words) query = query.where(contains(sql.ref('folded'), word))
  return pagesOf(db, query.orderBy(words.length > 0 ? withoutIndex('number') : 'number'))
}

/**
 * The same by name alone, deleted centres included, by a scan of the index of names, which has a fifth of the size of
 * the rows. The expression must equal that of the index letter for letter.
 */
export function streamCentresCalled(
  db: Kysely<Store>,
  { words, visible }: Omit<Search, 'deleted'>,
): Pages<NamedCentre> {
  const name = sql`substr(folded, length(number) + 2)`
  const query = namedCentres(db)
    .where('id', 'in', ({ selectFrom, and }) =>
      selectFrom('centres')
        .select('id')
        .where(and(words.map((word) => contains(name, word)))),
    )
    .where(isVisible('id', visible))
  return pagesOf(db, query.orderBy('number'))
}

function namedCentres(db: Kysely<Store>) {
  return db
    .selectFrom('centres')
    .select(['id', 'number', 'name'])
    .select(sql<CentreStatus>`case when deleted_at is null then status else 'deleted' end`.as('status'))
}

/** The centre that has each of these numbers. */
async function centresWithNumbers(db: Kysely<Store>, numbers: readonly string[]) {
  const rows = await db
    .selectFrom('centres')
    .select(['id', 'number', 'name'])
    .where(anyOf(sql.ref('number'), numbers))
    .execute()
  return new Map(rows.map(({ id, number, name }) => [number, { id, name }]))
}

/** The owners of these addresses or centre numbers, as text that must be the same before and after a question. */
export async function ownersOfNames(
  db: Kysely<Store>,
  { kind, keys }: { kind: 'user' | 'centre'; keys: readonly string[] },
): Promise<string[]> {
  if (keys.length === 0) return []
  const owners = kind === 'user' ? await accountsWithAddresses(db, keys) : await centresWithNumbers(db, keys)
  return keys.map((key) => JSON.stringify(owners.get(key) ?? null))
}

/** How many accounts have or had an address, deleted ones included. */
export async function accountsWith(db: Kysely<Store>, key: string): Promise<number> {
  return (await accountsWithAddresses(db, [key])).get(key)?.length ?? 0
}
