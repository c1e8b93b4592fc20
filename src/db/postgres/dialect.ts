import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type PrimitiveValueListNode,
  type QueryCompiler,
  type QueryResult,
  type RawNode,
  type ValueListNode,
} from 'kysely'
import type { PortableNode } from '../portable.ts'
import type { SharedConnection } from './shared-connection.ts'

/** One connection, as with a file: what is asked at once is asked one after the other. */
export class SharedDialect implements Dialect {
  readonly #connection: SharedConnection

  constructor(connection: SharedConnection) {
    this.#connection = connection
  }

  createDriver(): Driver {
    return new SharedDriver(this.#connection)
  }

  createQueryCompiler(): QueryCompiler {
    return new PortableCompiler()
  }

  createAdapter(): PostgresAdapter {
    return new PostgresAdapter()
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(db)
  }
}

class SharedDriver implements Driver {
  readonly #connection: SharedConnection
  #last: Promise<void> = Promise.resolve()
  #release: () => void = () => undefined

  constructor(connection: SharedConnection) {
    this.#connection = connection
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#last
    let release = () => {}
    this.#last = new Promise((resolve) => {
      release = resolve
    })
    await before
    this.#release = release
    return new Connection(this.#connection)
  }

  async releaseConnection(): Promise<void> {
    this.#release()
  }

  beginTransaction(): Promise<void> {
    return this.#connection.begin()
  }

  commitTransaction(): Promise<void> {
    return this.#connection.commit()
  }

  rollbackTransaction(): Promise<void> {
    return this.#connection.rollback()
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
    for await (const rows of this.#shared.stream<R>(sql, parameters)) yield { rows }
  }
}

/** Knows the pieces of a query that have two forms. */
export class PortableCompiler extends PostgresQueryCompiler {
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
