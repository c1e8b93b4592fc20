import type Database from 'better-sqlite3'
import { statSync } from 'node:fs'
import { chmodSync, writeFileSync } from '../../disk.ts'
import { Cancelled } from '../../errors.ts'
import { makeWhole, removeSideFiles } from './place.ts'
import { withDatabase } from './connection.ts'

/** Pages copied between two breaths, in which Ctrl-C is heard. */
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

/** Copies a store in use into one plain file, synced; what a failure leaves is for the caller to take away. @returns its size */
export async function copyDatabase(raw: Database.Database, { to, signal }: Copying): Promise<number> {
  try {
    // The system says why there can be none; SQLite would say that the store cannot be opened.
    writeFileSync(to, '', { flag: 'wx' })
    await copyPages(raw, { to, signal })
    // One file that needs no other beside it, wherever it is carried.
    makeWhole(to, { named: to })
    return statSync(to).size
  } finally {
    removeSideFiles(to)
  }
}

/** Takes the bytes of files out of a copy of a store; what is said of them stays. @returns its size */
export function leaveOutContent(path: string): number {
  withDatabase(path, (raw) => {
    raw.exec('delete from content_pieces')
    raw.exec('delete from contents where sha256 is null')
    raw.exec('vacuum')
  })
  makeWhole(path, { named: path })
  return statSync(path).size
}
