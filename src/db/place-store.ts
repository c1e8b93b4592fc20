import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { Unavailable } from '../errors.ts'
import { isBusy } from './dialect.ts'
import { syncFolder } from './folder.ts'
import { connectSqlite } from './sqlite/driver.ts'

interface Placing {
  /** The whole store that takes the place. */
  from: string
  to: string
  /** What the present store is called afterwards. */
  keep: string
}

/**
 * Puts one store in the place of another, which is kept beside it. At every moment there is a
 * whole store at the place. @throws `store-in-use` while another process has the present one open
 */
export function placeStore({ from, to, keep }: Placing): void {
  if (!existsSync(to)) {
    renameSync(from, to)
    syncFolder(dirname(to))
    return
  }
  const held = holdAlone(to)
  try {
    // What lies beside the old store must not be taken for a part of the new one.
    for (const part of ['-wal', '-journal']) {
      if (!existsSync(`${to}${part}`)) continue
      if (held) rmSync(`${to}${part}`)
      else renameSync(`${to}${part}`, `${keep}${part}`)
    }
    rmSync(`${to}-shm`, { force: true })
    keepUnderAnotherName(to, keep)
    renameSync(from, to)
    syncFolder(dirname(to))
  } finally {
    held?.close()
  }
}

/**
 * A store in use cannot leave its journal mode: that it does proves that nobody else has it open,
 * and while the lock is held nobody can open it.
 */
function holdAlone(path: string): Database.Database | undefined {
  return lockedAlone(path, (raw) => raw.pragma('journal_mode = delete'))
}

/** The same proof, without changing a byte. @throws `store-in-use` */
export function refuseWhileInUse(path: string): void {
  if (existsSync(path)) lockedAlone(path, () => undefined)?.close()
}

/** A file that is no database has no locks. */
function lockedAlone(
  path: string,
  settle: (raw: Database.Database) => unknown,
): Database.Database | undefined {
  const raw = connectSqlite(path, { timeout: 0 })
  try {
    raw.pragma('locking_mode = exclusive')
    settle(raw)
    raw.exec('begin exclusive')
    return raw
  } catch (error) {
    raw.close()
    if (isBusy(error)) throw inUse(path)
    const unreadable = error instanceof Error && 'code' in error && /NOTADB|CORRUPT/.test(String(error.code))
    if (unreadable) return undefined
    throw error
  }
}

function inUse(path: string): Unavailable {
  return new Unavailable('store-in-use', `Another ssh-admin has the store ${path} open.`, {
    hint: 'Let it finish, then try again.',
  })
}

function keepUnderAnotherName(path: string, keep: string): void {
  try {
    linkSync(path, keep)
  } catch (error) {
    const cannot =
      error instanceof Error && 'code' in error && /^(EPERM|ENOTSUP|ENOSYS|EMLINK)$/.test(String(error.code))
    if (!cannot) throw error
    copyFileSync(path, keep)
  }
}
