import type { Kysely } from 'kysely'
import { isVisible, type VisibleCentres } from './centres/visible.ts'
import type { Store } from './schema.ts'

interface Search {
  beginning: string
  visible: VisibleCentres
}

interface Completed {
  value: string
  meaning: string
}

/** As many as a shell can sensibly show. */
const mostOffered = 50
/** After every letter that an address or a number can have. */
const last = '\uffff'

/** Addresses that begin so, from their index, with whose they are. */
export async function usersBeginning(
  db: Kysely<Store>,
  { beginning, visible }: Search,
): Promise<Completed[]> {
  const key = beginning.toLowerCase()
  const rows = await db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select(['email', 'first_name', 'last_name', 'centres.number as centre'])
    .where('users.status', '<>', 'deleted')
    .where('email_key', '>=', key)
    .where('email_key', '<', `${key}${last}`)
    .where(isVisible('users.centre_id', visible))
    .orderBy('email_key')
    .limit(mostOffered)
    .execute()
  return rows.map(({ email, first_name, last_name, centre }) => ({
    value: email,
    meaning: `${first_name} ${last_name} ${centre ?? ''}`.trim(),
  }))
}

/** Centre numbers that begin so, with the name. */
export async function centresBeginning(
  db: Kysely<Store>,
  { beginning, visible }: Search,
): Promise<Completed[]> {
  const number = beginning.toUpperCase()
  const rows = await db
    .selectFrom('centres')
    .select(['number', 'name'])
    .where('number', '>=', number)
    .where('number', '<', `${number}${last}`)
    .where(isVisible('id', visible))
    .orderBy('number')
    .limit(mostOffered)
    .execute()
  return rows.map(({ number: value, name }) => ({ value, meaning: name }))
}
