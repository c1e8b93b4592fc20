import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isServerAddress } from '../server-address.ts'
import type { Session } from './session.ts'

/** Where the file of the store lies, and, where a link names it, that link; a shared store has none. */
export function pathsOfStoreFile({ settings }: Pick<Session, 'settings'>): string[] {
  const db = settings.db.value
  if (isServerAddress(db)) return []
  const real = behindLinks(db)
  return real === withRealFolder(db) ? [db] : [real, db]
}

/** A path whose folder is written without links. */
export function withRealFolder(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path))
  } catch {
    return path
  }
}

export function behindLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
