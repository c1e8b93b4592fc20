import { statSync } from 'node:fs'
import { chmodSync } from '../../disk.ts'
import type { Value } from '../engine.ts'
import { applicationId, openDatabase, prepareConnection } from './connection.ts'
import { migrate } from './migrate.ts'
import { makeWhole } from './place.ts'

/** A file that is being filled with the tables of another store. */
export interface NewFile {
  tables: () => string[]
  columnsOf: (table: string) => string[]
  /** Tables whose numbers are never given again. */
  counted: () => string[]
  insert: (table: string, rows: Iterable<readonly Value[]>) => void
  /** Numbers that were given before are never given again. @returns the file's size */
  finish: (lastNumbers: Iterable<readonly [string, number]>) => number
  close: () => void
}

/** Makes an empty store of this version in a file of SQLite, which takes rows as they are, in any order. */
export async function newFile(path: string, { version }: { version: number }): Promise<NewFile> {
  const raw = openDatabase(path)
  chmodSync(path, 0o600)
  prepareConnection(raw, { journal: 'delete' })
  await migrate(raw, { path, to: version })
  raw.pragma(`application_id = ${applicationId}`)
  raw.pragma('foreign_keys = off')
  raw.exec('begin')
  return {
    tables: () =>
      raw
        .prepare<[], string>(
          "select name from sqlite_schema where type = 'table' and name not glob 'sqlite_*' and name not glob 'kysely_*'",
        )
        .pluck()
        .all(),
    columnsOf: (table) =>
      raw.prepare<[string], string>('select name from pragma_table_info(?)').pluck().all(table),
    counted: () =>
      raw
        .prepare<[], string>(
          "select name from sqlite_schema where type = 'table' and sql like '%autoincrement%' order by name",
        )
        .pluck()
        .all(),
    insert: (table, rows) => {
      const places = raw.prepare<[string], number>('select count(*) from pragma_table_info(?)').pluck()
      const signs = Array.from({ length: places.get(table) ?? 0 }, () => '?')
      const insert = raw.prepare<Value[]>(`insert into "${table}" values (${signs.join(', ')})`)
      for (const row of rows) insert.run(...row)
    },
    finish: (lastNumbers) => {
      const forget = raw.prepare<[string]>('delete from sqlite_sequence where name = ?')
      const set = raw.prepare<[string, number]>('insert into sqlite_sequence (name, seq) values (?, ?)')
      for (const [table, last] of lastNumbers) {
        forget.run(table)
        set.run(table, last)
      }
      raw.exec('commit')
      raw.close()
      makeWhole(path, { named: path })
      return statSync(path).size
    },
    close: () => {
      raw.close()
    },
  }
}
