import type Database from 'better-sqlite3'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { copyFileSync, linkSync, mkdirSync, renameSync, rmSync, syncFile, trySyncFolder } from '../../disk.ts'
import { errorCodeOf, Unavailable } from '../../errors.ts'
import { finishing, type Interruption } from '../../interruption.ts'
import { ownerTag } from '../../unfinished-files.ts'
import { openDatabase, withDatabase } from './connection.ts'
import { isBusy, isDamage, readOnlyStore } from './errors.ts'
import { damageIn } from './integrity.ts'
import { pathInWords } from '../../shell-word.ts'
import { headFileOfFile, headFileOfNewFile, isSameHead } from '../audit/head-file.ts'
import { nameToKeep } from '../store/kept-copies.ts'
import type { Opening } from '../store/opening.ts'
import type { PresentStore } from '../store/restore.ts'
import { deliveriesIn, erasedIn, fingerprintIn, headAt, headIfAny } from './inspect.ts'

/** A store that nobody else can open until it is let go of. */
interface LockedStore {
  /** Absent for a file that is no database, and for a place where there is none: nobody can have that open. */
  raw: Database.Database | undefined
  path: string
  unlock: () => void
}

interface Placement {
  /** The store that takes the place, and that nobody has open. */
  from: string
  /** The place, held since before `from` was made where it was made of what is there. */
  held: LockedStore
  /** What the present store is called afterwards. */
  keep: string
}

/**
 * Puts one store in the place of another, which is kept beside it: the one way in which a store gets its name.
 * At every moment there is a whole store at the place.
 */
export function replaceStoreFile({ from, held, keep }: Placement): void {
  const to = held.path
  makeWhole(from, { named: to })
  if (existsSync(to)) {
    // What lies beside the old store must not be taken for a part of the new one.
    for (const part of ['-wal', '-journal']) {
      if (!existsSync(`${to}${part}`)) continue
      if (held.raw) rmSync(`${to}${part}`)
      else renameSync(`${to}${part}`, `${keep}${part}`)
    }
    rmSync(`${to}-shm`, { force: true })
    keepReplaced(held, keep)
  }
  renameSync(from, to)
  trySyncFolder(dirname(to))
}

/**
 * A store in use cannot leave its journal mode: that it does proves that nobody else has it open,
 * and while the lock is held nobody can open it. @throws `store-in-use`
 */
export function lockExclusively(path: string, interruption: Interruption | undefined): LockedStore {
  const raw = existsSync(path)
    ? lockedAlone(path, (held) => {
        // Whoever has it open keeps SQLite from doing this; the answer is then the mode that it stays in.
        if (held.pragma('journal_mode = delete', { simple: true }) !== 'delete') throw inUse(path)
      })
    : undefined
  // A second signal ends the process where it stands: SQLite takes its journal away as it lets go, and no sooner.
  const forget = interruption?.beforeEnding(() => raw?.close())
  const unlock = () => {
    forget?.()
    raw?.close()
  }
  return { raw, path, unlock }
}

/** A file that is no database has no locks. */
function lockedAlone(path: string, prepare: (raw: Database.Database) => void): Database.Database | undefined {
  const raw = openDatabase(path)
  try {
    raw.pragma('locking_mode = exclusive')
    prepare(raw)
    // In this mode the lock stays when the transaction ends.
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

/** A disk that knows no second name for a file gets a second file, which is whole before it has its name. */
function keepReplaced({ raw, path }: LockedStore, keep: string): void {
  try {
    linkSync(path, keep)
    return
  } catch (error) {
    if (!linkUnsupported(error)) throw error
  }
  const part = `${path}.${ownerTag()}.part`
  try {
    // To read a file that SQLite holds, and close it again, would let go of SQLite's lock.
    if (raw) raw.prepare('vacuum into ?').run(part)
    else copyFileSync(path, part)
    renameSync(part, keep)
  } finally {
    rmSync(part, { force: true })
  }
}

/** Some disks (FAT, some network shares) know one name for a file only. */
export function linkUnsupported(error: unknown): boolean {
  return /^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS|EMLINK|EXDEV)$/.test(errorCodeOf(error))
}

/**
 * Makes of a store that nobody else has open one file that needs nothing beside it: what stands in its WAL is in
 * the file, on the disk, and holds together. Only then may the file be given a name. @throws `store-not-whole`, `store-damaged`
 */
export function makeWhole(path: string, { named }: { named: string }): void {
  const settle = (raw: Database.Database) => {
    leaveWalMode(raw, named)
    const [first] = damageIn(raw, named)
    if (first) throw damaged(named, first.message)
  }
  withDatabase(path, settle, { named, fileMustExist: true })
  for (const part of ['-wal', '-journal']) {
    if (existsSync(`${path}${part}`)) throw notWhole(named, `a part of it stayed in ${part.slice(1)}`)
  }
  syncFile(path)
}

/** What SQLite keeps beside a file while it is open. */
export function removeSideFiles(path: string): void {
  for (const part of ['-wal', '-shm', '-journal']) rmSync(`${path}${part}`, { force: true })
}

/** SQLite answers with the mode that it is in, which may be the old one. */
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

/** A file that a backup is to take the place of. @throws `store-in-use` */
export function presentStoreFile({ path, keyFile, now, interruption }: Opening): PresentStore {
  // The same proof, without changing a byte.
  if (existsSync(path)) lockedAlone(path, () => undefined)?.close()
  const head = headAt(path)
  const isThere = existsSync(path)
  const kept = isThere ? nameToKeep(path, { before: 'restore', now: now() }) : null
  return {
    fingerprint: fingerprintIn(path),
    keyFileFor: () => keyFile,
    headFileBeside: (file) => (isThere ? headFileOfFile(file, path) : headFileOfNewFile(file, path)),
    erased: (storeId) => erasedIn(path, { storeId }),
    deliveries: (messageIds) => Promise.resolve(deliveriesIn(path, messageIds)),
    kept,
    copyBeside: path,
    replaceWith: async (file, { beforePlacing }) => {
      mkdirSync(dirname(path))
      const held = lockExclusively(path, interruption)
      try {
        // Whom it erased since is not known to the copy.
        if (!isSameHead(headIfAny(held.raw), head)) return undefined
        const keep = kept ?? nameToKeep(path, { before: 'restore', now: now() })
        await finishing(interruption, {
          what: 'the backup is being put in the place of the store',
          finish: async () => {
            await beforePlacing()
            replaceStoreFile({ from: file, held, keep })
          },
        })
        return { eventsMeanwhile: 0 }
      } finally {
        held.unlock()
      }
    },
  }
}
