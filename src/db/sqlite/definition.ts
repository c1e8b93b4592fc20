import type Database from 'better-sqlite3'
import { prepareConnection } from './connection.ts'
import { connectSqlite } from './driver.ts'
import { migrate } from './migrate.ts'

/** A table's definition as this program creates it. */
export interface TableDefinition {
  name: string
  columns: readonly { name: string; type: string; isNeeded: boolean }[]
  key: readonly string[]
  /** Unique constraints. */
  unique: readonly (readonly string[])[]
  /** Foreign keys. */
  references: readonly { column: string; parent: string }[]
  /** Number of check constraints. */
  checks: number
  /** An index on an expression has null in its place. */
  indexes: readonly { name: string; statement: string; columns: readonly (string | null)[] }[]
}

/** Every table of a schema version, read from a store created in memory. */
export async function tablesOfVersion(version: number): Promise<TableDefinition[]> {
  const raw = connectSqlite(':memory:')
  try {
    prepareConnection(raw)
    await migrate(raw, { path: 'memory', to: version })
    return tablesOf(raw)
  } finally {
    raw.close()
  }
}

function tablesOf(raw: Database.Database): TableDefinition[] {
  const tables = raw.prepare<[], { name: string; sql: string }>(
    `select name, sql from sqlite_schema
      where type = 'table' and name not glob 'sqlite_*' and name not glob 'kysely_*' order by name`,
  )
  const columns = raw.prepare<[string], { name: string; type: string; isNeeded: number; key: number }>(
    'select name, lower(type) as type, "notnull" as isNeeded, pk as key from pragma_table_info(?)',
  )
  const unique = raw.prepare<[string], string>(
    `select (select json_group_array(name) from pragma_index_info(list.name))
      from pragma_index_list(?) as list where origin = 'u'`,
  )
  const references = raw.prepare<[string], { column: string; parent: string }>(
    'select "from" as column, "table" as parent from pragma_foreign_key_list(?)',
  )
  const indexes = raw.prepare<[string], { name: string; statement: string; columns: string }>(
    `select name, sql as statement, (select json_group_array(name) from pragma_index_info(sqlite_schema.name)) as columns
      from sqlite_schema where type = 'index' and sql is not null and tbl_name = ?`,
  )
  return tables.all().map(({ name, sql }) => {
    const found = columns.all(name)
    return {
      name,
      columns: found.map(({ isNeeded, ...column }) => ({ ...column, isNeeded: isNeeded === 1 })),
      key: found
        .filter(({ key }) => key > 0)
        .sort((one, other) => one.key - other.key)
        .map((one) => one.name),
      unique: unique
        .pluck()
        .all(name)
        .map((list): string[] => JSON.parse(list)),
      references: references.all(name),
      checks: sql.match(/\bcheck\s*\(/gi)?.length ?? 0,
      indexes: indexes
        .all(name)
        .map(({ columns: list, ...index }) => ({ ...index, columns: JSON.parse(list) })),
    }
  })
}
