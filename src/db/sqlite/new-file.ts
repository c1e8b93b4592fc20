import type Database from 'better-sqlite3'
import { statSync } from 'node:fs'
import { writeFileSync } from '../../disk.ts'
import { faultPoint } from '../../fault-points.ts'
import type { CopyOptions, Value } from '../engine.ts'
import {
  type Copied,
  copyTables,
  type EmptyStore,
  type EmptyTable,
  type Source,
} from '../store/copy-tables.ts'
import type { Opening, OpenStore } from '../store/opening.ts'
import { kyselyOver, openDatabase, prepareConnection } from './connection.ts'
import { applicationId } from './header.ts'
import { connectSqlite } from './driver.ts'
import { insertion, sqliteEngine } from './engine.ts'
import { headIfAny } from './inspect.ts'
import { migrate } from './migrate.ts'
import { makeSingleFile, removeSideFiles } from './place.ts'

interface CopyingToFile extends CopyOptions {
  from: Source & { version: number }
  onRows?: (copied: number) => void
}

/**
 * Copies every row of a locked store into a new SQLite file of the same schema version. After a failure the caller removes
 * the partial file.
 */
export async function copyToFile(
  path: string,
  { from, ...options }: CopyingToFile,
): Promise<Copied & { bytes: number }> {
  // Created by us first, for the system's reason if that fails; SQLite would only say that it cannot open the file.
  writeFileSync(path, '', { flag: 'wx' })
  const raw = openDatabase(path)
  try {
    prepareConnection(raw)
    const copied = await fill(raw, { ...options, from, named: path })
    raw.close()
    makeSingleFile(path, { named: path })
    return { ...copied, bytes: statSync(path).size }
  } finally {
    raw.close()
    removeSideFiles(path)
  }
}

/** Copies an older store into memory and migrates the copy, so that it can be read without being changed. */
export async function copyToMemory(
  opening: Opening,
  copying: CopyingToFile,
): Promise<Pick<OpenStore, 'db' | 'engine' | 'close'>> {
  const { path: named } = opening
  const raw = await upToDateInMemory(named, copying)
  const engine = sqliteEngine(raw, { named, path: undefined })
  return { db: kyselyOver(raw, opening), engine, close: async () => void raw.close() }
}

/** The same, as a raw connection. */
export async function upToDateInMemory(
  named: string,
  { from, ...options }: CopyingToFile,
): Promise<Database.Database> {
  const raw = connectSqlite(':memory:')
  try {
    prepareConnection(raw)
    await fill(raw, { ...options, from, named })
    await migrate(raw, { path: named })
    raw.pragma('query_only = on')
    return raw
  } catch (error) {
    raw.close()
    throw error
  }
}

/** Creates the tables of the store's version, and copies its rows. */
async function fill(
  raw: Database.Database,
  { from, named, ...options }: CopyingToFile & { named: string },
): Promise<Copied> {
  await migrate(raw, { path: named, to: from.version })
  raw.pragma(`application_id = ${applicationId}`)
  // Rows are copied table by table; foreign keys are checked at the end.
  raw.pragma('foreign_keys = off')
  raw.exec('begin')
  const copied = await copyTables({ ...options, from, to: emptyFile(raw, named) })
  faultPoint('fill a store', 'sqlite')
  raw.exec('commit')
  return copied
}

function emptyFile(raw: Database.Database, named: string): EmptyStore {
  return {
    named,
    tables: async () => tablesIn(raw),
    insert: async ({ name, columns }, rows) => {
      const insert = raw.prepare<Value[]>(insertion(name, columns))
      for await (const some of rows) for (const row of some) insert.run(...row)
    },
    setLastNumber: async (table, last) => {
      raw.prepare<[string]>('delete from sqlite_sequence where name = ?').run(table)
      raw.prepare<[string, number]>('insert into sqlite_sequence (name, seq) values (?, ?)').run(table, last)
    },
    rowsIn: async (table) => raw.prepare<[], number>(`select count(*) from "${table}"`).pluck().get() ?? 0,
    head: async () => headIfAny(raw),
  }
}

function tablesIn(raw: Database.Database): EmptyTable[] {
  const columns = raw.prepare<[string], string>('select name from pragma_table_info(?)').pluck()
  return raw
    .prepare<[], { name: string; has_sequence: number }>(
      `select name, sql like '%autoincrement%' as has_sequence from sqlite_schema
        where type = 'table' and name not glob 'sqlite_*' and name not glob 'kysely_*'`,
    )
    .all()
    .map(({ name, has_sequence }) => ({ name, columns: columns.all(name), hasSequence: has_sequence === 1 }))
}
