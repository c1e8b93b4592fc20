import type pg from 'pg'
import { errorCodeOf, Unavailable } from '../../errors.ts'
import type { LogHead } from '../audit/head-file.ts'
import type { SeenOnServer } from '../engine.ts'
import { type Opening, storeMissing } from '../store/opening.ts'
import { hangUp } from './connection.ts'
import { isDisconnected, isOutOfTime, lacksFunction } from './errors.ts'
import type { CursorQuery } from './cursor.ts'
import { Pipeline } from './pipeline.ts'
import { ReconnectingClient } from './reconnecting-client.ts'
import { ServerClock } from './server-clock.ts'
import { type RowOfStore, type StoreRow, StoreState } from './store-row.ts'
import { quietWait, takeInTurn } from './wait.ts'
import type { ServerAddress } from '../../server-address.ts'

interface Sharing {
  server: ServerAddress
  opening: Opening
  /** Everything that is read is of one moment. */
  snapshot: boolean
  /** Looks, once the store is held, whether it is still what was opened. */
  check: (row: StoreRow) => void
}

/** So long a transaction that only reads stays open with nothing asked. */
const idleReading = 300
/** A change stands in its own way for a moment where a table grows: so long it waits for a table whatever it may; in milliseconds. */
const minTableWait = 1_000

/**
 * One connection to a shared store. Whatever is asked outside a change is asked in a transaction that only reads,
 * which nothing waits for; a change begins by taking the store's row, and has the store alone until it ends.
 */
export class SharedConnection {
  readonly #sharing: Sharing
  readonly #connection: ReconnectingClient
  readonly #store: StoreState
  #state: 'idle' | 'reading' | 'writing' = 'idle'
  #resting: NodeJS.Timeout | undefined
  /** What the server said where it found no store. */
  #withoutStore: unknown
  #expected: LogHead | undefined
  /** Whether the change that is open has asked for anything but to read. */
  #hasWritten = false
  /** What went wrong last in the change that is open: after it the server only says that nothing goes on. */
  #trouble: unknown
  readonly #pipeline = new Pipeline(() => this.#client)
  readonly #clock: ServerClock

  constructor(client: pg.Client, sharing: Sharing) {
    this.#connection = new ReconnectingClient(client, { ...sharing, readsAlone: sharing.snapshot })
    this.#store = new StoreState(sharing.server)
    this.#sharing = sharing
    this.#clock = new ServerClock(sharing.opening, sharing.server)
  }

