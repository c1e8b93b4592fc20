import { type Kysely, sql } from 'kysely'
import { isVisible, type VisibleCentres } from '../centres/visible.ts'
import { type Pages, pagesOf } from '../pages.ts'
import { contains } from '../portable.ts'
import type { Store, UserStatus } from '../schema.ts'

/** As much of a user as it takes to tell them from somebody of the same name. */
export interface NamedUser {
  id: number
  email: string
  firstName: string
  lastName: string
  /** The centre's number and name; null without a centre. */
  centre: string | null
  centreName: string | null
  status: UserStatus
}

interface Search {
  /** Folded; each is a part of the name or the address. */
  words: readonly string[]
  /** Deleted accounts, or those that are not. */
  deleted: boolean
  visible: VisibleCentres
}

/** The users with all of these words in their name or address, those deleted last first. */
export function streamUsersByName(db: Kysely<Store>, { words, deleted, visible }: Search): Pages<NamedUser> {
  let query = db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select([
      'users.id',
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
export async function whoHasAddress(db: Kysely<Store>, email: string): Promise<readonly unknown[]> {
  const rows = await db
    .selectFrom('users')
    .select(['id', 'first_name', 'last_name', 'centre_id', 'status'])
    .where('email', '=', email)
    .orderBy('id')
    .execute()
  return rows.map(({ id, first_name, last_name, centre_id }) => [id, first_name, last_name, centre_id])
}
