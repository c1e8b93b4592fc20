import type Database from 'better-sqlite3'
import { Kysely } from 'kysely'
import { Unavailable } from '../../errors.ts'
import { StoreDialect } from './dialect.ts'
import type { Interruption } from '../../interruption.ts'
import type { OpenStore } from '../store/open.ts'
import type { Store } from '../schema.ts'
import { refuseOtherVersion } from '../store/version.ts'
import { type Holder, waitForStore } from './wait.ts'
import { connectSqlite } from './driver.ts'

/** 'SSHa', in the header of every store. */
export const applicationId = 0x53534861

/**
 * What a store is opened for. `use` changes it; `begin` makes one where there is none; `rehearse` changes
 * none, and `rehearse-beginning` makes one in memory. `read` needs no store that can be written, and takes
 * an older one as a copy in memory that is brought up to date; `as-it-is` takes any version as it stands.
 * `place` readies a copy, an older one included, that is to take the place of a store.
 */
export type OpenMode = 'use' | 'begin' | 'rehearse' | 'rehearse-beginning' | 'read' | 'as-it-is' | 'place'

export interface Opening {
  path: string
  keyFile: string
  /** How long to wait for another writer, in milliseconds. */
  maxWaitMs: number
  mode: OpenMode
  /** What the clock says. */
  now: () => Date
  /** The words typed, for those who wait meanwhile. */
  command: string
  /** Told, once, who holds the store that is waited for. */
  onWait: (holder: Holder | undefined) => void
  signal?: AbortSignal
  /** Absent where nothing that is done counts, as in a copy. */
  interruption?: Interruption | undefined
  /** Says in a store that is being begun by whom; absent where none can be. */
  writeFirstEvent?: (store: OpenStore) => Promise<void>
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

/** Opens a whole database file's bytes; what is written to it stays in memory. */
export function openInMemory(bytes: Buffer): Database.Database {
  const rollbackJournal = 1
  // In memory there is no WAL: the header's two bytes that ask for one would keep it from being opened.
  if (bytes.length > 19) bytes.fill(rollbackJournal, 18, 20)
  return connectSqlite(bytes)
}

/** @param journal what SQLite keeps beside the file; absent: as it is */
export function prepareConnection(
  raw: Database.Database,
  { journal }: { journal?: 'wal' | 'delete' } = {},
): void {
  if (journal) raw.pragma(`journal_mode = ${journal}`)
  raw.pragma('synchronous = full')
  raw.pragma('foreign_keys = on')
  raw.pragma('trusted_schema = off')
  raw.pragma('temp_store = memory')
  raw.pragma('cache_size = -16384')
}

export function kyselyOver(
  raw: Database.Database,
  { path, maxWaitMs: patience, onWait, signal, interruption }: Opening,
): Kysely<Store> {
  const since = { started: 0, told: false }
  const waiting = waitForStore({ path, patience, onWait, signal, interruption, since })
  const checkVersion = () => refuseOtherVersion(raw, path)
  return new Kysely<Store>({
    dialect: new StoreDialect({ database: raw, waitForStore: waiting, checkVersion }),
  })
}
