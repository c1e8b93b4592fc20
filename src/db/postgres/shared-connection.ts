import type pg from 'pg'
import { errorCodeOf, Unavailable } from '../../errors.ts'
import type { LogHead } from '../audit/head-file.ts'
import type { ServerState } from '../engine.ts'
import { type Opening, storeMissing } from '../store/opening.ts'
import { disconnect } from './connection.ts'
import { isDisconnected, isTimeout, lacksFunction } from './errors.ts'
import type { CursorQuery } from './cursor.ts'
import { Pipeline } from './pipeline.ts'
import { ReconnectingClient } from './reconnecting-client.ts'
import { ServerClock } from './server-clock.ts'
import { type RowOfStore, type StoreRow, StoreState } from './store-row.ts'
import { silentWaitMs, acquireStore } from './wait.ts'
import type { ServerAddress } from '../../server-address.ts'

interface SharedConnectionOptions {
  server: ServerAddress
  opening: Opening
  /** Whether all reads see one snapshot (REPEATABLE READ). */
  snapshot: boolean
  /** Checks, once the store is locked, that it is still the one that was opened. */
  check: (row: StoreRow) => void
}

/** An idle read-only transaction is ended after this long; in milliseconds. */
const idleReadMs = 300
/**
 * Lower bound of lock_timeout within a change: extending a table takes a short lock even without another session; in
 * milliseconds.
 */
const minTableLockMs = 1_000

/**
 * One connection to a shared store. Queries outside a change run in a read-only transaction, which blocks nobody; a
 * change begins by locking the store's row, and is the only writer until it ends.
 */
export class SharedConnection {
  readonly #options: SharedConnectionOptions
  readonly #connection: ReconnectingClient
  readonly #store: StoreState
  #state: 'idle' | 'reading' | 'writing' = 'idle'
  #idleTimer: NodeJS.Timeout | undefined
  /** The server's error when no store was found. */
  #missingStoreError: unknown
  #expectedHead: LogHead | undefined
  /** Whether the open change has sent anything but selects. */
  #hasWritten = false
  /** The open change's last real error: afterwards the server only answers 25P02 (transaction aborted). */
  #lastError: unknown
  readonly #pipeline = new Pipeline(() => this.#client)
  readonly #clock: ServerClock

  constructor(client: pg.Client, options: SharedConnectionOptions) {
    this.#connection = new ReconnectingClient(client, { ...options, acceptsStandby: options.snapshot })
    this.#store = new StoreState(options.server)
    this.#options = options
    this.#clock = new ServerClock(options.opening, options.server)
  }

