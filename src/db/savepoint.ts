import { sql } from 'kysely'
import { transactionState, type Trx } from './transact.ts'

/** A point within a transaction, to which what is done after it can be taken back. */
export interface Savepoint {
  rollBack: () => Promise<void>
  release: () => Promise<void>
}

/** @param name of its own where others may be open within it */
export async function savepoint(trx: Trx, name = 'batch'): Promise<Savepoint> {
  const state = transactionState(trx)
  const [queuedBefore, headBefore] = [state.queued.length, state.head]
  const point = sql.id(name)
  await sql`savepoint ${point}`.execute(trx)
  return {
    rollBack: async () => {
      await sql`rollback to savepoint ${point}`.execute(trx)
      state.queued.length = queuedBefore
      state.head = headBefore
    },
    release: async () => {
      await sql`release savepoint ${point}`.execute(trx)
    },
  }
}
