import {
  type CompiledQuery,
  type ConnectionProvider,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type PrimitiveValueListNode,
  type QueryResult,
  type RawNode,
  type ValueListNode,
} from 'kysely'
import type { PortableNode } from '../portable.ts'
import type { Store } from '../schema.ts'
import type { SharedConnection } from './shared-connection.ts'

/** A Kysely instance over one connection that pipelines concurrent queries. */
export function sharedDatabase(connection: SharedConnection): Kysely<Store> {
  const driver = new SharedDriver(connection)
  const adapter = new PostgresAdapter()
  const compiler = new PortableCompiler()
  const dialect: Dialect = {
    createDriver: () => driver,
    createAdapter: () => adapter,
    createQueryCompiler: () => compiler,
    createIntrospector: (db) => new PostgresIntrospector(db),
  }
  const executorFor = (provider: ConnectionProvider) => new DefaultQueryExecutor(compiler, adapter, provider)
  // By default kysely serializes the queries of a transaction.
  const inTransaction = () =>
    executorFor({ provideConnection: (consumer) => consumer(new Connection(connection)) })
  const outsideTransaction = executorFor({
    provideConnection: async (consumer) => consumer(await driver.acquireConnection()),
  })
  const executor = Object.assign(outsideTransaction, { withConnectionProvider: inTransaction })
  return new Kysely<Store>({ config: { dialect }, dialect, driver, executor })
}

class SharedDriver implements Driver {
  readonly #connection: SharedConnection
  /** Resolves when the open transaction ends. */
  #open: Promise<void> | undefined
  #end: () => void = () => undefined

  constructor(connection: SharedConnection) {
    this.#connection = connection
  }

  async init(): Promise<void> {}

  /** Waits while a transaction is open on the connection. */
  async acquireConnection(): Promise<DatabaseConnection> {
    while (this.#open) await this.#open
    return new Connection(this.#connection)
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(): Promise<void> {
    while (this.#open) await this.#open
    this.#open = new Promise((resolve) => {
      this.#end = resolve
    })
    try {
      await this.#connection.begin()
    } catch (error) {
      this.#ended()
      throw error
    }
  }

  /** A failed commit has rolled back, which ends the transaction too. */
  async commitTransaction(): Promise<void> {
    await this.#connection.commit()
    this.#ended()
  }

  async rollbackTransaction(): Promise<void> {
    try {
      await this.#connection.rollback()
    } finally {
      this.#ended()
    }
  }

  #ended(): void {
    this.#open = undefined
    this.#end()
  }

  async destroy(): Promise<void> {
    await this.#connection.close()
  }
}

class Connection implements DatabaseConnection {
  readonly #shared: SharedConnection

  constructor(shared: SharedConnection) {
    this.#shared = shared
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, rowCount } = await this.#shared.query<R & object>(sql, parameters)
    return { rows, numAffectedRows: BigInt(rowCount ?? 0) }
  }

  async *streamQuery<R>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    for await (const rows of this.#shared.stream<R>({ text: sql, values: parameters })) yield { rows }
  }
}

/** Compiles the parts of a query that differ between the engines (portable.ts). */
class PortableCompiler extends PostgresQueryCompiler {
  protected override visitRaw(node: RawNode): void {
    super.visitRaw(isPortable(node) ? node.postgres : node)
  }

  protected override visitPrimitiveValueList(node: PrimitiveValueListNode): void {
    if (node.values.length === 0) this.append('(null)')
    else super.visitPrimitiveValueList(node)
  }

  protected override visitValueList(node: ValueListNode): void {
    if (node.values.length === 0) this.append('(null)')
    else super.visitValueList(node)
  }
}

function isPortable(node: RawNode): node is PortableNode {
  return 'postgres' in node
}
