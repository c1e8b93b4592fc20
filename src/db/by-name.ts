import { type Kysely, sql } from 'kysely'
import { isVisible, type VisibleCentres } from './centres/visible.ts'
import { type Pages, pagesOf } from './pages.ts'
import { contains } from './portable.ts'
import type { Store, UserStatus } from './schema.ts'
import type { CentreStatus } from './centres/list.ts'

/** As much of a user as it takes to tell them from somebody of the same name. */
export interface NamedUser {
  email: string
  firstName: string
  lastName: string
  /** The centre's number and name; null without a centre. */
  centre: string | null
  centreName: string | null
  status: UserStatus
}

interface Search {
  /** Folded; each is a part of what it is called. */
  words: readonly string[]
  /** Those that are deleted, or those that are not. */
  deleted: boolean
  visible: VisibleCentres
}

/** The users with all of these words in their name or address, those deleted last first. */
export function streamUsersByName(db: Kysely<Store>, { words, deleted, visible }: Search): Pages<NamedUser> {
  let query = db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select([
      'users.email',
      'users.first_name as firstName',
      'users.last_name as lastName',
      'centres.number as centre',
      'centres.name as centreName',
      'users.status',
    ])
    .where('users.status', deleted ? '=' : '<>', 'deleted')
    .where(isVisible('users.centre_id', visible))
  for (const word of words) query = query.where(contains(sql.ref('users.folded'), word))
  return pagesOf(db, query.orderBy('users.deleted_at', 'desc').orderBy('users.folded').orderBy('users.id'))
}

/** Who has an address, and where: what must not have changed while somebody was asked. */
async function whoHasAddress(db: Kysely<Store>, email: string): Promise<readonly unknown[]> {
  const rows = await db
    .selectFrom('users')
    .select(['id', 'first_name', 'last_name', 'centre_id', 'status'])
    .where('email', '=', email)
    .orderBy('id')
    .execute()
  return rows.map(({ id, first_name, last_name, centre_id }) => [id, first_name, last_name, centre_id])
}

export interface NamedCentre {
  id: number
  number: string
  name: string
  status: CentreStatus
}

/** The centres with all of these words in their number or name. */
export function streamCentresByName(
  db: Kysely<Store>,
  { words, deleted, visible }: Search,
): Pages<NamedCentre> {
  let query = db
    .selectFrom('centres')
    .select(['id', 'number', 'name'])
    .select(sql<CentreStatus>`case when deleted_at is null then status else 'deleted' end`.as('status'))
    .where('deleted_at', deleted ? 'is not' : 'is', null)
    .where(isVisible('id', visible))
  for (const word of words) query = query.where(contains(sql.ref('folded'), word))
  return pagesOf(db, query.orderBy('number'))
}

/** Which centre has a number: what must not have changed while somebody was asked. */
async function whichHasNumber(db: Kysely<Store>, number: string): Promise<unknown> {
  return db.selectFrom('centres').select(['id', 'name']).where('number', '=', number).executeTakeFirst()
}

/** Which accounts have an address, or which centre a number, as text: what must not change while somebody is asked. */
export async function ownerOfName(
  db: Kysely<Store>,
  { kind, value }: { kind: 'user' | 'centre'; value: string },
): Promise<string> {
  const who = kind === 'user' ? await whoHasAddress(db, value) : await whichHasNumber(db, value)
  return JSON.stringify(who ?? null)
}

/** How many accounts have or had an address, the deleted ones among them. */
export async function accountsWith(db: Kysely<Store>, email: string): Promise<number> {
  return (await whoHasAddress(db, email)).length
}
