import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely } from 'kysely'
import { Unavailable } from '../errors.ts'
import { isBusy, StoreDialect } from './dialect.ts'
import { deriveKeys, type Keys, keysOfFingerprint, writeKeyFile } from './keys.ts'
import { migrate } from './migrate.ts'
import { latestVersion } from './migrations/index.ts'
import type { Store } from './schema.ts'
import { type Holder, waitForStore } from './wait.ts'

/** 'SSHa', in the header of every store. */
export const applicationId = 0x53534861

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
  /** Read on first use; throws `key-missing` or `key-mismatch`. */
  keys(): Keys
  close(): Promise<void>
}

export interface Opening {
  path: string
  keyFile: string
  /** How long to wait for another writer, in milliseconds. */
  patience: number
  /** `begin` makes a store where there is none; `rehearse` makes one in memory and changes none. */
  manner: 'use' | 'begin' | 'rehearse' | 'rehearse-beginning'
  at: Date
  /** The words typed, for those who wait meanwhile. */
  command: string
  /** Told, once, who holds the store that is waited for. */
  onWait: (holder: Holder | undefined) => void
  signal?: AbortSignal
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
  const { path, keyFile, command } = opening
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
  return opened({ db, raw, path, keyFile, begun, command, keys: keysOfStore(raw, keyFile) })
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

function openDatabase(
  path: string,
  { named = path, ...options }: Database.Options & { named?: string } = {},
): Database.Database {
  try {
    // Waiting is ours: SQLite's own blocks the process, Ctrl-C included.
    return new Database(path, { timeout: 0, ...options })
  } catch (cause) {
    throw new Unavailable('store-unavailable', `The store ${named} cannot be opened.`, {
      hint: 'Check the path, and that you may read and write the file and its folder.',
      cause,
    })
  }
}

function prepareConnection(raw: Database.Database): void {
  raw.pragma('journal_mode = wal')
  raw.pragma('synchronous = full')
  raw.pragma('foreign_keys = on')
  raw.pragma('trusted_schema = off')
  raw.pragma('temp_store = memory')
  raw.pragma('cache_size = -32768')
}

function kyselyOver(raw: Database.Database, { path, patience, onWait, signal }: Opening): Kysely<Store> {
  const since = { started: 0, told: false }
  const waiting = waitForStore({ path, patience, onWait, signal, since })
  return new Kysely<Store>({ dialect: new StoreDialect({ database: raw, waitForStore: waiting }) })
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
  const raw = new Database(':memory:')
  prepareConnection(raw)
  const db = kyselyOver(raw, opening)
  const keys = deriveKeys(randomBytes(32))
  await furnish({ db, raw, fingerprint: keys.fingerprint, at: opening.at })
  const { keyFile, command } = opening
  return opened({ db, raw, path: undefined, keyFile, begun: true, command, keys: () => keys })
}

/**
 * Made under a temporary name and put in place whole: a crash leaves no half a store, and of
 * two processes that begin at once, the one that places the key first makes the store.
 * @returns whether it was this one
 */
async function beginStore(opening: Opening): Promise<boolean> {
  const { path, keyFile, at } = opening
  makeFolder(dirname(path))
  makeFolder(dirname(keyFile))
  if (existsSync(keyFile)) return settleWithOtherBeginner(opening)

  const mark = randomBytes(6).toString('hex')
  const newStore = `${path}.${mark}.new`
  const newKey = `${keyFile}.${mark}.new`
  try {
    const secret = randomBytes(32)
    const raw = openDatabase(newStore, { named: path })
    // What SQLite keeps beside a store takes after it.
    chmodSync(newStore, 0o600)
    prepareConnection(raw)
    const db = kyselyOver(raw, opening)
    await furnish({ db, raw, fingerprint: deriveKeys(secret).fingerprint, at })
    await db.destroy()
    writeKeyFile(newKey, secret)
    if (!placeExclusively(newKey, keyFile)) return settleWithOtherBeginner(opening)
    renameSync(newStore, path)
    return true
  } finally {
    for (const leftover of [newStore, `${newStore}-wal`, `${newStore}-shm`, newKey]) {
      rmSync(leftover, { force: true })
    }
  }
}

async function furnish({
  db,
  raw,
  fingerprint,
  at,
}: {
  db: Kysely<Store>
  raw: Database.Database
  fingerprint: string
  at: Date
}): Promise<void> {
  await migrate(db)
  const store_id = randomBytes(12).toString('hex')
  const created_at = at.toISOString()
  await db.insertInto('store').values({ id: 1, store_id, key_fingerprint: fingerprint, created_at }).execute()
  raw.pragma(`application_id = ${applicationId}`)
}

function placeExclusively(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Between another process's key and its store lie milliseconds; a key alone is something else. */
async function settleWithOtherBeginner({ path, keyFile }: Opening): Promise<false> {
  for (let tries = 0; tries < 40 && !existsSync(path); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  if (existsSync(path)) return false
  throw new Unavailable('key-without-store', `There is a key at ${keyFile}, but no store at ${path}.`, {
    hint: 'If the store was moved or lost, bring it back (ssh-admin store restore FILE); to begin anew, move the key away.',
  })
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Unavailable('store-unavailable', `The folder ${folder} cannot be made.`, {
      hint: 'Choose another place with --db.',
      cause,
    })
  }
}
