import { existsSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { syncFile } from '../../disk.ts'
import { Unavailable } from '../../errors.ts'
import { openDatabase } from '../sqlite/connection.ts'
import { damageIn } from '../sqlite/integrity.ts'

/**
 * Makes of a store that nobody else has open one file that needs nothing beside it: what stands in its WAL is in
 * the file, on the disk, and holds together. Only then may the file be given a name. @throws `store-not-whole`, `store-damaged`
 */
export function makeWhole(path: string, { named }: { named: string }): void {
  const raw = openDatabase(path, { named, fileMustExist: true })
  try {
    leaveWal(raw, named)
    const [first] = damageIn(raw, named)
    if (first) throw damaged(named, first.message)
  } finally {
    raw.close()
  }
  for (const part of ['-wal', '-journal']) {
    if (existsSync(`${path}${part}`)) throw notWhole(named, `a part of it stayed in ${part.slice(1)}`)
  }
  syncFile(path)
}

/** SQLite answers with the mode that it is in, which may be the old one. */
export function leaveWal(raw: Database.Database, named: string): void {
  const mode = String(raw.pragma('journal_mode = delete', { simple: true }))
  if (mode !== 'delete') throw notWhole(named, `its journal mode is ${mode}`)
}

function damaged(named: string, what: string): Unavailable {
  return new Unavailable('store-damaged', `What would become ${named} is damaged: ${what}.`, {
    hint: 'Nothing was put in its place. ssh-admin store check says more.',
  })
}

function notWhole(named: string, why: string): Unavailable {
  return new Unavailable('store-not-whole', `The store ${named} could not be written whole: ${why}.`, {
    hint: 'Nothing was put in its place. Look at the disk, and make room on it; then try again.',
  })
}
