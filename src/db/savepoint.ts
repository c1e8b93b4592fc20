import { sql } from 'kysely'
import { transactionState, type Trx } from './transact.ts'

/** A point within a transaction, to which what is done after it can be taken back. */
export interface Savepoint {
  rollBack: () => Promise<void>
  release: () => Promise<void>
}

export async function savepoint(trx: Trx): Promise<Savepoint> {
  const { queued } = transactionState(trx)
  const queuedBefore = queued.length
  await sql`savepoint batch`.execute(trx)
  return {
    rollBack: async () => {
      await sql`rollback to savepoint batch`.execute(trx)
      queued.length = queuedBefore
    },
    release: async () => {
      await sql`release savepoint batch`.execute(trx)
    },
  }
}
