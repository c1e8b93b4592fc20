import { Cancelled } from '../../errors.ts'
import type { ServerAddress } from '../../server-address.ts'
import { type Opening, storeLocked } from '../store/opening.ts'
import type { ReconnectingClient } from './reconnecting-client.ts'
import { holderOf } from './server-facts.ts'

/** After this long, the wait is reported to the user. */
export const silentWaitMs = 200
/** lock_timeout of one attempt: Ctrl-C is checked between attempts. */
const maxLockWaitMs = 1000

interface AcquireOptions {
  server: ServerAddress
  opening: Opening
  /** Whether no transaction is open, so that the connection can be replaced. */
  isIdle: () => boolean
  /** @param wait lock_timeout in milliseconds. @returns whether the store is locked by this process now */
  take: (wait: number) => Promise<boolean>
}

/** Locks the store; waits for its holder (reported once, by name) and for a failover. @throws `store-locked` */
export async function acquireStore(
  connection: ReconnectingClient,
  { server, opening, isIdle, take }: AcquireOptions,
): Promise<void> {
  const { signal, interruption, maxWaitMs, onWait } = opening
  // A failed look-up of the holder only leaves the name out.
  const holder = () => holderOf(connection.client, server.schema).catch(() => undefined)
  const started = performance.now()
  const until = started + maxWaitMs
  let notified = false
  let reconnections = 0
  for (let tries = 0; ; tries += 1) {
    const remainingMs = until - performance.now()
    // Wait in the server's lock queue at once: a NOWAIT attempt first would double a busy server's work.
    const wait = Math.max(0, Math.min(remainingMs, tries === 0 ? silentWaitMs : maxLockWaitMs))
    if (isIdle()) await connection.reconnectIfLost(until)
    try {
      if (await take(wait)) return
    } catch (error) {
      if (!connection.isLost) throw error
      reconnections += 1
      await connection.backOff(error, { tries: reconnections, until })
      continue
    }
    if (signal?.aborted && !interruption?.isFinishing()) throw new Cancelled()
    const waited = performance.now() - started
    if (waited >= maxWaitMs) throw storeLocked(server.shown, await holder())
    if (!notified && waited > silentWaitMs) {
      notified = true
      onWait(await holder())
    }
  }
}
