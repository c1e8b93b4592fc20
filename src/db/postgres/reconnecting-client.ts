import type pg from 'pg'
import { setTimeout as pause } from 'node:timers/promises'
import { Cancelled, errorCodeOf } from '../../errors.ts'
import type { ServerAddress } from '../../server-address.ts'
import type { Opening } from '../store/opening.ts'
import { connect, backoffMs } from './connection.ts'
import {
  connectionBroken,
  toFailure,
  isDisconnected,
  isIdleTimeout,
  isTimeout,
  isServerError,
} from './errors.ts'

/** A query that takes longer can be interrupted by Ctrl-C; quicker ones are spared the listener. */
const interruptDelayMs = 200
/** After this long without a reply to a cancel request the connection is destroyed. */
const cancelTimeoutMs = 1_000
/** Connection timeout of the last attempt, however little of --wait is left. */
const minAnswerMs = 1_000

interface ReconnectingOptions {
  server: ServerAddress
  opening: Opening
  /** Whether a standby is good enough. */
  acceptsStandby: boolean
}

/** The connection to the server of a shared store, which is replaced when it is lost. */
export class ReconnectingClient {
  readonly #options: ReconnectingOptions
  #client: pg.Client
  #isLost = false
  /** Whether the server is a standby, by its last answer. */
  isStandby = false
  #reconnecting: Promise<void> | undefined
  /** The server's last error, cleared by its next success: the reason why it closed the connection. */
  #lastServerError: Error | undefined
  /** The first idle timeout; a second one is not retried. */
  #firstIdleTimeout: unknown
  /** Failures after which the work can be retried, since nothing of it was committed. */
  readonly #retryable = new WeakSet<object>()

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
    this.#lastServerError = undefined
    // pg rejects a cursor with the broken connection alone, and an idle connection reports nothing: the reason is kept here.
    client.connection.on('errorMessage', (error: Error) => {
      if (client === this.#client) this.#lastServerError = error
    })
    client.connection.on('readyForQuery', () => {
      if (client === this.#client) this.#lastServerError = undefined
    })
    client.on('end', () => {
      if (client === this.#client) this.#isLost = true
    })
    return client
  }

  /** Runs a query that Ctrl-C cancels if it takes long, as when it waits for a lock. @throws Cancelled */
  async interruptible<Result>(query: () => Promise<Result>): Promise<Result> {
    const { opening, server } = this.#options
    const client = this.#client
    let timer: NodeJS.Timeout | undefined
    let cancelling: Promise<void> | undefined
    const isFinishing = () => opening.interruption?.isFinishing() === true
    const interrupt = () => {
      if (isFinishing()) return
      const interrupted = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          client.connection.stream.destroy()
          resolve()
        }, cancelTimeoutMs)
      })
      cancelling = Promise.race([
        import('./cancel-query.ts')
          .then(({ cancelQuery }) => cancelQuery(client, server))
          .catch(() => undefined),
        interrupted,
      ])
    }
    let signal: AbortSignal | undefined
    timer = setTimeout(() => {
      ;({ signal } = opening)
      if (signal?.aborted) interrupt()
      else signal?.addEventListener('abort', interrupt, { once: true })
    }, interruptDelayMs)
    try {
      const answer = await query()
      if (!cancelling) return answer
    } catch (error) {
      // A cancel request meant for an earlier query may hit this one (57014).
      const isStrayCancel = errorCodeOf(error) === '57014' && opening.signal?.aborted && !isFinishing()
      if (!cancelling && !isStrayCancel) throw error
    } finally {
      signal?.removeEventListener('abort', interrupt)
      // Await the cancel request; otherwise it could hit the next statement, such as the commit.
      await cancelling
      clearTimeout(timer)
    }
    throw new Cancelled()
  }

  /** The moment until which a lock or another server may be waited for. */
  deadline(): number {
    return performance.now() + this.#options.opening.maxWaitMs
  }

  /** Only outside a transaction. */
  async reconnectIfLost(until: number): Promise<void> {
    if (!this.#isLost) return
    this.#reconnecting ??= this.#reconnect(until).finally(() => {
      this.#reconnecting = undefined
    })
    await this.#reconnecting
  }

  async #reconnect(until: number): Promise<void> {
    const { server, opening, acceptsStandby } = this.#options
    const maxWaitMs = Math.max(0, until - performance.now())
    const { onOutage } = opening
    const signal = () => opening.signal
    this.#client = this.#watched(
      await connect(server, { writes: !acceptsStandby, maxWaitMs, signal, onOutage }),
    )
  }

  /** Connects to the primary anew, whatever the state of the present connection. */
  async replace(until: number): Promise<void> {
    const { server, opening } = this.#options
    const maxWaitMs = Math.max(0, until - performance.now())
    const maxConnectTimeoutMs = Math.max(minAnswerMs, maxWaitMs)
    const { onOutage } = opening
    this.#client = this.#watched(
      await connect(server, { writes: true, maxWaitMs, maxConnectTimeoutMs, onOutage }),
    )
  }

  /** Waits before a retry, but not before the first one. @throws the trouble, once the deadline would be passed */
  async backOff(trouble: unknown, { tries, until }: { tries: number; until: number }): Promise<void> {
    if (tries === 1) return
    const pauseMs = backoffMs(tries - 1)
    if (performance.now() + pauseMs > until) throw trouble
    const { signal } = this.#options.opening
    await pause(pauseMs, undefined, { signal }).catch(() => {
      throw new Cancelled()
    })
  }

  /** Whether the work can be retried: the connection or a lock was lost before anything was committed. */
  isRetryable(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#retryable.has(error)
  }

  /** Marks a failure as retryable, and returns it. */
  markRetryable<Failure extends object>(failure: Failure): Failure {
    this.#retryable.add(failure)
    return failure
  }

  toFailure(error: unknown): unknown {
    const isLost = isDisconnected(error)
    if (isLost) this.#isLost = true
    const isBroken = isLost && !isServerError(error)
    const reason = isBroken ? (this.#lastServerError ?? error) : error
    const { shown } = this.#options.server
    const failure =
      isBroken && reason === error
        ? connectionBroken(shown, { isStandby: this.isStandby, cause: error })
        : toFailure(reason, shown)
    if (this.#mayRetry(reason) && typeof failure === 'object' && failure !== null) this.markRetryable(failure)
    return failure
  }

  /**
   * Disconnects, serialization failures and deadlocks are retried, and so is the first idle timeout (as after a laptop
   * slept); a second one shows that the work itself is that slow.
   */
  #mayRetry(error: unknown): boolean {
    if (isTimeout(error)) return false
    if (isIdleTimeout(error)) {
      this.#firstIdleTimeout ??= error
      return this.#firstIdleTimeout === error
    }
    return isDisconnected(error) || /^40(001|P01)$/.test(errorCodeOf(error))
  }

  /**
   * Sent with the first statement of each transaction. With row_security off the server refuses a query that a policy
   * would filter: a list in which people are missing would be believed.
   */
  settings(): string {
    const { server, opening } = this.#options
    const name = `ssh-admin ${opening.command} (${opening.operator ?? ''})`.slice(0, 63)
    return `set local search_path to ${this.quoteIdentifier(server.schema)}; set local application_name to ${this.#client.escapeLiteral(name)}; set local standard_conforming_strings to on; set local extra_float_digits to 1; set local row_security to off`
  }

  quoteIdentifier(name: string): string {
    return this.#client.escapeIdentifier(name)
  }
}
