import type pg from 'pg'
import { setTimeout as pause } from 'node:timers/promises'
import { Cancelled, errorCodeOf } from '../../errors.ts'
import type { ServerAddress } from '../../server-address.ts'
import type { Opening } from '../store/opening.ts'
import { connect, pauseAfter } from './connection.ts'
import {
  connectionBroken,
  inWords,
  isDisconnected,
  isLeftIdle,
  isOutOfTime,
  isSaidByServer,
} from './errors.ts'

/** Who waits longer hears Ctrl-C; in milliseconds. */
const heardAfter = 200
/** So long a server may take to break off what it was asked; in milliseconds. */
const breakingOff = 1_000
/** So long any server may take to answer who is asked for the last time; in milliseconds. */
const minAnswering = 1_000

interface ReconnectingOptions {
  server: ServerAddress
  opening: Opening
  /** Whether a standby, which takes no changes, would do. */
  readsAlone: boolean
}

/** The connection to the server of a shared store; another takes its place where it was lost. */
export class ReconnectingClient {
  readonly #options: ReconnectingOptions
  #client: pg.Client
  #isLost = false
  /** Whether it takes no changes, as it said last. */
  isStandby = false
  #reconnecting: Promise<void> | undefined
  /** What the server said was wrong, and nothing since: where it hung up, that is why. */
  #lastWord: Error | undefined
  /** What it said the first time that nothing was asked for too long. */
  #leftIdle: unknown
  /** Failures after which the same work may be tried again: nothing of it was saved. */
  readonly #passing = new WeakSet<object>()

  constructor(client: pg.Client, options: ReconnectingOptions) {
    this.#client = this.#watched(client)
    this.#options = options
  }

  get client(): pg.Client {
    return this.#client
  }

  get isLost(): boolean {
    return this.#isLost
  }

  #watched(client: pg.Client): pg.Client {
    this.#isLost = false
    this.#lastWord = undefined
    // Who asked may hear of the broken line alone: pg's cursor does, and nobody where nothing was asked.
    client.connection.on('errorMessage', (error: Error) => {
      if (client === this.#client) this.#lastWord = error
    })
    client.connection.on('readyForQuery', () => {
      if (client === this.#client) this.#lastWord = undefined
    })
    client.on('end', () => {
      if (client === this.#client) this.#isLost = true
    })
    return client
  }

  /** Asks, and leaves off with Ctrl-C where that takes long, as for a lock. @throws Cancelled */
  async untilInterrupted<Result>(ask: () => Promise<Result>): Promise<Result> {
    const { opening, server } = this.#options
    const client = this.#client
    let timer: NodeJS.Timeout | undefined
    let brokenOff: Promise<void> | undefined
    const isFinishing = () => opening.interruption?.isFinishing() === true
    const interrupt = () => {
      if (isFinishing()) return
      const tooLong = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          client.connection.stream.destroy()
          resolve()
        }, breakingOff)
      })
      brokenOff = Promise.race([
        import('./break-off.ts').then(({ breakOff }) => breakOff(client, server)).catch(() => undefined),
        tooLong,
      ])
    }
    let signal: AbortSignal | undefined
    timer = setTimeout(() => {
      ;({ signal } = opening)
      if (signal?.aborted) interrupt()
      else signal?.addEventListener('abort', interrupt, { once: true })
    }, heardAfter)
    try {
      const answer = await ask()
      if (!brokenOff) return answer
    } catch (error) {
      // What was asked for another question may meet this one.
      const isMet = errorCodeOf(error) === '57014' && opening.signal?.aborted && !isFinishing()
      if (!brokenOff && !isMet) throw error
    } finally {
      signal?.removeEventListener('abort', interrupt)
      // Otherwise it would meet what is asked next, such as the commit.
      await brokenOff
      clearTimeout(timer)
    }
    throw new Cancelled()
  }

  /** So long may be waited for a lock, or for another server. */
  until(): number {
    return performance.now() + this.#options.opening.maxWaitMs
  }

  /** Outside a transaction, within what may be waited. */
  async reconnectIfLost(until: number): Promise<void> {
    if (!this.#isLost) return
    this.#reconnecting ??= this.#reconnect(until).finally(() => {
      this.#reconnecting = undefined
    })
    await this.#reconnecting
  }

  async #reconnect(until: number): Promise<void> {
    const { server, opening, readsAlone } = this.#options
    const maxWaitMs = Math.max(0, until - performance.now())
    const { onOutage } = opening
    const signal = () => opening.signal
    this.#client = this.#watched(await connect(server, { writes: !readsAlone, maxWaitMs, signal, onOutage }))
  }

  /** Asks for a connection to whoever takes changes, however the present one stands. */
  async replace(until: number): Promise<void> {
    const { server, opening } = this.#options
    const maxWaitMs = Math.max(0, until - performance.now())
    const answersWithinMs = Math.max(minAnswering, maxWaitMs)
    const { onOutage } = opening
    this.#client = this.#watched(
      await connect(server, { writes: true, maxWaitMs, answersWithinMs, onOutage }),
    )
  }

  /** The first time another connection is made at once. @throws what went wrong, once it was waited for long enough */
  async pauseAfterLoss(trouble: unknown, { tries, until }: { tries: number; until: number }): Promise<void> {
    if (tries === 1) return
    const forSoLong = pauseAfter(tries - 1)
    if (performance.now() + forSoLong > until) throw trouble
    const { signal } = this.#options.opening
    await pause(forSoLong, undefined, { signal }).catch(() => {
      throw new Cancelled()
    })
  }

  /** Whether the same work may be tried again: the connection, or a lock, was lost before anything was saved. */
  mayRunAgain(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#passing.has(error)
  }

  /** @returns the same error, after which the same work may be tried again */
  letRunAgain<Failure extends object>(failure: Failure): Failure {
    this.#passing.add(failure)
    return failure
  }

  failureInWords(error: unknown): unknown {
    const isLost = isDisconnected(error)
    if (isLost) this.#isLost = true
    const isBroken = isLost && !isSaidByServer(error)
    const reason = isBroken ? (this.#lastWord ?? error) : error
    const { shown } = this.#options.server
    const failure =
      isBroken && reason === error
        ? connectionBroken(shown, { isStandby: this.isStandby, cause: error })
        : inWords(reason, shown)
    if (this.#mayPass(reason) && typeof failure === 'object' && failure !== null) this.letRunAgain(failure)
    return failure
  }

  /**
   * Whether the same work may come to its end if it is tried once more. Who left the connection idle, as a machine that
   * slept, may not the next time, but whoever does so twice is that slow.
   */
  #mayPass(error: unknown): boolean {
    if (isOutOfTime(error)) return false
    if (isLeftIdle(error)) {
      this.#leftIdle ??= error
      return this.#leftIdle === error
    }
    return isDisconnected(error) || /^40(001|P01)$/.test(errorCodeOf(error))
  }

  /**
   * What each transaction begins with, sent with its first statement. Where a policy of the server's would keep rows back,
   * it refuses instead: a list that lacks people would be believed.
   */
  settings(): string {
    const { server, opening } = this.#options
    const name = `ssh-admin ${opening.command} (${opening.operator ?? ''})`.slice(0, 63)
    return `set local search_path to ${this.quoted(server.schema)}; set local application_name to ${this.#client.escapeLiteral(name)}; set local standard_conforming_strings to on; set local extra_float_digits to 1; set local row_security to off`
  }

  quoted(name: string): string {
    return this.#client.escapeIdentifier(name)
  }
}
