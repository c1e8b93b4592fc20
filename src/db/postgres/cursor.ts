import { setImmediate as turn } from 'node:timers/promises'
import type pg from 'pg'
import Cursor from 'pg-cursor'

export interface CursorQuery {
  text: string
  values?: readonly unknown[]
  /** Each row with its values in the order of the columns, and not by their names. */
  asLists?: boolean
  /** Absent: a thousand. */
  atOnce?: number
}

/** Rows that a question asked for. */
interface CursorRows<Row> {
  /** @returns the next ones, many at once; none at the end */
  read: () => Promise<Row[]>
  close: () => Promise<void>
}

export async function openCursor<Row>(
  client: pg.Client,
  { text, values = [], asLists = false, atOnce = 1000 }: CursorQuery,
): Promise<CursorRows<Row>> {
  await lastWord()
  const cursor = client.query(new Cursor<Row>(text, [...values], asLists ? { rowMode: 'array' } : {}))
  return {
    read: async () => {
      await lastWord()
      return unlessLost(client, cursor.read(atOnce))
    },
    close: () => unlessLost(client, cursor.close()).catch(() => undefined),
  }
}

/**
 * Rows keep this process busy, and a server hangs up on whoever asks for nothing meanwhile: why, is heard before anything
 * is sent to it, and on a line that broke by that no more. What has come is read between two turns.
 */
async function lastWord(): Promise<void> {
  await turn()
  await turn()
}

/** A cursor waits for the server's last word, also of one that is gone, which never says it. */
function unlessLost<Result>(client: pg.Client, asked: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const lost = () => reject(new Error('Connection terminated unexpectedly'))
    client.once('end', lost)
    const over = () => client.off('end', lost)
    asked.then(resolve, reject).then(over, over)
  })
}
