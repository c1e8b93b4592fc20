import type { Kysely } from 'kysely'
import type { Store } from '../db/schema.ts'
import { isEmpty } from '../db/seed.ts'

/** What a list says where the store has no centre and nobody at all: perhaps it is another one than was meant. */
export async function ofEmptyStore(db: Kysely<Store>): Promise<string | undefined> {
  return (await isEmpty(db))
    ? 'The store has no centres and no users yet. To begin: ssh-admin centres import FILE'
    : undefined
}
