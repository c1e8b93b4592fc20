import type Database from 'better-sqlite3'
import { Kysely } from 'kysely'
import { Unavailable } from '../errors.ts'
import { StoreDialect } from './dialect.ts'
import type { Store } from './schema.ts'
import { type Holder, waitForStore } from './wait.ts'
import { connectSqlite } from './sqlite/driver.ts'

/** 'SSHa', in the header of every store. */
export const applicationId = 0x53534861

export interface Opening {
  path: string
  keyFile: string
  /** How long to wait for another writer, in milliseconds. */
  patience: number
  /** `begin` makes a store where there is none; `rehearse` makes one in memory and changes none. */
  manner: 'use' | 'begin' | 'rehearse' | 'rehearse-beginning'
  /** What the clock says. */
  now: () => Date
  /** The words typed, for those who wait meanwhile. */
  command: string
  /** Told, once, who holds the store that is waited for. */
  onWait: (holder: Holder | undefined) => void
  signal?: AbortSignal
}

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

export function prepareConnection(raw: Database.Database): void {
  raw.pragma('journal_mode = wal')
  raw.pragma('synchronous = full')
  raw.pragma('foreign_keys = on')
  raw.pragma('trusted_schema = off')
  raw.pragma('temp_store = memory')
  raw.pragma('cache_size = -16384')
}

export function kyselyOver(
  raw: Database.Database,
  { path, patience, onWait, signal }: Opening,
): Kysely<Store> {
  const since = { started: 0, told: false }
  const waiting = waitForStore({ path, patience, onWait, signal, since })
  return new Kysely<Store>({ dialect: new StoreDialect({ database: raw, waitForStore: waiting }) })
}
