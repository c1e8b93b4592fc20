import type Database from 'better-sqlite3'
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { chmodSync } from '../../disk.ts'
import { errorCodeOf, Unavailable } from '../../errors.ts'
import { headFileOfFile, headOf, type LogHead } from '../audit/head-file.ts'
import { latestVersion } from '../migrations/index.ts'
import {
  kyselyOver,
  openDatabase,
  openInMemory,
  prepareConnection,
  restartTransaction,
} from './connection.ts'
import { connectSqlite } from './driver.ts'
import { toFailure, isBusy, isDamage, isUnwritable, readOnlyStore } from './errors.ts'
import { applicationId, damaged, headerOf } from './header.ts'
import { holderOf, waitForStore } from './wait.ts'
import { lacksEventOf, sqliteEngine } from './engine.ts'
import type { StoreProbe } from '../store/by-engine.ts'
import {
  nameHolder,
  type Opening,
  type OpenStore,
  isReadOnlyMode,
  migratesInMemory,
  storeMissing,
} from '../store/opening.ts'
import { deriveKeys, type Keys, keysOfStore } from '../store/keys.ts'
import { knownVersionOf, olderFile } from './version.ts'
import { pathInWords } from '../../shell-word.ts'

export async function openSqliteStore(opening: Opening): Promise<OpenStore> {
  let created = false
  if (!isThere(opening.path)) {
    if (opening.mode === 'rehearse-creation' || opening.mode === 'read-if-any') return storeInMemory(opening)
    if (opening.mode !== 'create') throw storeMissing(pathInWords(opening.path))
    const { createStore } = await import('./create.ts')
    created = await createStore(opening, (path, keys) => writeFirstEvent(opening, { path, keys }))
  }
  return connectWithRetry(opening, { created })
}

/** Probes a store file without opening it. @throws `store-missing`, `store-foreign`, `store-locked`, `store-unavailable` */
export function probeFile(path: string): Pick<StoreProbe, 'state' | 'heldBy'> {
  if (!isThere(path)) throw storeMissing(pathInWords(path))
  try {
    refuseForeignFile(path)
  } catch (error) {
    throw toFailure(error) ?? error
  }
  const holder = holderOf(path)
  return { state: 'there', heldBy: holder ? nameHolder(holder) : null }
}

/** @throws `store-unavailable` if the folder cannot be searched */
function isThere(path: string): boolean {
  try {
    statSync(path)
    return true
  } catch (cause) {
    if (errorCodeOf(cause) !== 'EACCES') return false
    throw new Unavailable(
      'store-unavailable',
      `Whether there is a store at ${pathInWords(path)} cannot be seen: you may not look into its folder.`,
      { hint: 'Check who owns the folder, or name another store with --db.', cause },
    )
  }
}

/** Writes the first event while the store still has its temporary name, so that no store is ever without one. */
async function writeFirstEvent(
  opening: Opening,
  { path, keys }: { path: string; keys: Keys },
): Promise<LogHead | undefined> {
  if (!opening.writeFirstEvent) return undefined
  const store = await connect({ ...opening, path, mode: 'place', interruption: undefined }, { created: true })
  try {
    await opening.writeFirstEvent({ ...store, keys: () => keys })
    return await headOf(store.db)
  } finally {
    await store.close()
  }
}

/** Retries: the last process to close the store locks it exclusively for a moment. */
async function connectWithRetry(opening: Opening, { created }: { created: boolean }): Promise<OpenStore> {
  const waiting = waitForStore(opening)
  for (let tries = 0; ; tries += 1) {
    try {
      return await connect(opening, { created })
    } catch (error) {
      if (!isBusy(error)) throw error
    }
    await waiting(tries)
  }
}

async function connect(opening: Opening, { created }: { created: boolean }): Promise<OpenStore> {
  const { path, mode } = opening
  refuseForeignFile(path)
  if (isReadOnlyMode(mode)) return connectToRead(opening)
  const file = identityOf(path)
  makeSideFilesWritable(path)
  const raw = openDatabase(path)
  try {
    const version = knownVersionOf(raw, path)
    const isUnplaced = mode === 'place'
    if (isUnplaced) {
      const { leaveWalMode } = await import('./place.ts')
      leaveWalMode(raw, path)
    }
    if (version < latestVersion && !isUnplaced) throw olderFile(path, version)
    prepareConnection(raw, isUnplaced ? {} : { journal: 'wal' })
    if (version < latestVersion) {
      const { migrate } = await import('./migrate.ts')
      await migrate(raw, { path })
    }
    if (identityOf(path) !== file) throw replacedMeanwhile()
    const named = isUnplaced ? undefined : path
    return connected(opening, { raw, version, created, path: named, isCopy: false })
  } catch (error) {
    raw.close()
    throw isUnwritable(error) ? readOnlyStore(path, error) : error
  }
}

async function connectToRead(opening: Opening): Promise<OpenStore> {
  const { path, mode } = opening
  const opened = openToRead(path)
  const { version } = opened
  const copied = migratesInMemory(mode) && version < latestVersion
  const raw = copied ? await upToDateInMemory(opened, opening) : opened.raw
  prepareConnection(raw)
  return connected(opening, { raw, version, created: false, path, isCopy: copied || opened.inMemory })
}

type Connected = Pick<OpenStore, 'version' | 'created' | 'path' | 'isCopy'> & { raw: Database.Database }

