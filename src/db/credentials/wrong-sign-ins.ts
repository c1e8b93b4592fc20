import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Store } from '../schema.ts'
import type { Trx } from '../transact.ts'

/** Wrong passwords for an address, one after the other. */
export interface WrongSignIns {
  inARow: number
  lastAt: Date
}

/** @param key the address as it is compared, whether anybody has it or not */
export async function wrongSignInsFor(db: Kysely<Store>, key: string): Promise<WrongSignIns | undefined> {
  const row = await db
    .selectFrom('wrong_sign_ins')
    .select(['in_a_row', 'last_at'])
    .where('address', '=', digestOf(key))
    .executeTakeFirst()
  return row && { inARow: row.in_a_row, lastAt: new Date(row.last_at) }
}

/** Counts one more. @returns how many there are now */
export async function countWrongSignIn(trx: Trx, { key, at }: { key: string; at: Date }): Promise<number> {
  const last_at = at.toISOString()
  const { in_a_row } = await trx
    .insertInto('wrong_sign_ins')
    .values({ address: digestOf(key), in_a_row: 1, last_at })
    .onConflict((conflict) =>
      conflict.column('address').doUpdateSet(({ eb, ref }) => ({
        in_a_row: eb(ref('wrong_sign_ins.in_a_row'), '+', 1),
        last_at,
      })),
    )
    .returning('in_a_row')
    .executeTakeFirstOrThrow()
  return in_a_row
}

/** The row of wrong ones is at an end. */
export async function forgetWrongSignIns(trx: Trx, key: string): Promise<void> {
  await trx.deleteFrom('wrong_sign_ins').where('address', '=', digestOf(key)).execute()
}

/** People type addresses that are not theirs, and not ours: none is kept as it was typed. */
function digestOf(key: string): string {
  return createHash('sha256').update(`wrong sign-in\0${key}`).digest('hex')
}
