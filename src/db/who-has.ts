import type { Kysely } from 'kysely'
import { whichHasNumber } from './centres/by-name.ts'
import type { Store } from './schema.ts'
import { whoHasAddress } from './users/by-name.ts'

/** Which accounts have an address, or which centre a number, as text: what must not change while somebody is asked. */
export async function whoHas(
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
