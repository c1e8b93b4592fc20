import type Database from 'better-sqlite3'
import { Kysely } from 'kysely'
import { Unavailable } from '../../errors.ts'
import { beginImmediate, StoreDialect, type Transactions } from './dialect.ts'
import type { Opening } from '../store/opening.ts'
import type { Store } from '../schema.ts'
import { refuseOtherVersion, versionStatement } from './version.ts'
import { waitForStore } from './wait.ts'
import { connectSqlite } from './driver.ts'

export function openDatabase(
  path: string,
  { named = path, ...options }: Database.Options & { named?: string } = {},
): Database.Database {
  try {
    // No busy timeout: SQLite's own waiting blocks the event loop, and Ctrl-C with it.
    return connectSqlite(path, { timeout: 0, ...options })
  } catch (cause) {
    if (cause instanceof Unavailable) throw cause
    throw new Unavailable('store-unavailable', `The store ${named} cannot be opened.`, {
      hint: 'Check the path, and that you may read and write the file and its folder.',
      cause,
    })
  }
}

/** Opens a database for the work, and closes it afterwards. */
export function withDatabase<Result>(
  path: string,
  work: (raw: Database.Database) => Result,
  options?: Parameters<typeof openDatabase>[1],
): Result {
  const raw = openDatabase(path, options)
  try {
    return work(raw)
  } finally {
    raw.close()
  }
}

/** Opens a database from the bytes of its file; changes stay in memory. */
export function openInMemory(bytes: Buffer): Database.Database {
  const rollbackJournal = 1
  // A database in memory has no WAL, and cannot be opened while the header's two version bytes ask for one.
  if (bytes.length > 19) bytes.fill(rollbackJournal, 18, 20)
  return connectSqlite(bytes)
}

/** @param journal the journal mode to set; absent: unchanged */
export function prepareConnection(raw: Database.Database, { journal }: { journal?: 'wal' } = {}): void {
  if (journal) raw.pragma(`journal_mode = ${journal}`)
  raw.pragma('synchronous = full')
  raw.pragma('foreign_keys = on')
  raw.pragma('trusted_schema = off')
  raw.pragma('temp_store = memory')
  raw.pragma('cache_size = -16384')
}

export function kyselyOver(raw: Database.Database, opening: Opening): Kysely<Store> {
  return new Kysely<Store>({ dialect: new StoreDialect(transactionsOver(raw, opening)) })
}

/** Rolls an open transaction back and begins it again; other processes may write in between. */
export function restartTransaction(raw: Database.Database, opening: Opening): () => Promise<void> {
  const transactions = transactionsOver(raw, opening)
  return async () => {
    raw.exec('rollback')
    await beginImmediate(transactions)
  }
}

function transactionsOver(raw: Database.Database, opening: Opening): Transactions {
  let version: Database.Statement<[], number> | undefined
  const checkVersion = () => {
    version ??= versionStatement(raw)
    refuseOtherVersion(raw, { path: opening.path, version: Number(version.get()) })
  }
  return { database: raw, waitForStore: waitForStore(opening), checkVersion }
}
