import type pg from 'pg'
import { setTimeout as pause } from 'node:timers/promises'
import type { LogHead } from '../audit/head-file.ts'
import { isDisconnected, isOutOfTime } from './errors.ts'
import { errorCodeOf, CommitUnknown, Unavailable } from '../../errors.ts'
import type { ServerAddress } from '../../server-address.ts'
import type { Opening } from '../store/opening.ts'
import { pauseAfter, withConnection } from './connection.ts'
import type { ReconnectingClient } from './reconnecting-client.ts'

/** Between two looks at what is under way; in milliseconds. */
const pauseBetween = 100

/** By what a change is known again whose commit nobody confirmed. */
interface Committing {
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
async function isSaved(
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

interface Sharing {
  server: ServerAddress
  opening: Opening
}

/**
 * The connection broke while a change was being committed: whether it was is asked of whoever answers now.
 * @throws `store-unavailable` where it was not saved, `store-unsure` where nobody says
 */
export async function findOutWhetherSaved(
  connection: ReconnectingClient,
  { server, opening }: Sharing,
  { expected, cause }: { expected: Committing; cause: unknown },
): Promise<void> {
  const until = connection.until()
  let tries = 0
  do {
    try {
      await connection.replace(until)
      const wait = Math.max(1, until - performance.now())
      if (await isSaved(connection.client, expected, { settings: connection.settings(), wait })) return
    } catch {
      opening.onOutage?.()
      tries += 1
      await pause(pauseAfter(tries))
      continue
    }
    // What took too long would again.
    throw isOutOfTime(cause) ? notSaved(server, cause) : connection.letRunAgain(notSaved(server, cause))
  } while (performance.now() < until)
  // Of what only read, there is nothing that could have been saved.
  throw expected.hasWritten ? new CommitUnknown(server.shown, cause) : notSaved(server, cause)
}

function notSaved({ shown }: ServerAddress, cause: unknown): Unavailable {
  return new CommitUnknown(shown, cause).beforeAnyChange()
}

/** What became of a transaction to which the server gave this number; a standby that took over never heard of one that is higher than its own. */
async function statusOfTransaction(
  client: pg.Client,
  transaction: string | undefined,
): Promise<string | null | undefined> {
  try {
    const { rows } = await client.query<{ status: string | null }>(
      'select pg_xact_status(cast($1 as xid8)) as status',
      [transaction],
    )
    return rows[0]?.status
  } catch (error) {
    if (errorCodeOf(error) === '22023') return 'aborted'
    throw error
  }
}

interface NewSchema {
  /** As a sentence names it: `the copy`. */
  what: string
  /** What to do where nobody can say whether it was saved. */
  ifUnsure?: string
}

/**
 * Commits the transaction that made a schema; where the connection breaks meanwhile, whoever answers now is asked
 * what became of it. @throws `store-unavailable` where it was not saved, `store-unsure` where nobody says
 */
export async function commitNewSchema(
  client: pg.Client,
  server: ServerAddress,
  { what, ifUnsure }: NewSchema,
): Promise<void> {
  const { rows } = await client.query<{ number: string }>(
    'select cast(pg_current_xact_id() as text) as number',
  )
  try {
    await client.query('commit')
  } catch (cause) {
    if (!isDisconnected(cause)) throw cause
    const status = await statusThere(server, rows[0]?.number).catch(() => 'unknown')
    if (status === 'committed') return
    if (status !== 'aborted') throw new CommitUnknown(server.shown, cause, ifUnsure)
    throw new Unavailable(
      'store-unavailable',
      `The connection to ${server.shown} broke before ${what} was saved.`,
      { hint: 'Nothing is there. Run the command once more.', cause },
    )
  }
}

/** A server under load takes a while to notice that whoever was committing is gone; in milliseconds. */
const longestNoticing = 10_000

function statusThere(server: ServerAddress, transaction: string | undefined) {
  const until = performance.now() + longestNoticing
  return withConnection(server, async (client) => {
    for (;;) {
      const status = await statusOfTransaction(client, transaction)
      if (status !== 'in progress' || performance.now() > until) return status
      await pause(pauseBetween)
    }
  })
}
