import { type InferResult, type Kysely, sql } from 'kysely'
import { isVisible, type VisibleCentres } from './centres/visible.ts'
import { groupBy, type Pages, pagesOf } from './rows.ts'
import { anyOf, contains, withoutIndex } from './portable.ts'
import type { Store, UserStatus } from './schema.ts'
import type { CentreStatus } from './centres/list.ts'

interface Search {
  /** Folded; each is a part of what it is called. */
  words: readonly string[]
  /** Those that are deleted, or those that are not. */
  deleted: boolean
  visible: VisibleCentres
}

/**
 * The users with all of these words in their name or address, those deleted last first. Where all are asked for, they
 * are not sorted. Those who are not deleted are read as they lie: each looked up from an index takes longer.
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

/** As much of a user as it takes to tell them from somebody of the same name. */
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

/** Who has or had each of these addresses, and where: what must not have changed while somebody was asked. */
async function whoHasAddresses(db: Kysely<Store>, keys: readonly string[]) {
  const isOneOf = anyOf(sql.ref('email_key'), keys)
  const rows = await db
    .selectFrom('users')
    .select(['id', 'email_key', 'first_name', 'last_name', 'centre_id'])
    // The deleted accounts have an index of their own: each is asked by itself.
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

/** The centres with all of these words in their number or name; where there are words, read as they lie, and those few sorted. */
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
 * The same of their names alone, those that are deleted among them: the index of names is read through, which is a fifth
 * of the rows. The expression is that of the index, letter for letter.
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

/** Which centre has each of these numbers: what must not have changed while somebody was asked. */
async function whichHaveNumbers(db: Kysely<Store>, numbers: readonly string[]) {
  const rows = await db
    .selectFrom('centres')
    .select(['id', 'number', 'name'])
    .where(anyOf(sql.ref('number'), numbers))
    .execute()
  return new Map(rows.map(({ id, number, name }) => [number, { id, name }]))
}

/** Which accounts have each of these addresses, or which centre each number, as text: what must not change while somebody is asked. */
export async function ownersOfNames(
  db: Kysely<Store>,
  { kind, keys }: { kind: 'user' | 'centre'; keys: readonly string[] },
): Promise<string[]> {
  if (keys.length === 0) return []
  const owners = kind === 'user' ? await whoHasAddresses(db, keys) : await whichHaveNumbers(db, keys)
  return keys.map((key) => JSON.stringify(owners.get(key) ?? null))
}

/** How many accounts have or had an address, the deleted ones among them. */
export async function accountsWith(db: Kysely<Store>, key: string): Promise<number> {
  return (await whoHasAddresses(db, [key])).get(key)?.length ?? 0
}
