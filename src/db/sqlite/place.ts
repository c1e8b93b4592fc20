import type Database from 'better-sqlite3'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { copyFileSync, linkSync, mkdirSync, renameSync, rmSync, syncFile, trySyncFolder } from '../../disk.ts'
import { errorCodeOf, Unavailable } from '../../errors.ts'
import { runToCompletion, type Interruption } from '../../interruption.ts'
import { ownerTag } from '../../unfinished-files.ts'
import { openDatabase, withDatabase } from './connection.ts'
import { isBusy, isDamage, readOnlyStore } from './errors.ts'
import { damageIn } from './integrity.ts'
import { pathInWords } from '../../shell-word.ts'
import { headFileOfFile, headFileOfNewFile, isSameHead } from '../audit/head-file.ts'
import { keptCopyPath } from '../store/kept-copies.ts'
import type { Opening } from '../store/opening.ts'
import type { PresentStore } from '../store/restore.ts'
import { deliveriesIn, erasedIn, fingerprintIn, headAt, headIfAny, isOlderThanHead } from './inspect.ts'

/** A store under an exclusive lock. */
interface LockedStore {
  /** Undefined where there is no file, or no database: nothing to lock. */
  raw: Database.Database | undefined
  path: string
  unlock: () => void
}

interface Placement {
  /** The new store, which no process has open. */
  from: string
  /** The present store, locked before `from` was made if that is a copy of it. */
  locked: LockedStore
  /** The path under which the present store is kept. */
  keepAs: string
}

/**
 * Replaces a store by another and keeps the old one beside it, by an atomic rename: at every moment there is a complete
 * store at the path. Every store gets its name here.
 */
export function replaceStoreFile({ from, locked, keepAs }: Placement): void {
  const to = locked.path
  makeSingleFile(from, { named: to })
  if (existsSync(to)) {
    // The old store's WAL or journal must not be applied to the new one.
    for (const part of ['-wal', '-journal']) {
      if (!existsSync(`${to}${part}`)) continue
      if (locked.raw) rmSync(`${to}${part}`)
      else renameSync(`${to}${part}`, `${keepAs}${part}`)
    }
    rmSync(`${to}-shm`, { force: true })
    keepReplaced(locked, keepAs)
  }
  renameSync(from, to)
  trySyncFolder(dirname(to))
}

/**
 * Locks a store exclusively. Leaving WAL mode succeeds only if no other process has the store open, and the lock keeps
 * others from opening it. @throws `store-in-use`
 */
export function lockExclusively(path: string, interruption: Interruption | undefined): LockedStore {
  const raw = existsSync(path)
    ? openExclusively(path, (held) => {
        // If another process has the store open, SQLite stays in WAL mode and answers with it.
        if (held.pragma('journal_mode = delete', { simple: true }) !== 'delete') throw inUse(path)
      })
    : undefined
  // A second signal ends the process at once: SQLite removes its journal only when the connection is closed.
  const unregister = interruption?.onForcedExit(() => raw?.close())
  const unlock = () => {
    unregister?.()
    raw?.close()
  }
  return { raw, path, unlock }
}

/** @returns undefined for a file that is no database, which has no locks */
function openExclusively(
  path: string,
  prepare: (raw: Database.Database) => void,
): Database.Database | undefined {
  const raw = openDatabase(path)
  try {
    raw.pragma('locking_mode = exclusive')
    prepare(raw)
    // With locking_mode = exclusive the lock outlives the transaction.
    raw.exec('begin exclusive; commit')
    return raw
  } catch (error) {
    raw.close()
    if (isBusy(error)) throw inUse(path)
    if (isDamage(error)) return undefined
    throw readOnlyStore(path, error)
  }
}

function inUse(path: string): Unavailable {
  return new Unavailable('store-in-use', `Another ssh-admin has the store ${pathInWords(path)} open.`, {
    hint: 'Let it finish, then try again.',
  })
}

