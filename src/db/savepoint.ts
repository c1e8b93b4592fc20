import { type RawBuilder, sql } from 'kysely'
import { sendWithNext, transactionState, type Trx } from './transact.ts'

/** A point within a transaction, to which what is done after it can be taken back. */
export interface Savepoint {
  rollBack: () => Promise<void>
  release: () => Promise<void>
}

/** @param name of its own where others may be open within it */
export async function savepoint(trx: Trx, name = 'batch'): Promise<Savepoint> {
  const state = transactionState(trx)
  const [queuedBefore, headBefore, lastBefore] = [state.queued.length, state.head, state.last]
  const point = sql.id(name)
  const send = (statement: RawBuilder<unknown>) =>
    sendWithNext(trx, { compile: () => statement.compile(trx), execute: () => statement.execute(trx) })
  await send(sql`savepoint ${point}`)
  return {
    rollBack: async () => {
      await send(sql`rollback to savepoint ${point}`)
      state.queued.length = queuedBefore
      state.head = headBefore
      state.last = lastBefore
    },
    release: async () => {
      await send(sql`release savepoint ${point}`)
    },
  }
}
