import type { Kysely } from 'kysely'
import type { Store } from '../schema.ts'
import type { Trx } from '../transact.ts'

/** When an account's owner asked for a message and got one, since then, latest first. */
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

/** Notes one more, and forgets those before `since`. */
export async function noteAccountRequest(
  trx: Trx,
  { userId, at, since }: { userId: number; at: Date; since: Date },
): Promise<void> {
  await trx
    .deleteFrom('account_requests')
    .where('user_id', '=', userId)
    .where('at', '<=', since.toISOString())
    .execute()
  await trx.insertInto('account_requests').values({ user_id: userId, at: at.toISOString() }).execute()
}