/** Keeps the replaced store by a hard link, or by a copy on a file system without them. */
function keepReplaced({ raw, path }: LockedStore, keepAs: string): void {
  try {
    linkSync(path, keepAs)
    return
  } catch (error) {
    if (!linkUnsupported(error)) throw error
  }
  const part = `${path}.${ownerTag()}.part`
  try {
    // Opening and closing the file otherwise would release SQLite's POSIX locks.
    if (raw) raw.prepare('vacuum into ?').run(part)
    else copyFileSync(path, part)
    renameSync(part, keepAs)
  } finally {
    rmSync(part, { force: true })
  }
}

/** Whether the file system has no hard links (FAT, some network shares). */
export function linkUnsupported(error: unknown): boolean {
  return /^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS|EMLINK|EXDEV)$/.test(errorCodeOf(error))
}

/**
 * Turns a store that no other process has open into a single file: checkpointed, synced and checked. Only then may it get
 * its name. @throws `store-not-whole`, `store-damaged`
 */
export function makeSingleFile(path: string, { named }: { named: string }): void {
  const consolidate = (raw: Database.Database) => {
    leaveWalMode(raw, named)
    const [first] = damageIn(raw, named)
    if (first) throw damaged(named, first.message)
  }
  withDatabase(path, consolidate, { named, fileMustExist: true })
  for (const part of ['-wal', '-journal']) {
    if (existsSync(`${path}${part}`)) throw notWhole(named, `a part of it stayed in ${part.slice(1)}`)
  }
  syncFile(path)
}

/** Removes the WAL, shm and journal files. */
export function removeSideFiles(path: string): void {
  for (const part of ['-wal', '-shm', '-journal']) rmSync(`${path}${part}`, { force: true })
}

/** @throws if SQLite stays in WAL mode, which it reports as the present mode and not as an error */
export function leaveWalMode(raw: Database.Database, named: string): void {
  const mode = String(raw.pragma('journal_mode = delete', { simple: true }))
  if (mode !== 'delete') throw notWhole(named, `its journal mode is ${mode}`)
}

function damaged(named: string, what: string): Unavailable {
  return new Unavailable('store-damaged', `What would become ${named} is damaged: ${what}.`, {
    hint: 'Nothing was put in its place. ssh-admin store check says more.',
  })
}

function notWhole(named: string, reason: string): Unavailable {
  return new Unavailable('store-not-whole', `The store ${named} could not be written whole: ${reason}.`, {
    hint: 'Nothing was put in its place. Look at the disk, and make room on it; then try again.',
  })
}

/** The store file that a restore replaces. @throws `store-in-use` */
export function presentStoreFile({ path, keyFile, now, interruption }: Opening): PresentStore {
  // Checks that the store is not in use, without changing it.
  if (existsSync(path)) openExclusively(path, () => undefined)?.close()
  const head = headAt(path)
  const isThere = existsSync(path)
  const kept = isThere ? keptCopyPath(path, { before: 'restore', now: now() }) : null
  return {
    fingerprint: fingerprintIn(path),
    isOlderCopy: () => isThere && isOlderThanHead(path, headFileOfFile(keyFile, path)),
    keyFileFor: () => keyFile,
    headFileBeside: (file) => (isThere ? headFileOfFile(file, path) : headFileOfNewFile(file, path)),
    erased: (storeId) => erasedIn(path, { storeId }),
    deliveries: (messageIds) => Promise.resolve(deliveriesIn(path, messageIds)),
    keepAs: kept,
    copyBeside: path,
    replaceWith: async (file, { beforePlacing }) => {
      mkdirSync(dirname(path))
      const locked = lockExclusively(path, interruption)
      try {
        // An erasure since then would be missing from the copy.
        if (!isSameHead(headIfAny(locked.raw), head)) return undefined
        const keepAs = kept ?? keptCopyPath(path, { before: 'restore', now: now() })
        await runToCompletion(interruption, {
          what: 'the backup is being put in the place of the store',
          finish: async () => {
            await beforePlacing()
            replaceStoreFile({ from: file, locked, keepAs })
          },
        })
        return { eventsMeanwhile: 0 }
      } finally {
        locked.unlock()
      }
    },
  }
}
