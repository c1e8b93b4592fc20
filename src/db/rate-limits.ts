import { createHmac } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { type Credential, voidPin } from './credentials.ts'
import type { Store } from './schema.ts'
import { sendWithNext, transactionState, type Trx } from './transact.ts'

/** Counts a wrong try of a credential; the last one allowed voids it. */
export async function countFailedAttempt(
  trx: Trx,
  { credential, max }: { credential: Pick<Credential, 'id'>; max: number },
): Promise<void> {
  await sendWithNext(
    trx,
    trx
      .updateTable('credentials')
      .set(({ eb }) => ({
        wrong_tries: eb('wrong_tries', '+', 1),
        state: sql<'void' | 'open'>`case when wrong_tries >= ${max - 1} then 'void' else 'open' end`,
      }))
      .where('id', '=', credential.id)
      .where('state', '=', 'open'),
  )
}

/** Counts a wrong PIN; the last one allowed voids it. Always runs as many queries, so that timing reveals nothing. */
export async function countWrongPin(
  trx: Trx,
  { userId, max }: { userId: number; max: number },
): Promise<void> {
  await sendWithNext(
    trx,
    trx
      .updateTable('users')
      .set(({ eb }) => ({ pin_wrong_tries: eb('pin_wrong_tries', '+', 1) }))
      .where('id', '=', userId)
      .where('pin_state', '=', 'issued'),
  )
  const user = await trx
    .selectFrom('users')
    .select('pin_wrong_tries')
    .where('id', '=', userId)
    .executeTakeFirst()
  await voidPin(trx, user && user.pin_wrong_tries >= max ? userId : 0)
}

/** Wrong passwords in a row for an address. */
export interface WrongSignIns {
  inARow: number
  lastAt: Date
}

/** @param key the address as it is compared, whether anybody has it or not */
export async function wrongSignInsFor(trx: Trx, key: string): Promise<WrongSignIns | undefined> {
  const row = await trx
    .selectFrom('wrong_sign_ins')
    .select(['in_a_row', 'last_at'])
    .where('address', '=', digestOf(trx, key))
    .executeTakeFirst()
  return row && { inARow: row.in_a_row, lastAt: new Date(row.last_at) }
}

/** Counts one more wrong password. @returns how many there are in a row now */
export async function countWrongSignIn(trx: Trx, { key, at }: { key: string; at: Date }): Promise<number> {
  const last_at = at.toISOString()
  const { in_a_row } = await trx
    .insertInto('wrong_sign_ins')
    .values({ address: digestOf(trx, key), in_a_row: 1, last_at })
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

/** Resets the count of an address. */
export async function forgetWrongSignIns(trx: Trx, key: string): Promise<void> {
  await sendWithNext(trx, trx.deleteFrom('wrong_sign_ins').where('address', '=', digestOf(trx, key)))
}

/** Resets the counts of all addresses: under a new key their digests would not be found again. */
export async function forgetEveryWrongSignIn(trx: Trx): Promise<void> {
  await sendWithNext(trx, trx.deleteFrom('wrong_sign_ins'))
}

/** The times since `since` at which an account's owner asked for a message and got one, latest first. */
export async function accountRequests(
  db: Kysely<Store>,
  { userId, since }: { userId: number; since: Date },
): Promise<Date[]> {
  const rows = await db
    .selectFrom('account_requests')
    .select('at')
    .where('user_id', '=', userId)
    .where('at', '>', since.toISOString())
    .orderBy('at', 'desc')
    .execute()
  return rows.map(({ at }) => new Date(at))
}

/** Notes one more request, once for each moment, and forgets those before `since`. */
export async function noteAccountRequest(
  trx: Trx,
  { userId, at, since }: { userId: number; at: Date; since: Date },
): Promise<void> {
  await trx
    .deleteFrom('account_requests')
    .where('user_id', '=', userId)
    .where('at', '<=', since.toISOString())
    .execute()
  await trx
    .insertInto('account_requests')
    .values({ user_id: userId, at: at.toISOString() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** A keyed digest, as people type addresses of strangers: without the store's key nobody can guess which were typed. */
function digestOf(trx: Trx, key: string): string {
  return createHmac('sha256', transactionState(trx).signInKey).update(key).digest('hex')
}