  get #client(): pg.Client {
    return this.#connection.client
  }

  /**
   * Asks, and where the connection is lost asks the next one that answers, such as a standby that took over: within a
   * change never, and of a snapshot only what is asked of it first.
   */
  async #asking<Result>(ask: () => Promise<Result>): Promise<Result> {
    const until = this.#connection.until()
    for (let tries = 1; ; tries += 1) {
      const begins = this.#state === 'idle'
      try {
        await this.#toRead(until)
        return await this.#connection.untilInterrupted(ask)
      } catch (thrown) {
        const error = this.#causeOf(thrown)
        const asksAgain = this.#state === 'reading' && (begins || !this.#sharing.snapshot)
        if (this.#state === 'reading') await this.rollback()
        const failure = this.#connection.failureInWords(error)
        if (!asksAgain || !isDisconnected(error) || isOutOfTime(error)) throw failure
        await this.#connection.pauseAfterLoss(failure, { tries, until })
      } finally {
        this.#rest()
      }
    }
  }

  /** Of a change that the server goes on with no more, what went wrong in it, also where nobody minded that. */
  #causeOf(error: unknown): unknown {
    if (this.#state !== 'writing') return error
    if (errorCodeOf(error) !== '25P02') this.#trouble = error
    return this.#trouble ?? error
  }

  mayRunAgain(error: unknown): boolean {
    return this.#connection.mayRunAgain(error)
  }

  get row(): StoreRow {
    return this.#store.row
  }

  get seen(): Readonly<SeenOnServer> {
    return this.#store
  }

  /** @throws `store-newer`, `store-older` */
  check(): void {
    this.#sharing.check(this.row)
  }

  now(): Date {
    return this.#clock.now()
  }

  /** Finds the store's row, outside any change. @returns undefined where there is no store */
  async look(): Promise<StoreRow | undefined> {
    try {
      const { rows } = await this.#asking(() => this.#pipeline.ask<RowOfStore>(this.#store.query))
      this.#noteRow(rows[0])
      return this.row
    } catch (error) {
      if (!isWithoutStore(error)) throw error
      if (!this.#store.mayBeOlder()) {
        this.#withoutStore = error
        return undefined
      }
      await this.rollback()
      return this.look()
    }
  }

  /** Looks, where nobody has yet. @throws `store-missing`, `store-newer`, `store-older` */
  async lookedAt(): Promise<void> {
    if (this.#store.isSeen) return
    if (!(await this.look())) throw await this.#missing()
    this.check()
  }

  /** Where no store was found. @throws `store-refused`, `store-foreign`, `store-damaged` */
  async refuseForeign({ isToBegin }: { isToBegin: boolean }): Promise<void> {
    const { server } = this.#sharing
    const { refuseForeignSchema } = await import('./rights.ts')
    return this.reading((client) =>
      refuseForeignSchema(client, server, { isToBegin, found: this.#withoutStore }),
    )
  }

  async #missing(): Promise<unknown> {
    await this.refuseForeign({ isToBegin: false })
    return storeMissing(this.#sharing.server.shown)
  }

  /** For what is asked next: within the change that is open, or in a transaction that only reads and begins with it. */
  async #toRead(until: number): Promise<void> {
    clearTimeout(this.#resting)
    if (this.#state !== 'idle') return
    await this.#connection.reconnectIfLost(until)
    // Of several that are asked at once, one begins.
    if (this.#state !== 'idle') return
    this.#state = 'reading'
    const level = this.#sharing.snapshot ? 'repeatable read' : 'read committed'
    // Only who alters the store's tables, or locks them by hand, is in a reader's way.
    const begin = `begin isolation level ${level} read only; set local lock_timeout to ${this.#longestWait()}`
    this.sendWithNext(`${begin}; ${this.#connection.settings()}`)
  }

  /** For tables that somebody has locked, in milliseconds. */
  #longestWait(): number {
    return Math.max(1, Math.ceil(this.#sharing.opening.maxWaitMs))
  }

  /** A statement that answers nothing waits for the next question, and is sent with it; its failure is told there. */
  sendWithNext(text: string, values: readonly unknown[] = []): void {
    this.#noteWriting(text)
    this.#pipeline.add(text, values)
  }

  #noteWriting(text: string): void {
    if (this.#state === 'writing' && !/^\s*select\b/i.test(text)) this.#hasWritten = true
  }

  async query<R extends object>(text: string, values: readonly unknown[]): Promise<pg.QueryResult<R>> {
    if (this.#state !== 'writing' && !/^\s*(select|with)\b/i.test(text)) return this.#alone(text, values)
    await this.lookedAt()
    this.#noteWriting(text)
    return this.#asking(() => this.#pipeline.ask<R>(text, values))
  }

  /** What is written outside a change is committed at once. */
  async #alone<R extends object>(text: string, values: readonly unknown[]): Promise<pg.QueryResult<R>> {
    await this.rollback()
    await this.#connection.reconnectIfLost(this.#connection.until())
    try {
      await this.#client.query(`begin; ${this.#connection.settings()}`)
      const result = await this.#client.query<R>(text, [...values])
      await this.#client.query('commit')
      return result
    } catch (error) {
      await this.#client.query('rollback').catch(() => undefined)
      throw this.#connection.failureInWords(error)
    }
  }

  /** Takes the store's row, and with it the store; waits for whoever has it, and for a server that takes over. */
  async begin(): Promise<void> {
    clearTimeout(this.#resting)
    await takeInTurn(this.#connection, {
      ...this.#sharing,
      isIdle: () => this.#state === 'idle',
      take: (wait) => this.#take(wait),
    })
  }

  /** @returns whether this process has the store now */
  async #take(wait: number): Promise<boolean> {
    while (this.#pipeline.sending) await this.#pipeline.sending
    const hasRead = this.#state === 'reading' && this.#pipeline.isEmpty
    this.#pipeline.discard()
    const end = hasRead ? 'commit; ' : ''
    this.#state = 'writing'
    this.#hasWritten = false
    this.#trouble = undefined
    // READ COMMITTED: whoever waited for the row sees what was committed meanwhile. Above it they would not, unsaid.
    const begin = `${end}begin isolation level read committed; ${this.#connection.settings()}; set local idle_in_transaction_session_timeout to '60s'`
    const lock = `select tableoid as held from store where id = 1 for update ${wait === 0 ? 'nowait' : ''}`
    // Who has locked the table is waited for as who has the row is.
    const limit = `set local lock_timeout to ${Math.ceil(Math.max(wait, quietWait))}; `
    try {
      const result: unknown = await this.#connection.untilInterrupted(() =>
        this.#client.query(
          `${begin}; ${limit}${lock}; set local lock_timeout to ${Math.max(minTableWait, this.#longestWait())}; ${this.#store.query}`,
        ),
      )
      const [held, read] = Array.isArray(result) ? result.filter(({ command }) => command === 'SELECT') : []
      // While it was waited for, another store took the place of this one: what is held is what was kept.
      if (held?.rows[0]?.held !== read?.rows[0]?.held) {
        await this.rollback()
        return false
      }
      this.#noteRow(read?.rows[0])
      this.#clock.check()
      this.#sharing.check(this.row)
      return true
    } catch (error) {
      await this.rollback()
      if (errorCodeOf(error) === '55P03') return false
      if (isWithoutStore(error) && this.#store.mayBeOlder()) return this.#take(wait)
      if (!this.#store.isSeen && isWithoutStore(error)) {
        this.#withoutStore = error
        throw await this.#missing()
      }
      throw this.#connection.failureInWords(error)
    }
  }

  /** Where the log will end once what is open is committed: by this it is known again. */
  aboutToCommit(head: LogHead | undefined): void {
    this.#expected = head
  }

  async commit(): Promise<void> {
    const expected = {
      head: this.#expected,
      transaction: this.#store.transaction,
      hasWritten: this.#hasWritten,
    }
    this.#expected = undefined
    try {
      const { command } = await this.#pipeline.ask('commit')
      this.#state = 'idle'
      if (command !== 'COMMIT') {
        const rolledBack = Object.assign(new Error('it was rolled back'), { code: '25P02' })
        throw this.#trouble ?? rolledBack
      }
    } catch (error) {
      if (!(await this.#isUnknown(error))) throw this.#connection.failureInWords(error)
      this.#state = 'idle'
      const { findOutWhetherSaved } = await import('./unknown-commit.ts')
      await findOutWhetherSaved(this.#connection, this.#sharing, { expected, cause: error })
    }
  }

  /** A server that ends with an error, as where it cannot write what it is to save, has not said what became of it either. */
  async #isUnknown(error: unknown): Promise<boolean> {
    if (isDisconnected(error) || errorCodeOf(error) === '40003') return true
    return this.#client.query('rollback').then(
      () => false,
      () => true,
    )
  }

  async rollback(): Promise<void> {
    clearTimeout(this.#resting)
    await this.#pipeline.endWith(() => {
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
    clearTimeout(this.#resting)
    // What is open ends with the connection.
    this.#state = 'idle'
    this.#pipeline.discard()
    hangUp(this.#client)
  }

  /** What a query finds, many rows at once. */
  async *stream<Row>(query: CursorQuery): AsyncGenerator<Row[]> {
    let close = async () => {}
    await this.lookedAt()
    try {
      const { openCursor } = await import('./cursor.ts')
      const { cursor, first } = await this.reading(async (client) => {
        const opened = await openCursor<Row>(client, query)
        return { cursor: opened, first: await opened.read() }
      })
      close = cursor.close
      for (let rows = first; rows.length > 0; rows = await cursor.read()) yield rows
    } catch (error) {
      // One that failed is closed by that, and would wait for ever for another word.
      close = async () => {}
      if (this.#state === 'reading') await this.rollback()
      throw this.#connection.failureInWords(error)
    } finally {
      if (!this.#connection.isLost) await close()
      this.#rest()
    }
  }

  /** Asks outside any transaction. @returns undefined where there is no connection to be had */
  async alone<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result | undefined> {
    await this.rollback()
    const isBack = await this.#connection.reconnectIfLost(this.#connection.until()).then(
      () => true,
      () => false,
    )
    return isBack ? work(this.#client) : undefined
  }

  /** Asks within the change that is open in ways of its own, such as COPY. @throws what the server says, in words */
  async ask<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    this.#hasWritten = true
    try {
      return await this.#connection.untilInterrupted(async () => {
        await this.#pipeline.flush()
        return work(this.#client)
      })
    } catch (error) {
      throw this.#connection.failureInWords(this.#causeOf(error))
    }
  }

  /** Reads in ways of its own. */
  reading<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    return this.#asking(async () => {
      await this.#pipeline.flush()
      return work(this.#client)
    })
  }

  /** Between two questions nothing is kept open for long. */
  #rest(): void {
    if (this.#state !== 'reading' || this.#sharing.snapshot) return
    clearTimeout(this.#resting)
    this.#resting = setTimeout(() => {
      void this.rollback().catch(() => undefined)
    }, idleReading).unref()
  }

  #noteRow(row: RowOfStore | undefined): void {
    this.#clock.note(this.#store.note(row))
    this.#connection.isStandby = row?.standby === true
    // Of an address that names one host, a standby is what was asked for.
    const { server, opening } = this.#sharing
    if (row?.standby && server.hosts.length > 1) opening.onStandby?.()
  }
}

/**
 * The schema, or a table of it, is not there, or it is another program's table of that name, whose columns are others or
 * cannot be compared with ours.
 */
function isWithoutStore(error: unknown): boolean {
  const said = error instanceof Unavailable ? error.cause : error
  return /^(42P01|3F000|42703|42883)$/.test(errorCodeOf(said)) && !lacksFunction(said)
}
