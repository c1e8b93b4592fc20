import type pg from 'pg'
import { setTimeout as pause } from 'node:timers/promises'
import type { LogHead } from '../audit/head-file.ts'
import { isDisconnected, isTimeout } from './errors.ts'
import { errorCodeOf, CommitUnknown, Unavailable } from '../../errors.ts'
import type { ServerAddress } from '../../server-address.ts'
import type { Opening } from '../store/opening.ts'
import { backoffMs, withConnection } from './connection.ts'
import type { ReconnectingClient } from './reconnecting-client.ts'

/** Interval at which the status of a transaction in progress is polled. */
const pollIntervalMs = 100

/** What identifies a change whose commit was not confirmed. */
interface PendingCommit {
  head: LogHead | undefined
  /** The server's transaction id (xid8). */
  transaction: string | undefined
  /** Whether there was anything to save. */
  hasWritten: boolean
}

/**
 * Whether a change was committed before its connection broke. The store is locked for the query, which waits until the
 * server has finished with the broken connection. A change is identified by its row in the audit log; one without a row,
 * such as a note, by its transaction id.
 */
async function isCommitted(
  client: pg.Client,
  { head, transaction }: PendingCommit,
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

interface SharedStore {
  server: ServerAddress
  opening: Opening
}

/**
 * Finds out, on a new connection, whether a change was committed whose connection broke during the commit.
 * @throws `store-unavailable` if it was not, `store-unsure` if no server answers in time
 */
export async function resolveUnknownCommit(
  connection: ReconnectingClient,
  { server, opening }: SharedStore,
  { expected, cause }: { expected: PendingCommit; cause: unknown },
): Promise<void> {
  const until = connection.deadline()
  let tries = 0
  do {
    try {
      await connection.replace(until)
      const wait = Math.max(1, until - performance.now())
      if (await isCommitted(connection.client, expected, { settings: connection.settings(), wait })) return
    } catch {
      opening.onOutage?.()
      tries += 1
      await pause(backoffMs(tries))
      continue
    }
    // A timeout would only happen again.
    throw isTimeout(cause)
      ? notCommitted(server, cause)
      : connection.markRetryable(notCommitted(server, cause))
  } while (performance.now() < until)
  // A transaction that wrote nothing has nothing to be unsure about.
  throw expected.hasWritten ? new CommitUnknown(server.shown, cause) : notCommitted(server, cause)
}

function notCommitted({ shown }: ServerAddress, cause: unknown): Unavailable {
  return new CommitUnknown(shown, cause).beforeAnyChange()
}

/**
 * A transaction's status. A promoted standby raises 22023 for an id beyond its own: the transaction was never
 * replicated.
 */
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
  /** Its name in a sentence: `the copy`. */
  what: string
  /** The hint where the outcome stays unknown. */
  unsureHint?: string
}

/**
 * Commits the transaction that made a schema; if the connection breaks meanwhile, the outcome is looked up on a new one.
 * @throws `store-unavailable` if it was not committed, `store-unsure` if the outcome stays unknown
 */
export async function commitNewSchema(
  client: pg.Client,
  server: ServerAddress,
  { what, unsureHint }: NewSchema,
): Promise<void> {
  const { rows } = await client.query<{ number: string }>(
    'select cast(pg_current_xact_id() as text) as number',
  )
  try {
    await client.query('commit')
  } catch (cause) {
    if (!isDisconnected(cause)) throw cause
    const status = await waitForStatus(server, rows[0]?.number).catch(() => 'unknown')
    if (status === 'committed') return
    if (status !== 'aborted') throw new CommitUnknown(server.shown, cause, unsureHint)
    throw new Unavailable(
      'store-unavailable',
      `The connection to ${server.shown} broke before ${what} was saved.`,
      { hint: 'Nothing is there. Run the command once more.', cause },
    )
  }
}

/** How long a loaded server may take to notice that the committing client is gone. */
const maxDetectionMs = 10_000

function waitForStatus(server: ServerAddress, transaction: string | undefined) {
  const until = performance.now() + maxDetectionMs
  return withConnection(server, async (client) => {
    for (;;) {
      const status = await statusOfTransaction(client, transaction)
      if (status !== 'in progress' || performance.now() > until) return status
      await pause(pollIntervalMs)
    }
  })
}
