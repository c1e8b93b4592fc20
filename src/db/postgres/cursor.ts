import { setImmediate as turn } from 'node:timers/promises'
import type pg from 'pg'
import Cursor from 'pg-cursor'

export interface CursorQuery {
  text: string
  values?: readonly unknown[]
  /** Rows as arrays of values in column order, rather than objects. */
  asArrays?: boolean
  /** Rows in a batch; 1,000 by default. */
  batchSize?: number
}

/** An open cursor. */
interface CursorRows<Row> {
  /** @returns the next batch; empty at the end */
  read: () => Promise<Row[]>
  close: () => Promise<void>
}

export async function openCursor<Row>(
  client: pg.Client,
  { text, values = [], asArrays = false, batchSize = 1000 }: CursorQuery,
): Promise<CursorRows<Row>> {
  await readServerError()
  const cursor = client.query(new Cursor<Row>(text, [...values], asArrays ? { rowMode: 'array' } : {}))
  return {
    read: async () => {
      await readServerError()
      return rejectOnDisconnect(client, cursor.read(batchSize))
    },
    close: () => rejectOnDisconnect(client, cursor.close()).catch(() => undefined),
  }
}

/**
 * While this process was busy with rows, the server may have closed the idle connection (idle_in_transaction_session_timeout).
 * Two turns of the event loop let its error be read before a write to the closed socket replaces it.
 */
async function readServerError(): Promise<void> {
  await turn()
  await turn()
}

/** pg-cursor waits for an answer even when the connection is lost, and so would never settle. */
function rejectOnDisconnect<Result>(client: pg.Client, query: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onEnd = () => reject(new Error('Connection terminated unexpectedly'))
    client.once('end', onEnd)
    const stopListening = () => client.off('end', onEnd)
    query.then(resolve, reject).then(stopListening, stopListening)
  })
}
