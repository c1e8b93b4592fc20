import { randomBytes } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { Unavailable } from '../errors.ts'
import { beginStore, furnish } from './begin-store.ts'
import { applicationId, kyselyOver, type Opening, openDatabase, prepareConnection } from './connection.ts'
import { isBusy } from './dialect.ts'
import { deriveKeys, type Keys, keysOfFingerprint } from './keys.ts'
import { migrate } from './migrate.ts'
import { latestVersion } from './migrations/index.ts'
import type { Store } from './schema.ts'
import { waitForStore } from './wait.ts'
import { connectSqlite } from './sqlite/driver.ts'

export interface OpenStore {
  db: Kysely<Store>
  /** The same connection, for statements compiled once and run many times. */
  raw: Database.Database
  /** Absent for a rehearsal in memory. */
  path: string | undefined
  keyFile: string
  /** Made just now, by this process and no other. */
  begun: boolean
  /** The words typed, for those who wait meanwhile. */
  command: string
  /** What the clock says; the time of a change is `timeOf` its transaction. */
  now: () => Date
  /** Read on first use; throws `key-missing` or `key-mismatch`. */
  keys(): Keys
  close(): Promise<void>
}

export async function openStore(opening: Opening): Promise<OpenStore> {
  let begun = false
  if (!existsSync(opening.path)) {
    if (opening.manner === 'rehearse-beginning') return storeInMemory(opening)
    if (opening.manner !== 'begin') throw noStore(opening.path)
    begun = await beginStore(opening)
  }
  return connectInTurn(opening, { begun })
}

/** The last of other processes to close the store has it alone for a moment. */
async function connectInTurn(opening: Opening, { begun }: { begun: boolean }): Promise<OpenStore> {
  const { path, patience, onWait, signal } = opening
  const since = { started: 0, told: false }
  const waiting = waitForStore({ path, patience, onWait, signal, since })
  for (let tries = 0; ; tries += 1) {
    try {
      return await connect(opening, { begun })
    } catch (error) {
      if (!isBusy(error)) throw error
    }
    await waiting(tries)
  }
}

function noStore(path: string): Unavailable {
  return new Unavailable('store-missing', `There is no store at ${path}.`, {
    hint: 'Begin one with: ssh-admin centres import FILE, or ssh-admin store init',
  })
}

async function connect(opening: Opening, { begun }: { begun: boolean }): Promise<OpenStore> {
  const { path, keyFile, command, now } = opening
  refuseForeignFile(path)
  const raw = openDatabase(path)
  const version = readyFor(raw, path)
  const db = kyselyOver(raw, opening)
  if (version < latestVersion) {
    if (opening.manner.startsWith('rehearse')) {
      await db.destroy()
      throw new Unavailable('store-older', `The store ${path} was made by an older ssh-admin.`, {
        hint: 'Any command without --dry-run brings it up to date; make a backup first: ssh-admin store backup FILE',
      })
    }
    await migrate(db)
  }
  return opened({ db, raw, path, keyFile, begun, command, now, keys: keysOfStore(raw, keyFile) })
}

/** Readies a connection, and says which version the store has; a newer one is left as it is. */
function readyFor(raw: Database.Database, path: string): number {
  try {
    const version = Number(raw.pragma('user_version', { simple: true }))
    if (version > latestVersion) {
      throw new Unavailable('store-newer', `The store ${path} was made by a newer ssh-admin.`, {
        hint: 'Update ssh-admin on this machine.',
      })
    }
    prepareConnection(raw)
    return version
  } catch (error) {
    raw.close()
    throw error
  }
}

/** Checked on the file's header, before SQLite may write to it. */
function refuseForeignFile(path: string): void {
  if (statSync(path).size === 0) throw foreign(path, 'is empty')
  const raw = openDatabase(path, { readonly: true })
  try {
    if (Number(raw.pragma('application_id', { simple: true })) !== applicationId) {
      throw foreign(path, 'is a database of another program')
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'SQLITE_NOTADB') {
      throw foreign(path, 'is no database')
    }
    throw cause
  } finally {
    raw.close()
  }
}

function foreign(path: string, what: string): Unavailable {
  return new Unavailable('store-foreign', `${path} ${what}, not a store of ssh-admin.`, {
    hint: 'Name the store with --db, or begin a new one elsewhere.',
  })
}

function keysOfStore(raw: Database.Database, keyFile: string): () => Keys {
  let keys: Keys | undefined
  return () => {
    // Asked anew each time: another process may have given the store a new key meanwhile.
    const fingerprint = fingerprintOf(raw)
    if (keys?.fingerprint !== fingerprint) keys = keysOfFingerprint(keyFile, fingerprint)
    return keys
  }
}

/** What the store keeps of its key. */
export function fingerprintOf(raw: Database.Database): string {
  return String(raw.prepare('select key_fingerprint from store').pluck().get())
}

function opened(store: Omit<OpenStore, 'close'>): OpenStore {
  return {
    ...store,
    close: async () => {
      await store.db.destroy()
      // kysely leaves a connection open that it never used.
      store.raw.close()
    },
  }
}

async function storeInMemory(opening: Opening): Promise<OpenStore> {
  const raw = connectSqlite(':memory:')
  prepareConnection(raw)
  const db = kyselyOver(raw, opening)
  const keys = deriveKeys(randomBytes(32))
  await furnish({ db, raw, fingerprint: keys.fingerprint, at: opening.now() })
  const { keyFile, command, now } = opening
  return opened({ db, raw, path: undefined, keyFile, begun: true, command, now, keys: () => keys })
}