function connected(opening: Opening, { raw, ...about }: Connected): OpenStore {
  const { keyFile, secret, command, now, interruption } = opening
  const db = kyselyOver(raw, opening)
  const restart = restartTransaction(raw, opening)
  const engine = sqliteEngine(raw, { named: opening.path, path: about.path, restartTransaction: restart })
  let headFile: string | undefined
  return {
    ...about,
    db,
    engine,
    keyFile,
    get headFile() {
      headFile ??= headFileOfFile(keyFile, about.path)
      return headFile
    },
    ownPath: (path) => path,
    keyFromCommand: secret !== undefined,
    command,
    now,
    interruption,
    keys: keysOfStore(engine, () => ({
      keyFile,
      secret,
      isShared: false,
      isOlderCopy: () => about.path !== undefined && lacksEventOf(raw, headFileOfFile(keyFile, about.path)),
    })),
    close: async () => {
      await db.destroy()
      // kysely does not close a connection that it has never used.
      raw.close()
    },
  }
}

/** WAL and shm files that were created while the store was read-only stay read-only, and would block writing. */
function makeSideFilesWritable(path: string): void {
  for (const file of [`${path}-wal`, `${path}-shm`]) {
    const stats = statSync(file, { throwIfNoEntry: false })
    if (!stats?.isFile() || (stats.mode & 0o600) === 0o600) continue
    try {
      chmodSync(file, stats.mode | 0o600)
    } catch {
      // Owned by somebody else: SQLite's own error follows.
    }
  }
}

/** Device and inode of the file at a path. */
function identityOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true })
  return `${dev}:${ino}`
}

/** The store was replaced between opening and locking it: treated as busy, so that it is opened again. */
function replacedMeanwhile(): Error {
  return Object.assign(new Error('another store was put in its place'), { code: 'SQLITE_BUSY' })
}

/** Refuses a file that is not a store, before SQLite writes to it. */
function refuseForeignFile(path: string): void {
  const file = statSync(path)
  if (!file.isFile()) throw foreignFile(path, 'is no file')
  if (file.size === 0) throw foreignFile(path, 'is empty')
  const id = applicationIdOf(path)
  if (id === undefined) throw foreignFile(path, 'is no database')
  if (id !== applicationId) throw foreignFile(path, 'is a database of another program')
}

/** Read through SQLite, or from the header where a journal has to be rolled back first. */
function applicationIdOf(path: string): number | undefined {
  const raw = openDatabase(path, { readonly: true })
  try {
    return Number(raw.pragma('application_id', { simple: true }))
  } catch (error) {
    if (!isUnwritable(error) && !isDamage(error)) throw error
    const header = headerOf(path)
    if (header?.applicationId === applicationId && isDamage(error)) throw damaged(path, header)
    return header?.applicationId
  } finally {
    raw.close()
  }
}

function foreignFile(path: string, what: string): Unavailable {
  return new Unavailable('store-foreign', `${path} ${what}, not a store of ssh-admin.`, {
    hint: 'Name the store with --db, or begin a new one elsewhere.',
  })
}

/** An empty store in memory with a random key, for rehearsals without a store. */
async function storeInMemory(opening: Opening): Promise<OpenStore> {
  const raw = connectSqlite(':memory:')
  prepareConnection(raw)
  const store = connected(
    { ...opening, secret: undefined, interruption: undefined },
    { raw, version: latestVersion, created: true, path: undefined, isCopy: false },
  )
  const keys = deriveKeys(randomBytes(32))
  const { initializeStore } = await import('./create.ts')
  const { fingerprint } = keys
  await initializeStore({ db: store.db, raw, path: opening.path, fingerprint, at: opening.now() })
  return { ...store, keys: () => keys }
}

interface Reading {
  raw: Database.Database
  version: number
  /** Whether it is a copy in memory, whose changes are lost. */
  inMemory: boolean
}

/**
 * Opens a store for reading. SQLite rolls back the journal of a killed process; where nothing can be written, the whole
 * file is read into memory instead.
 */
function openToRead(path: string): Reading {
  const raw = openDatabase(path)
  try {
    return { raw, version: knownVersionOf(raw, path), inMemory: false }
  } catch (error) {
    raw.close()
    if (!isUnwritable(error)) throw error
  }
  const copy = readIntoMemory(path)
  return { raw: copy, version: knownVersionOf(copy, path), inMemory: true }
}

/**
 * A migrated copy in memory, for reading an older store without changing it. Contents of files are not copied: they may
 * exceed memory, and a download could not be recorded anyway.
 */
async function upToDateInMemory({ raw, version }: Reading, opening: Opening): Promise<Database.Database> {
  const { path } = opening
  try {
    if (hasContent(raw)) {
      const { upToDateInMemory: copied } = await import('./new-file.ts')
      const { signal = new AbortController().signal } = opening
      // One snapshot for all tables.
      raw.exec('begin')
      const from = { db: kyselyOver(raw, opening), engine: sqliteEngine(raw, { named: path, path }), version }
      return await copied(path, { from, signal, withoutContent: true })
    }
    const copy = openInMemory(raw.serialize())
    const { migrate } = await import('./migrate.ts')
    await migrate(copy, { path })
    copy.pragma('query_only = on')
    return copy
  } finally {
    raw.close()
  }
}

/** Whether the store has uploaded files; older versions have no table for them. */
function hasContent(raw: Database.Database): boolean {
  const table = raw
    .prepare(`select 1 from sqlite_schema where type = 'table' and name = 'content_pieces'`)
    .get()
  return table !== undefined && raw.prepare('select 1 from content_pieces limit 1').get() !== undefined
}

function readIntoMemory(path: string): Database.Database {
  for (const part of ['-wal', '-journal']) {
    const sideFile = statSync(`${path}${part}`, { throwIfNoEntry: false })
    if (!sideFile?.size) continue
    throw new Unavailable(
      'store-read-only',
      `The store ${pathInWords(path)} was not closed properly, and what is needed to read it cannot be written beside it.`,
      { hint: `Copy it, with ${path}${part}, to a folder that you may write, and name that with --db.` },
    )
  }
  return openInMemory(readFileSync(path))
}
