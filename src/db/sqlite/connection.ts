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
    // Waiting is ours: SQLite's own blocks the process, Ctrl-C included.
    return connectSqlite(path, { timeout: 0, ...options })
  } catch (cause) {
    if (cause instanceof Unavailable) throw cause
    throw new Unavailable('store-unavailable', `The store ${named} cannot be opened.`, {
      hint: 'Check the path, and that you may read and write the file and its folder.',
      cause,
    })
  }
}

/** Does the work with a database, and closes it. */
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

/** Opens a whole database file's bytes; what is written to it stays in memory. */
export function openInMemory(bytes: Buffer): Database.Database {
  const rollbackJournal = 1
  // In memory there is no WAL: the header's two bytes that ask for one would keep it from being opened.
  if (bytes.length > 19) bytes.fill(rollbackJournal, 18, 20)
  return connectSqlite(bytes)
}

/** @param journal what SQLite keeps beside the file; absent: as it is, which of a new file is none that stays */
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

/** Takes back all that an open transaction has done, and begins it anew: others may have written between the two. */
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
