import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { errorCodeOf, systemReason, Unavailable } from '../../errors.ts'
import { pathInWords } from '../../shell-word.ts'

/** Whether another process holds the store, or has just replaced it. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|READONLY_DBMOVED)/.test(errorCodeOf(error))
}

/** Whether SQLite reports a corrupt file. */
export function isDamage(error: unknown): error is Error {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(errorCodeOf(error)) || lacksTables(error)
}

/** Whether a table or column is missing that every store has: the file's schema is damaged. */
function lacksTables(error: unknown): boolean {
  if (errorCodeOf(error) !== 'SQLITE_ERROR' || !(error instanceof Error)) return false
  return /^no such (table|column|index): |has no column named /.test(error.message)
}

/** Whether the disk is full or fails, which does not mean that the store is damaged. */
export function isDiskError(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR|CANTOPEN|READONLY|NOMEM)/.test(errorCodeOf(error))
}

/** Whether the file, or its folder for WAL and shm, is not writable. */
export function isUnwritable(error: unknown): boolean {
  return /^SQLITE_(READONLY|CANTOPEN|PERM|IOERR_SHM)/.test(errorCodeOf(error))
}

const words: readonly { pattern: RegExp; code: string; says: string; hint: string }[] = [
  {
    pattern: /^SQLITE_(BUSY|LOCKED)/,
    code: 'store-locked',
    says: 'The store is in use by another program.',
    hint: 'Try again in a moment.',
  },
  {
    pattern: /^SQLITE_READONLY/,
    code: 'store-read-only',
    says: 'The store cannot be written to.',
    hint: 'Check who owns the file and its folder.',
  },
  {
    // The shm file, shared by all processes that have the store open, could not grow.
    pattern: /^SQLITE_(FULL|IOERR_SHMSIZE)/,
    code: 'store-full',
    says: 'The disk is full.',
    hint: 'Nothing was changed. Make room, then try again.',
  },
  {
    pattern: /^SQLITE_CORRUPT/,
    code: 'store-damaged',
    says: 'The store is damaged.',
    hint: 'ssh-admin store check says more; ssh-admin store restore FILE brings a backup back.',
  },
  {
    pattern: /^SQLITE_NOTADB/,
    code: 'store-damaged',
    says: 'The store is damaged.',
    hint: 'ssh-admin store restore FILE brings a backup back.',
  },
  {
    pattern: /^SQLITE_CANTOPEN/,
    code: 'store-unavailable',
    says: 'The store cannot be opened.',
    hint: 'Check the path, and that you may read and write the file and its folder.',
  },
  {
    // An exceeded quota is reported like a failing disk.
    pattern: /^SQLITE_IOERR_WRITE/,
    code: 'store-unavailable',
    says: 'The disk takes nothing.',
    hint: 'Look at the disk, and at your share of it; then ssh-admin store check.',
  },
  {
    pattern: /^SQLITE_IOERR/,
    code: 'store-unavailable',
    says: 'The disk does not answer.',
    hint: 'Look at the disk; then ssh-admin store check.',
  },
  {
    pattern: /^SQLITE_PERM/,
    code: 'store-unavailable',
    says: 'The store may not be opened.',
    hint: 'Check who owns the file.',
  },
]

/** Turns an error of SQLite into a Failure; undefined for any other error. */
export function toFailure(error: unknown): Unavailable | undefined {
  const code = lacksTables(error) ? 'SQLITE_CORRUPT' : errorCodeOf(error)
  const found = words.find(({ pattern }) => pattern.test(code))
  return found && new Unavailable(found.code, found.says, { hint: found.hint, cause: error })
}

/** The failure for a read-only store, with the system's reason; SQLite only says that it cannot open the file. */
export function readOnlyStore(path: string, cause: unknown): unknown {
  for (const needed of [path, dirname(path)]) {
    try {
      accessSync(needed, constants.W_OK)
    } catch (error) {
      const reason = systemReason(error)
      if (reason === undefined) return cause
      return new Unavailable(
        'store-read-only',
        `The store ${pathInWords(path)} cannot be written to: ${reason}.`,
        {
          hint: 'It can be read. To change it, check who owns the file and its folder, and how the disk is mounted.',
          cause,
        },
      )
    }
  }
  return cause
}
