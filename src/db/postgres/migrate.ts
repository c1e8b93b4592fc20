import {
  type CompiledQuery,
  type DatabaseConnection,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  type QueryResult,
} from 'kysely'
import type pg from 'pg'
import { version as program } from '../../version.ts'
import { migrationsAfter } from '../migrations/index.ts'
import { PortableCompiler } from './dialect.ts'
import { tablesOnServer } from './portable-tables.ts'

/** Runs every migration that a store of this version lacks, within the transaction that is open. */
export async function migrateWithin(client: pg.Client, { from }: { from: number }): Promise<void> {
  const db = new Kysely<unknown>({
    dialect: {
      createDriver: () => new MigratingDriver(client),
      createQueryCompiler: () => new PortableCompiler(),
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (over) => new PostgresIntrospector(over),
    },
  })
  for (const { version, load } of migrationsAfter(from)) {
    const { up, onServer } = await load()
    await (onServer ?? up)(db)
    await client.query('insert into store_versions (version, program) values ($1, $2)', [version, program])
  }
}

/** One connection, in whose transaction everything is done. */
class MigratingDriver extends DummyDriver {
  readonly #client: pg.Client

  constructor(client: pg.Client) {
    super()
    this.#client = client
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new MigratingConnection(this.#client)
  }
}

class MigratingConnection implements DatabaseConnection {
  readonly #client: pg.Client

  constructor(client: pg.Client) {
    this.#client = client
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows } = await this.#client.query<R & object>(tablesOnServer(sql), [...parameters])
    return { rows }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query)
  }
}
