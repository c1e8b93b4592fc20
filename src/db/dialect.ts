import type Database from 'better-sqlite3'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
} from 'kysely'

interface Waiting {
  database: Database.Database
  /** Resolves when it is worth trying again; throws when the patience is at an end. */
  waitForStore: (tries: number) => Promise<void>
}

/** kysely's SQLite dialect with the corrections that a store with several writers needs. */
export class StoreDialect extends SqliteDialect {
  readonly #waiting: Waiting

  constructor(waiting: Waiting) {
    super({ database: waiting.database })
    this.#waiting = waiting
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#waiting)
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter()
  }
}

/**
 * A deferred transaction that reads and then writes fails with SQLITE_BUSY_SNAPSHOT whatever
 * the timeout; and SQLite's own waiting blocks the process, Ctrl-C included.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #database: Waiting['database']
  readonly #waitForStore: Waiting['waitForStore']

  constructor({ database, waitForStore }: Waiting) {
    super({ database })
    this.#database = database
    this.#waitForStore = waitForStore
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        await connection.executeQuery(CompiledQuery.raw('begin immediate'))
        return
      } catch (error) {
        if (!isBusy(error)) throw error
      }
      await this.#waitForStore(tries)
    }
  }

  /** On a full disk SQLite has rolled back by itself: to ask for it again would hide what was wrong. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection)
  }
}

/** The stock adapter says that DDL cannot be rolled back, which leaves half a schema behind. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}
