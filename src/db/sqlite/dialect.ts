import type Database from 'better-sqlite3'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
} from 'kysely'
import { isBusy } from './errors.ts'

interface Transactions {
  database: Database.Database
  /** Resolves when it is worth trying again; throws when the patience is at an end. Absent: nobody else is there. */
  waitForStore?: (tries: number) => Promise<void>
  /** Looks, once the store is held, whether it is still what was opened. */
  checkVersion?: () => void
}

/** kysely's SQLite dialect with the corrections that a store with several writers needs. */
export class StoreDialect extends SqliteDialect {
  readonly #transactions: Transactions

  constructor(transactions: Transactions) {
    super({ database: transactions.database })
    this.#transactions = transactions
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#transactions)
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
  readonly #transactions: Transactions

  constructor(transactions: Transactions) {
    super({ database: transactions.database })
    this.#transactions = transactions
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const { waitForStore, checkVersion } = this.#transactions
    for (let tries = 0; ; tries += 1) {
      try {
        await connection.executeQuery(CompiledQuery.raw('begin immediate'))
        break
      } catch (error) {
        if (!isBusy(error) || !waitForStore) throw error
      }
      await waitForStore(tries)
    }
    try {
      checkVersion?.()
    } catch (error) {
      await this.rollbackTransaction(connection)
      throw error
    }
  }

  /** On a full disk SQLite has rolled back by itself: to ask for it again would hide what was wrong. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#transactions.database.inTransaction) await super.rollbackTransaction(connection)
  }
}

/** The stock adapter says that DDL cannot be rolled back, which leaves half a schema behind. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}
