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
import { sqliteEngine } from './engine.ts'
import type { StoreProbe } from '../store/by-engine.ts'
import {
  nameHolder,
  type Opening,
  type OpenStore,
  readsAlone,
  readsUpToDate,
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

/** What can be said of it without opening it. @throws `store-missing`, `store-foreign`, `store-locked`, `store-unavailable` */
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

/** @throws `store-unavailable` where nobody can say, as the folder may not be looked into */
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

/** While the store lies under its temporary name, so that no store is ever in its place without it. */
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

/** The last of other processes to close the store has it alone for a moment. */
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
  if (readsAlone(mode)) return connectToRead(opening)
  const file = identityOf(path)
  makeSideFilesWritable(path)
  const raw = openDatabase(path)
  try {
    const version = knownVersionOf(raw, path)
    const isPlaced = mode === 'place'
    if (isPlaced) {
      const { leaveWalMode } = await import('./place.ts')
      leaveWalMode(raw, path)
    }
    if (version < latestVersion && !isPlaced) throw olderFile(path, version)
    prepareConnection(raw, isPlaced ? {} : { journal: 'wal' })
    if (version < latestVersion) {
      const { migrate } = await import('./migrate.ts')
      await migrate(raw, { path })
    }
    if (identityOf(path) !== file) throw wasReplaced()
    const named = isPlaced ? undefined : path
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
  const copied = readsUpToDate(mode) && version < latestVersion
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
    keys: keysOfStore(engine, () => ({ keyFile, secret, isShared: false })),
    close: async () => {
      await db.destroy()
      // kysely leaves a connection open that it never used.
      raw.close()
    },
  }
}

/** They take after the store: what was made while that was read-only would keep it so. */
function makeSideFilesWritable(path: string): void {
  for (const file of [`${path}-wal`, `${path}-shm`]) {
    const stats = statSync(file, { throwIfNoEntry: false })
    if (!stats?.isFile() || (stats.mode & 0o600) === 0o600) continue
    try {
      chmodSync(file, stats.mode | 0o600)
    } catch {
      // Somebody else's: what SQLite says of it is told.
    }
  }
}

/** Which file it is that bears a name. */
function identityOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true })
  return `${dev}:${ino}`
}

/** Between opening a file and locking it, another process may have put another store in its place: as good as busy. */
function wasReplaced(): Error {
  return Object.assign(new Error('another store was put in its place'), { code: 'SQLITE_BUSY' })
}

/** Before SQLite may write to it. */
function refuseForeignFile(path: string): void {
  const file = statSync(path)
  if (!file.isFile()) throw foreign(path, 'is no file')
  if (file.size === 0) throw foreign(path, 'is empty')
  const id = applicationIdOf(path)
  if (id === undefined) throw foreign(path, 'is no database')
  if (id !== applicationId) throw foreign(path, 'is a database of another program')
}

/** Read-only; where something is to be rolled back first, SQLite cannot say, but the file can. */
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

function foreign(path: string, what: string): Unavailable {
  return new Unavailable('store-foreign', `${path} ${what}, not a store of ssh-admin.`, {
    hint: 'Name the store with --db, or begin a new one elsewhere.',
  })
}

/** What is done in it counts nowhere, and its key is made up. */
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
  /** Changes to it would change nothing on the disk. */
  inMemory: boolean
}

/**
 * Opens a store to look at it as it is: what a killed process left unfinished is rolled back on the way, and
 * where nothing may be written, the whole file is read into memory.
 */
function openToRead(path: string): Reading {
  const raw = openDatabase(path)
  try {
    return { raw, version: knownVersionOf(raw, path), inMemory: false }
  } catch (error) {
    raw.close()
    if (!isUnwritable(error)) throw error
  }
  const copy = readWhole(path)
  return { raw: copy, version: knownVersionOf(copy, path), inMemory: true }
}

/**
 * A copy in memory that is brought up to date: for reading an older store without changing it. Where it has the bytes of
 * files, they stay there: they may be more than memory holds, and no download can be recorded anyway.
 */
async function upToDateInMemory({ raw, version }: Reading, opening: Opening): Promise<Database.Database> {
  const { path } = opening
  try {
    if (hasContent(raw)) {
      const { upToDateInMemory: copied } = await import('./new-file.ts')
      const { signal = new AbortController().signal } = opening
      // All of it as it is at one moment.
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

/** Whether any file was uploaded into it; older ones have no table for that. */
function hasContent(raw: Database.Database): boolean {
  const table = raw
    .prepare(`select 1 from sqlite_schema where type = 'table' and name = 'content_pieces'`)
    .get()
  return table !== undefined && raw.prepare('select 1 from content_pieces limit 1').get() !== undefined
}

function readWhole(path: string): Database.Database {
  for (const part of ['-wal', '-journal']) {
    const beside = statSync(`${path}${part}`, { throwIfNoEntry: false })
    if (!beside?.size) continue
    throw new Unavailable(
      'store-read-only',
      `The store ${pathInWords(path)} was not closed properly, and what is needed to read it cannot be written beside it.`,
      { hint: `Copy it, with ${path}${part}, to a folder that you may write, and name that with --db.` },
    )
  }
  return openInMemory(readFileSync(path))
}
