import type pg from 'pg'
import type { LogHead } from '../audit/head-file.ts'
import { statusOfTransaction } from './status-of-transaction.ts'

/** By what a change is known again whose commit nobody confirmed. */
export interface Committing {
  head: LogHead | undefined
  /** The server's own number of it. */
  transaction: string | undefined
  /** Whether there was anything to save. */
  hasWritten: boolean
}

/**
 * Whether a change was saved that the connection broke of. It holds the store meanwhile: while the server still commits
 * for that connection, nobody else has it. A change is known by its row in the log; what has none, such as a note, by
 * the number that the server gave it.
 */
export async function isSaved(
  client: pg.Client,
  { head, transaction }: Committing,
  { settings, wait }: { settings: string; wait: number },
): Promise<boolean> {
  await client.query(
    `begin; ${settings}; set local lock_timeout to ${Math.ceil(wait)}; select id from store where id = 1 for update`,
  )
  try {
    if (head) {
      const { rows } = await client.query<{ mac: Buffer }>('select mac from audit where id = $1', [
        head.events,
      ])
      return rows[0]?.mac.toString('hex') === head.head
    }
    return (await statusOfTransaction(client, transaction)) === 'committed'
  } finally {
    await client.query('rollback')
  }
}
