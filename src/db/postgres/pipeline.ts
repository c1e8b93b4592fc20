import type pg from 'pg'
import { setImmediate as nextTurn } from 'node:timers/promises'

interface Statement {
  text: string
  values: readonly unknown[]
  pending?: PendingQuery
}

/** A query whose promise is settled once everything sent with it is answered. */
interface PendingQuery {
  run: () => Promise<void>
  resolve: () => void
  reject: (reason: unknown) => void
}

/** Sends the statements of one connection in order, in as few round trips as possible. */
export class Pipeline {
  readonly #client: () => pg.Client
  /** Statements without a result wait here for the next query. */
  readonly #unsent: Statement[] = []
  #sending: Promise<void> | undefined
  /** The rollback in progress; nothing is sent before it ends. */
  #ending: Promise<void> | undefined

  constructor(client: () => pg.Client) {
    this.#client = client
  }

  /** Resolves once all pending queries are answered, those asked meanwhile too; undefined where none is pending. */
  get sending(): Promise<void> | undefined {
    return this.#sending
  }

  get isEmpty(): boolean {
    return this.#unsent.length === 0
  }

  /** Queues a statement without a result; it is sent with the next query, which also reports its failure. */
  add(text: string, values: readonly unknown[]): void {
    this.#unsent.push({ text, values })
  }

  /** Sends the queue and all queries asked in the same turn of the event loop in one round trip. */
  async query<R extends object>(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult<R>> {
    return new Promise<pg.QueryResult<R>>((resolve, reject) => {
      const run = () => this.#send<R>({ text, values })
      this.#unsent.push({ text, values, pending: pendingQuery(run, { resolve, reject }) })
      this.#sending ??= this.#sendAll()
    })
  }

  /** Empties the queue before work that cannot be pipelined, such as COPY. */
  async flush(): Promise<void> {
    while (this.#sending) await this.#sending
    const last = this.#unsent.pop()
    if (last) await this.query(last.text, last.values)
  }

  /** Drops the queue. A dropped query would never settle: callers await `sending` first. */
  discard(): void {
    this.#unsent.length = 0
  }

  /**
   * Waits for pending queries, drops the queue, and holds new queries back until the end is done.
   * @param endTransaction returns undefined where there is no transaction to end
   */
  async finishWith(endTransaction: () => Promise<void> | undefined): Promise<void> {
    // A loop: a query may be asked as the last answer arrives.
    while (this.#sending) await this.#sending
    this.discard()
    const ending = endTransaction()
    if (!ending) return
    // Queries asked meanwhile wait for it, and are sent even if it fails.
    this.#ending = ending
      .catch(() => undefined)
      .finally(() => {
        this.#ending = undefined
      })
    await this.#ending
    await ending
  }

  #send<R extends object>({ text, values }: Statement): Promise<pg.QueryResult<R>> {
    return this.#client().query<R>(text, values.length === 0 ? undefined : [...values])
  }

  /** Sends batches until no query is pending. */
  async #sendAll(): Promise<void> {
    do {
      await nextTurn()
      const last = this.#unsent.findLastIndex(({ pending }) => pending)
      await this.#sendBatch(this.#unsent.splice(0, last + 1))
    } while (this.#unsent.some(({ pending }) => pending))
    this.#sending = undefined
  }

  async #sendBatch(statements: readonly Statement[]): Promise<void> {
    await this.#ending
    const client = this.#client()
    if (statements.length > 1) setPipelining(client, true)
    const sent = statements.map(({ pending, ...statement }) => ({
      pending,
      answered: pending ? pending.run() : this.#send(statement).then(() => undefined),
    }))
    const outcomes = await Promise.allSettled(sent.map(({ answered }) => answered))
    if (statements.length > 1) setPipelining(client, false)
    let failure: { reason: unknown } | undefined
    for (const [at, { pending }] of sent.entries()) {
      const end = outcomes[at]
      if (end?.status === 'rejected') failure ??= end
      if (failure) pending?.reject(failure.reason)
      else pending?.resolve()
    }
  }
}

function pendingQuery<Result>(
  run: () => Promise<Result>,
  { resolve, reject }: { resolve: (result: Result) => void; reject: (reason: unknown) => void },
): PendingQuery {
  let resolveQuery = () => {}
  return {
    run: async () => {
      const result = await run()
      resolveQuery = () => resolve(result)
    },
    resolve: () => resolveQuery(),
    reject,
  }
}

/** Turns pipelining on or off; only while no query is in flight. */
export function setPipelining(client: pg.Client, pipeline: boolean): void {
  Object.assign(client, { pipeline })
}
