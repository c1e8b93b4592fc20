import type Database from 'better-sqlite3'
import { statSync } from 'node:fs'
import { chmodSync, writeFileSync } from '../../disk.ts'
import { Cancelled } from '../../errors.ts'
import { makeSingleFile, removeSideFiles } from './place.ts'
import { withDatabase } from './connection.ts'

/** Pages copied in one step; Ctrl-C is checked between steps. */
const pagesAtOnce = 5000

interface Copying {
  to: string
  signal: AbortSignal | undefined
}

/** Copies every page of a store into a file. */
export async function copyPages(raw: Database.Database, { to, signal }: Copying): Promise<void> {
  await raw.backup(to, {
    progress: () => {
      if (signal?.aborted) throw new Cancelled()
      return pagesAtOnce
    },
  })
  chmodSync(to, 0o600)
}

/**
 * Copies a store in use into one synced file. After a failure the caller removes the partial file. @returns its size
 * in bytes
 */
export async function copyDatabase(raw: Database.Database, { to, signal }: Copying): Promise<number> {
  try {
    // Created by us first, for the system's reason if that fails; SQLite would only say that it cannot open the file.
    writeFileSync(to, '', { flag: 'wx' })
    await copyPages(raw, { to, signal })
    // A single file without a WAL beside it, which can be moved anywhere.
    makeSingleFile(to, { named: to })
    return statSync(to).size
  } finally {
    removeSideFiles(to)
  }
}

/** Deletes the contents of uploaded files from a copy of a store, but not their metadata. @returns its size in bytes */
export function leaveOutContent(path: string): number {
  withDatabase(path, (raw) => {
    raw.exec('delete from content_pieces')
    raw.exec('delete from contents where sha256 is null')
    raw.exec('vacuum')
  })
  makeSingleFile(path, { named: path })
  return statSync(path).size
}
