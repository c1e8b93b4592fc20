import type { Bulk, Numbered, Value } from '../engine.ts'
import { copyRows } from './copy-rows.ts'
import type { SharedConnection } from './shared-connection.ts'

/** Rows by COPY: into the table where they are new, into a staging table that is merged where they are not. */
export function sharedBulk(connection: Pick<SharedConnection, 'ask'>): Bulk {
  const copy = async (table: string, columns: readonly string[], rows: Iterable<readonly Value[]>) => {
    await connection.ask((client) => copyRows(client, { table, columns }, [rows]))
  }
  const staged = async (table: string, columns: readonly string[], rows: Iterable<readonly Value[]>) => {
    const names = columns.map(quoted).join(', ')
    await connection.ask((client) =>
      client.query(
        `create temporary table staging on commit drop as select ${names} from ${quoted(table)} where false`,
      ),
    )
    await copy('pg_temp.staging', columns, rows)
  }
  const merged = async (statement: string) => {
    const { rowCount } = await connection.ask((client) => client.query(statement))
    await connection.ask((client) => client.query('drop table pg_temp.staging'))
    return rowCount ?? 0
  }
  return {
    reserve: async (table, count) => {
      const { rows } = await connection.ask((client) =>
        client.query<{ first: number }>(reserving(table, count)),
      )
      return Number(rows[0]?.first ?? 1)
    },
    insert: async (table, columns, rows) => {
      const some = startedOf(rows)
      if (some) await copy(quoted(table), columns, some)
    },
    update: async (table, [key, ...others], rows) => {
      const some = startedOf(rows)
      if (!some) return
      await staged(table, [key, ...others], some)
      const set = others.map((column) => `${quoted(column)} = staging.${quoted(column)}`)
      await merged(
        `update ${quoted(table)} set ${set.join(', ')} from pg_temp.staging where ${quoted(table)}.${quoted(key)} = staging.${quoted(key)}`,
      )
    },
    merge: async (table, { key, set }, rows) => {
      const some = startedOf(rows)
      if (!some) return 0
      await staged(table, [...key, set], some)
      const names = [...key, set].map(quoted).join(', ')
      const column = quoted(set)
      return merged(
        `insert into ${quoted(table)} (${names}) select ${names} from pg_temp.staging
          on conflict (${key.map(quoted).join(', ')}) do update set ${column} = excluded.${column}
          where ${quoted(table)}.${column} is distinct from excluded.${column}`,
      )
    },
  }
}

/** An import's number is the next one: a sequence would use one up in a rehearsal. */
function reserving(table: Numbered, count: number): string {
  if (table === 'imports') return 'select coalesce(max(id), 0) + 1 as first from imports'
  const sequence = `pg_get_serial_sequence('${table}', 'id')`
  return `select setval(${sequence}, first + ${Math.max(count, 1) - 1}) - ${Math.max(count, 1) - 1} as first
    from (select nextval(${sequence}) as first) as next`
}

/** Nothing is asked of the server for no rows at all. */
function startedOf(rows: Iterable<readonly Value[]>): Iterable<readonly Value[]> | undefined {
  const iterator = rows[Symbol.iterator]()
  const first = iterator.next()
  if (first.done) return undefined
  return (function* all() {
    yield first.value
    for (let next = iterator.next(); !next.done; next = iterator.next()) yield next.value
  })()
}

function quoted(name: string): string {
  return `"${name}"`
}
