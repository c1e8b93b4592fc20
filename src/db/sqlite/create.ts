import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type Database from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { chmodSync, linkSync, mkdirSync, renameSync, syncFolder, trySyncFolder } from '../../disk.ts'
import { errorCodeOf, Unavailable } from '../../errors.ts'
import { runToCompletion } from '../../interruption.ts'
import { ownerTag, removeIfPossible, unfinishedCopy } from '../../unfinished-files.ts'
import { version as program } from '../../version.ts'
import { kyselyOver, openDatabase, prepareConnection } from './connection.ts'
import { applicationId } from './header.ts'
import {
  emptyLog,
  removeHeadFile,
  headFileOfNewFile,
  type LogHead,
  writeHeadFile,
} from '../audit/head-file.ts'
import { deriveKeys, type Keys, readKeyFile, writeKeyFile } from '../store/keys.ts'
import type { Store } from '../schema.ts'
import { fingerprintIn } from './inspect.ts'
import { migrate } from './migrate.ts'
import { linkUnsupported, makeSingleFile } from './place.ts'
import type { Opening } from '../store/opening.ts'
import { pathInWords } from '../../shell-word.ts'

/** Writes the first event into a store that still has its temporary name. @returns the head of its log */
type FirstEvent = (newStore: string, keys: Keys) => Promise<LogHead | undefined>

/**
 * Creates a store under a temporary name, with its first event, and then links it into place: a crash leaves no partial
 * store. Of two processes at once, the one that links its key first creates the store.
 * @returns whether this process created it
 */
export async function createStore(opening: Opening, writeFirstEvent: FirstEvent): Promise<boolean> {
  const { path, keyFile, now, interruption } = opening
  makeFolder(dirname(path))
  makeFolder(dirname(keyFile))
  if (existsSync(keyFile)) return useOtherCreatorsStore(opening)

  const headFile = headFileOfNewFile(keyFile, path)
  const newStore = `${path}.${ownerTag()}.new`
  const newKey = `${keyFile}.${ownerTag()}.new`
  const unfinished = [newStore, newKey].map((file) => unfinishedCopy(file, interruption))
  try {
    const secret = randomBytes(32)
    const keys = deriveKeys(secret)
    const raw = openDatabase(newStore, { named: path })
    // SQLite gives the WAL and shm files the mode of the database.
    chmodSync(newStore, 0o600)
    const db = kyselyOver(raw, opening)
    try {
      prepareConnection(raw)
      await initializeStore({ db, raw, path, fingerprint: keys.fingerprint, at: now() })
    } finally {
      await db.destroy()
      raw.close()
    }
    const head = await writeFirstEvent(newStore, keys)
    makeSingleFile(newStore, { named: path })
    writeKeyFile(newKey, secret)
    const isCreated = await runToCompletion(interruption, {
      what: 'the store is being begun',
      finish: () => {
        if (!linkKeyFile({ newKey, keyFile, secret })) return false
        removeHeadFile(headFile)
        linkNewStore({ newStore, path, keyFile, fingerprint: keys.fingerprint })
        return true
      },
    })
    if (!isCreated) {
      // Another process created it; this one has changed nothing.
      interruption?.stopFinishing()
      return await useOtherCreatorsStore(opening)
    }
    writeHeadFile(headFile, head ?? emptyLog, { store: path })
    return true
  } finally {
    for (const copy of unfinished) copy.remove()
  }
}

interface FirstStore {
  newStore: string
  path: string
  keyFile: string
  fingerprint: string
}

/** Links the store, and removes its key again on failure: a key without a store would block the next attempt. */
function linkNewStore({ newStore, path, keyFile, fingerprint }: FirstStore): void {
  try {
    renameSync(newStore, path)
  } catch (error) {
    // Another process took this one for dead and finished its store (finishOther).
    if (existsSync(path) && fingerprintIn(path) === fingerprint) return
    removeIfPossible(keyFile)
    throw error
  }
  trySyncFolder(dirname(path))
}

/** Creates the tables of an empty store, with the fingerprint of its key. */
export async function initializeStore({
  db,
  raw,
  path,
  fingerprint,
  at,
}: {
  db: Kysely<Store>
  raw: Database.Database
  path: string
  fingerprint: string
  at: Date
}): Promise<void> {
  await migrate(raw, { path })
  const store_id = randomBytes(12).toString('hex')
  const created_at = at.toISOString()
  const store = { id: 1, store_id, key_fingerprint: fingerprint, created_at, program } as const
  await db.insertInto('store').values(store).execute()
  raw.pragma(`application_id = ${applicationId}`)
}

/** Links the key, never replacing another one. @returns whether this process was first */
function linkKeyFile({
  newKey,
  keyFile,
  secret,
}: {
  newKey: string
  keyFile: string
  secret: Buffer
}): boolean {
  try {
    linkSync(newKey, keyFile)
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false
    if (!linkUnsupported(error)) throw error
    return writeFirstKey(keyFile, secret)
  }
  syncNameOf(keyFile)
  return true
}

/** Writes the key directly on a file system without hard links. */
function writeFirstKey(keyFile: string, secret: Buffer): boolean {
  try {
    writeKeyFile(keyFile, secret)
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false
    removeIfPossible(keyFile)
    throw error
  }
  syncNameOf(keyFile)
  return true
}

/** Syncs the folder, so that a store never survives a power cut without its key; on failure the key is removed. */
function syncNameOf(keyFile: string): void {
  try {
    syncFolder(dirname(keyFile))
  } catch (error) {
    removeIfPossible(keyFile)
    throw error
  }
}

/** Waits for the store of the process that created the key; a key that stays alone for longer is refused. */
async function useOtherCreatorsStore({ path, keyFile }: Opening): Promise<boolean> {
  for (let tries = 0; tries < 40 && !existsSync(path); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  if (existsSync(path)) return false
  if (finishOther({ path, keyFile })) return true
  throw new Unavailable(
    'key-without-store',
    `There is a key at ${pathInWords(keyFile)}, but no store at ${pathInWords(path)}.`,
    {
      hint: 'If the store was moved or lost, bring it back (ssh-admin store restore FILE); to begin anew, move the key away.',
    },
  )
}

/** Links the complete temporary store of a process that was killed after linking its key. */
function finishOther({ path, keyFile }: { path: string; keyFile: string }): boolean {
  const fingerprint = fingerprintOfKey(keyFile)
  if (fingerprint === undefined) return false
  const created = readdirSync(dirname(path))
    .filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.new'))
    .map((name) => join(dirname(path), name))
    .find((file) => file !== keyFile && fingerprintIn(file) === fingerprint)
  if (created === undefined) return false
  makeSingleFile(created, { named: path })
  renameSync(created, path)
  trySyncFolder(dirname(path))
  return true
}

/** Undefined for a partial key file, as a killed process leaves it on a file system without hard links. */
function fingerprintOfKey(keyFile: string): string | undefined {
  try {
    return deriveKeys(readKeyFile(keyFile)).fingerprint
  } catch (error) {
    if (error instanceof Unavailable && error.code === 'key-damaged') return undefined
    throw error
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (cause) {
    throw new Unavailable('store-unavailable', `The folder ${pathInWords(folder)} cannot be made.`, {
      hint: 'Choose another place with --db.',
      cause,
    })
  }
}