  get #client(): pg.Client {
    return this.#connection.client
  }

  /**
   * Runs a query, and retries it on a new connection when the present one is lost, as in a failover: never within a
   * change, and within a snapshot only its first query.
   */
  async #withRetry<Result>(query: () => Promise<Result>): Promise<Result> {
    const until = this.#connection.deadline()
    for (let tries = 1; ; tries += 1) {
      const isFirstRead = this.#state === 'idle'
      try {
        await this.#beginReading(until)
        return await this.#connection.interruptible(query)
      } catch (caught) {
        const error = this.#causeOf(caught)
        const mayRetry = this.#state === 'reading' && (isFirstRead || !this.#options.snapshot)
        if (this.#state === 'reading') await this.rollback()
        const failure = this.#connection.toFailure(error)
        if (!mayRetry || !isDisconnected(error) || isTimeout(error)) throw failure
        await this.#connection.backOff(failure, { tries, until })
      } finally {
        this.#startIdleTimer()
      }
    }
  }

  /** The error that aborted the open change, even if the rule caught it at the time. */
  #causeOf(error: unknown): unknown {
    if (this.#state !== 'writing') return error
    if (errorCodeOf(error) !== '25P02') this.#lastError = error
    return this.#lastError ?? error
  }

  isRetryable(error: unknown): boolean {
    return this.#connection.isRetryable(error)
  }

  get row(): StoreRow {
    return this.#store.row
  }

  get seen(): Readonly<ServerState> {
    return this.#store
  }

  /** @throws `store-newer`, `store-older` */
  check(): void {
    this.#options.check(this.row)
  }

  now(): Date {
    return this.#clock.now()
  }

  /** Reads the store's row outside any change. @returns undefined where there is no store */
  async readStoreRow(): Promise<StoreRow | undefined> {
    try {
      const { rows } = await this.#withRetry(() => this.#pipeline.query<RowOfStore>(this.#store.query))
      this.#noteRow(rows[0])
      return this.row
    } catch (error) {
      if (!isStoreMissing(error)) throw error
      if (!this.#store.tryOlderQuery()) {
        this.#missingStoreError = error
        return undefined
      }
      await this.rollback()
      return this.readStoreRow()
    }
  }

  /** Reads the store's row unless it was read already. @throws `store-missing`, `store-newer`, `store-older` */
  async ensureStoreRow(): Promise<void> {
    if (this.#store.isRead) return
    if (!(await this.readStoreRow())) throw await this.#missing()
    this.check()
  }

  /** Says what is there in place of a store. @throws `store-refused`, `store-foreign`, `store-damaged` */
  async refuseForeign({ createsStore }: { createsStore: boolean }): Promise<void> {
    const { server } = this.#options
    const { refuseForeignSchema } = await import('./rights.ts')
    return this.whileReading((client) =>
      refuseForeignSchema(client, server, { createsStore, found: this.#missingStoreError }),
    )
  }

  async #missing(): Promise<unknown> {
    await this.refuseForeign({ createsStore: false })
    return storeMissing(this.#options.server.shown)
  }

  /** Makes sure that a transaction is open for the next query: the change's, or a read-only one that is sent with it. */
  async #beginReading(until: number): Promise<void> {
    clearTimeout(this.#idleTimer)
    if (this.#state !== 'idle') return
    await this.#connection.reconnectIfLost(until)
    // Of several concurrent queries, only the first begins the transaction.
    if (this.#state !== 'idle') return
    this.#state = 'reading'
    const isolation = this.#options.snapshot ? 'repeatable read' : 'read committed'
    // A reader only waits for ALTER TABLE and explicit locks.
    const begin = `begin isolation level ${isolation} read only; set local lock_timeout to ${this.#lockTimeoutMs()}`
    this.sendWithNext(`${begin}; ${this.#connection.settings()}`)
  }

  /** In milliseconds. */
  #lockTimeoutMs(): number {
    return Math.max(1, Math.ceil(this.#options.opening.maxWaitMs))
  }

  /** Sends a statement whose result nobody needs together with the next query, which also reports its failure. */
  sendWithNext(text: string, values: readonly unknown[] = []): void {
    this.#noteWriting(text)
    this.#pipeline.add(text, values)
  }

  #noteWriting(text: string): void {
    if (this.#state === 'writing' && !/^\s*select\b/i.test(text)) this.#hasWritten = true
  }

  async query<R extends object>(text: string, values: readonly unknown[]): Promise<pg.QueryResult<R>> {
    if (this.#state !== 'writing' && !/^\s*(select|with)\b/i.test(text)) return this.#autocommit(text, values)
    await this.ensureStoreRow()
    this.#noteWriting(text)
    return this.#withRetry(() => this.#pipeline.query<R>(text, values))
  }

  /** Runs a statement outside any change in a transaction of its own. */
  async #autocommit<R extends object>(text: string, values: readonly unknown[]): Promise<pg.QueryResult<R>> {
    await this.rollback()
    await this.#connection.reconnectIfLost(this.#connection.deadline())
    try {
      await this.#client.query(`begin; ${this.#connection.settings()}`)
      const result = await this.#client.query<R>(text, [...values])
      await this.#client.query('commit')
      return result
    } catch (error) {
      await this.#client.query('rollback').catch(() => undefined)
      throw this.#connection.toFailure(error)
    }
  }

  /** Locks the store's row, and with it the store; waits for its holder, and for a failover. */
  async begin(): Promise<void> {
    clearTimeout(this.#idleTimer)
    await acquireStore(this.#connection, {
      ...this.#options,
      isIdle: () => this.#state === 'idle',
      take: (wait) => this.#tryAcquire(wait),
    })
  }

  /** @returns whether the store is locked by this process now */
  async #tryAcquire(wait: number): Promise<boolean> {
    while (this.#pipeline.sending) await this.#pipeline.sending
    const hasRead = this.#state === 'reading' && this.#pipeline.isEmpty
    this.#pipeline.discard()
    const end = hasRead ? 'commit; ' : ''
    this.#state = 'writing'
    this.#hasWritten = false
    this.#lastError = undefined
    // READ COMMITTED: after waiting for the row lock, the change sees what was committed meanwhile. At a higher level it
    // would silently read a stale snapshot.
    const begin = `${end}begin isolation level read committed; ${this.#connection.settings()}; set local idle_in_transaction_session_timeout to '60s'`
    const lock = `select tableoid as held from store where id = 1 for update ${wait === 0 ? 'nowait' : ''}`
    // lock_timeout also bounds the wait for a lock of the whole table; a shorter statement_timeout of the role, or its
    // transaction_timeout, would end it. Both count from when the store is locked.
    const limit = `set local lock_timeout to ${Math.ceil(Math.max(wait, silentWaitMs))}; set local statement_timeout to 0; ${transactionTimeout("'0'")}; `
    try {
      const result: unknown = await this.#connection.interruptible(() =>
        this.#client.query(
          `${begin}; ${limit}${lock}; set local statement_timeout to default; ${transactionTimeout('null')}; set local lock_timeout to ${Math.max(minTableLockMs, this.#lockTimeoutMs())}; ${this.#store.query}`,
        ),
      )
      const [held, read] = Array.isArray(result) ? result.filter(namesHeld) : []
      // The store was replaced during the wait (store restore): the locked row is of the old table, kept under another name.
      if (held?.rows[0]?.held !== read?.rows[0]?.held) {
        await this.rollback()
        return false
      }
      this.#noteRow(read?.rows[0])
      this.#clock.check()
      this.#options.check(this.row)
      return true
    } catch (error) {
      await this.rollback()
      if (errorCodeOf(error) === '55P03') return false
      if (isStoreMissing(error) && this.#store.tryOlderQuery()) return this.#tryAcquire(wait)
      if (!this.#store.isRead && isStoreMissing(error)) {
        this.#missingStoreError = error
        throw await this.#missing()
      }
      throw this.#connection.toFailure(error)
    }
  }

  /** The log's head after the commit: by it a commit of unknown outcome is found. */
  aboutToCommit(head: LogHead | undefined): void {
    this.#expectedHead = head
  }

  async commit(): Promise<void> {
    const expected = {
      head: this.#expectedHead,
      transaction: this.#store.transaction,
      hasWritten: this.#hasWritten,
    }
    this.#expectedHead = undefined
    try {
      const { command } = await this.#pipeline.query('commit')
      this.#state = 'idle'
      if (command !== 'COMMIT') {
        const rolledBack = Object.assign(new Error('it was rolled back'), { code: '25P02' })
        throw this.#lastError ?? rolledBack
      }
    } catch (error) {
      if (!(await this.#isOutcomeUnknown(error))) throw this.#connection.toFailure(error)
      this.#state = 'idle'
      const { resolveUnknownCommit } = await import('./unknown-commit.ts')
      await resolveUnknownCommit(this.#connection, this.#options, { expected, cause: error })
    }
  }

  /** A server that crashes during the commit, as when it cannot write the WAL, leaves the outcome unknown too. */
  async #isOutcomeUnknown(error: unknown): Promise<boolean> {
    if (isDisconnected(error) || errorCodeOf(error) === '40003') return true
    return this.#client.query('rollback').then(
      () => false,
      () => true,
    )
  }

  async rollback(): Promise<void> {
    clearTimeout(this.#idleTimer)
    await this.#pipeline.finishWith(() => {
      if (this.#state === 'idle') return undefined
      this.#state = 'idle'
      return this.#client.query('rollback').then(
        () => undefined,
        (error: unknown) => {
          if (!isDisconnected(error)) throw error
        },
      )
    })
  }

  async close(): Promise<void> {
    clearTimeout(this.#idleTimer)
    // The server rolls an open transaction back when the connection closes.
    this.#state = 'idle'
    this.#pipeline.discard()
    disconnect(this.#client)
  }

  /** Streams a query's rows in batches, by a cursor. */
  async *stream<Row>(query: CursorQuery): AsyncGenerator<Row[]> {
    let close = async () => {}
    await this.ensureStoreRow()
    try {
      const { openCursor } = await import('./cursor.ts')
      const { cursor, first } = await this.whileReading(async (client) => {
        const opened = await openCursor<Row>(client, query)
        return { cursor: opened, first: await opened.read() }
      })
      close = cursor.close
      for (let rows = first; rows.length > 0; rows = await cursor.read()) yield rows
    } catch (error) {
      // A failed cursor is closed already; closing it again would never be answered.
      close = async () => {}
      if (this.#state === 'reading') await this.rollback()
      throw this.#connection.toFailure(error)
    } finally {
      if (!this.#connection.isLost) await close()
      this.#startIdleTimer()
    }
  }

  /** Runs work outside any transaction. @returns undefined where no connection can be made */
  async outsideTransaction<Result>(
    work: (client: pg.Client) => Promise<Result>,
  ): Promise<Result | undefined> {
    await this.rollback()
    const isReconnected = await this.#connection.reconnectIfLost(this.#connection.deadline()).then(
      () => true,
      () => false,
    )
    return isReconnected ? work(this.#client) : undefined
  }

  /** Gives the open change's client to work that needs it, such as COPY. @throws the server's error as a Failure */
  async withinChange<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    this.#hasWritten = true
    try {
      return await this.#connection.interruptible(async () => {
        await this.#pipeline.flush()
        return work(this.#client)
      })
    } catch (error) {
      throw this.#connection.toFailure(this.#causeOf(error))
    }
  }

  /** Gives the client to work that reads, as by a cursor. */
  whileReading<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    return this.#withRetry(async () => {
      await this.#pipeline.flush()
      return work(this.#client)
    })
  }

  /** Ends a read-only transaction that stays idle: it would hold back VACUUM. */
  #startIdleTimer(): void {
    if (this.#state !== 'reading' || this.#options.snapshot) return
    clearTimeout(this.#idleTimer)
    this.#idleTimer = setTimeout(() => {
      void this.rollback().catch(() => undefined)
    }, idleReadMs).unref()
  }

  #noteRow(row: RowOfStore | undefined): void {
    this.#clock.setFrom(this.#store.update(row))
    this.#connection.isStandby = row?.standby === true
    // With one host in the address, the user chose the standby.
    const { server, opening } = this.#options
    if (row?.standby && server.hosts.length > 1) opening.onStandby?.()
  }
}

/**
 * Whether the schema or a table is missing, or is another program's of the same name (other columns, or types that
 * cannot be compared).
 */
function isStoreMissing(error: unknown): boolean {
  const said = error instanceof Unavailable ? error.cause : error
  return /^(42P01|3F000|42703|42883)$/.test(errorCodeOf(said)) && !lacksFunction(said)
}

/** PostgreSQL 17 and later have it; of null, as the role has it. */
function transactionTimeout(value: "'0'" | 'null'): string {
  const name = "'transaction_timeout'"
  return `select case when current_setting(${name}, true) is not null then set_config(${name}, ${value}, true) end as "limit"`
}

function namesHeld({ fields }: { fields?: readonly { name: string }[] }): boolean {
  return fields?.some(({ name }) => name === 'held') ?? false
}
