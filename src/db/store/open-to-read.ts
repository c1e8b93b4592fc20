import { readFileSync, statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { Unavailable } from '../../errors.ts'
import { openDatabase, openInMemory } from '../sqlite/connection.ts'
import { isUnwritable } from '../sqlite/errors.ts'
import { migrate } from './migrate.ts'
import { knownVersionOf } from './version.ts'

export interface Reading {
  raw: Database.Database
  version: number
  /** Changes to it would change nothing on the disk. */
  inMemory: boolean
}

/**
 * Opens a store to look at it as it is: what a killed process left unfinished is rolled back on the way, and
 * where nothing may be written, the whole file is read into memory.
 */
export function openToRead(path: string): Reading {
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

/** A copy in memory that is brought up to date: for reading an older store without changing it. */
export async function upToDateInMemory({ raw }: Reading, path: string): Promise<Database.Database> {
  const copy = openInMemory(raw.serialize())
  raw.close()
  await migrate(copy, { path })
  copy.pragma('query_only = on')
  return copy
}

function readWhole(path: string): Database.Database {
  for (const part of ['-wal', '-journal']) {
    const beside = statSync(`${path}${part}`, { throwIfNoEntry: false })
    if (!beside?.size) continue
    throw new Unavailable(
      'store-read-only',
      `The store ${path} was not closed properly, and what is needed to read it cannot be written beside it.`,
      { hint: `Copy it, with ${path}${part}, to a folder that you may write, and name that with --db.` },
    )
  }
  return openInMemory(readFileSync(path))
}
