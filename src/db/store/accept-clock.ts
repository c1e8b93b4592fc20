import type { Trx } from '../transact.ts'

/** What was to wait for a time that will not come for long waits no longer than from the accepted time on. */
export async function endWaitsOfTheFuture(trx: Trx, time: string): Promise<void> {
  await trx.deleteFrom('account_requests').where('at', '>', time).execute()
  await trx.updateTable('wrong_sign_ins').set({ last_at: time }).where('last_at', '>', time).execute()
  await trx
    .updateTable('outbox')
    .set({ next_try_at: time })
    .where('state', '=', 'queued')
    .where('next_try_at', '>', time)
    .execute()
  await trx.updateTable('outbox').set({ claimed_at: time }).where('claimed_at', '>', time).execute()
}
