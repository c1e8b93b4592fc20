import type Database from 'better-sqlite3'
import type { Bulk, Value } from '../engine.ts'

/** Statements compiled once, and run for each row. */
export function sqliteBulk(raw: Database.Database): Bulk {
  const runAll = (statement: string, rows: Iterable<readonly Value[]>): number => {
    let prepared: Database.Statement<Value[]> | undefined
    let changes = 0
    for (const row of rows) {
      prepared ??= raw.prepare<Value[]>(statement)
      changes += prepared.run(...row).changes
    }
    return changes
  }
  return {
    reserve: async (table) => {
      const next = raw.prepare<[string], number>(
        `select max(coalesce((select seq from sqlite_sequence where name = ?), 0),
          coalesce((select max(id) from ${table}), 0)) + 1`,
      )
      return next.pluck().get(table) ?? 1
    },
    insert: async (table, columns, rows) => {
      runAll(insertion(table, columns), rows)
    },
    update: async (table, [key, ...others], rows) => {
      const set = others.map((column) => `${quoted(column)} = ?`)
      const statement = `update ${quoted(table)} set ${set.join(', ')} where ${quoted(key)} = ?`
      runAll(statement, withFirstLast(rows))
    },
    merge: async (table, { key, set }, rows) => {
      const kept = key.map(quoted).join(', ')
      const column = quoted(set)
      return runAll(
        `${insertion(table, [...key, set])} on conflict (${kept})
          do update set ${column} = excluded.${column} where ${column} is not excluded.${column}`,
        rows,
      )
    },
  }
}

/** The key comes first in a row, and last in the statement. */
function* withFirstLast(rows: Iterable<readonly Value[]>) {
  for (const [first = null, ...others] of rows) yield [...others, first]
}

function insertion(table: string, columns: readonly string[]): string {
  return `insert into ${quoted(table)} (${columns.map(quoted).join(', ')}) values (${columns.map(() => '?').join(', ')})`
}

function quoted(name: string): string {
  return `"${name}"`
}
