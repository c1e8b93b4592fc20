import type { Kysely } from 'kysely'
import type { Store } from '../db/schema.ts'

/** What a list says where the store has no centre and nobody at all: perhaps it is another one than was meant. */
export async function ofEmptyStore(db: Kysely<Store>): Promise<string | undefined> {
  const centre = await db.selectFrom('centres').select('id').limit(1).executeTakeFirst()
  const user = centre ?? (await db.selectFrom('users').select('id').limit(1).executeTakeFirst())
  return user === undefined
    ? 'The store has no centres and no users yet. To begin: ssh-admin centres import FILE'
    : undefined
}
