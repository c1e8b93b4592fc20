import { Cancelled } from '../../errors.ts'
import type { ServerAddress } from '../../server-address.ts'
import { type Opening, storeLocked } from '../store/opening.ts'
import type { ReconnectingClient } from './reconnecting-client.ts'
import { holderOf } from './server-facts.ts'

/** Longer, and whoever watches is told; in milliseconds. */
export const quietWait = 200
/** One wait of the server's, in which Ctrl-C is not heard. */
const longestWait = 1000

interface Taking {
  server: ServerAddress
  opening: Opening
  /** Whether nothing is open on the connection, which may be made anew then. */
  isIdle: () => boolean
  /** Waits so long at the most. @returns whether this process has the store now */
  take: (wait: number) => Promise<boolean>
}

/** Takes the store; waits for whoever has it, says once for whom, and for a server that takes over. @throws `store-locked` */
export async function takeInTurn(
  connection: ReconnectingClient,
  { server, opening, isIdle, take }: Taking,
): Promise<void> {
  const { signal, interruption, maxWaitMs, onWait } = opening
  // Nobody is named where the server does not answer: it is asked for the store once more.
  const holder = () => holderOf(connection.client, server.schema).catch(() => undefined)
  const started = performance.now()
  const until = started + maxWaitMs
  let notified = false
  let reconnections = 0
  for (let tries = 0; ; tries += 1) {
    const left = until - performance.now()
    // Who may wait at all stands in the row at once: to ask first whether it is free costs a busy server as much again.
    const wait = Math.max(0, Math.min(left, tries === 0 ? quietWait : longestWait))
    if (isIdle()) await connection.reconnectIfLost(until)
    try {
      if (await take(wait)) return
    } catch (error) {
      if (!connection.isLost) throw error
      reconnections += 1
      await connection.pauseAfterLoss(error, { tries: reconnections, until })
      continue
    }
    if (signal?.aborted && !interruption?.isFinishing()) throw new Cancelled()
    const waited = performance.now() - started
    if (waited >= maxWaitMs) throw storeLocked(server.shown, await holder())
    if (!notified && waited > quietWait) {
      notified = true
      onWait(await holder())
    }
  }
}
