import type { Kysely } from 'kysely'
import type pg from 'pg'
import { rmSync } from '../../disk.ts'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServerAddress } from '../../server-address.ts'
import type { Bulk, Engine, Numbered, Value } from '../engine.ts'
import type { Store } from '../schema.ts'
import { setPipelining } from './pipeline.ts'
import { factsOf, holderOf } from './server-facts.ts'
import type { SharedConnection } from './shared-connection.ts'

interface Connected {
  server: ServerAddress
  db: Kysely<Store>
}

/** So often a copy is begun anew, of another moment, that a standby broke off or whose connection was lost. */
const maxCopies = 3
/** In milliseconds; the second time twice as long. */
const pauseBeforeCopy = 500

/** Of rows that hold a piece of a file each, so many are held at once. */
const piecesAtOnce = 8

/** What only PostgreSQL does for a store, over one connection. */
export function sharedEngine(connection: SharedConnection, { server, db }: Connected): Engine {
  const query = async (text: string, values: readonly unknown[] = []) =>
    (await connection.query<{ n: number }>(text, values)).rows[0]?.n ?? 0
  return {
    isShared: true,
    bulk: sharedBulk(connection),
    fingerprint: () => connection.row.fingerprint,
    // Every change of what an import reads has its row in the log.
    writesOfOthers: () => query('select coalesce(max(id), 0) as n from audit'),
    // The row that is held says it.
    noteHolder: () => () => undefined,
    aboutToCommit: (head) => connection.aboutToCommit(head),
    server: {
      ensureStoreRow: () => connection.ensureStoreRow(),
      seen: connection.seen,
      sendWithNext: ({ sql, parameters }) => connection.sendWithNext(sql, parameters),
    },
    aboutServer: () => connection.whileReading((client) => factsOf(client)),
    heldBy: async () =>
      (await connection.whileReading((client) => holderOf(client, server.schema)))?.command ?? null,
    size: () =>
      query(
        `select coalesce(sum(pg_total_relation_size(oid)), 0) as n from pg_class
          where relkind = 'r' and relnamespace = (select oid from pg_namespace where nspname = current_schema())`,
      ),
    isRetryable: (error) => connection.isRetryable(error),
    findings: async () => {
      const { findingsOnServer } = await import('./integrity.ts')
      const { version } = connection.row
      return connection.whileReading((client) => findingsOnServer(client, { server, version }))
    },
    rowsOf: (table, columns) =>
      connection.stream<Value[]>({
        text: `select ${columns.map(quoted).join(', ')} from ${quoted(table)} order by 1`,
        asLists: true,
        ...(table === 'content_pieces' ? { batchSize: piecesAtOnce } : {}),
      }),
    lastNumber: (table) =>
      query(
        `select greatest(coalesce(pg_sequence_last_value(cast(pg_get_serial_sequence($1, 'id') as regclass)), 0),
          (select coalesce(max(id), 0) from ${quoted(table)})) as n`,
        [table],
      ),
    copyOut: async (to, options) => {
      const { copyToFile } = await import('../sqlite/new-file.ts')
      const engine = sharedEngine(connection, { server, db })
      for (let tries = 1; ; tries += 1) {
        let hasRead = false
        const onRows = () => {
          hasRead = true
        }
        try {
          const from = { db, engine, version: connection.row.version }
          return (await copyToFile(to, { ...options, from, onRows })).bytes
        } catch (error) {
          // Where no row came, a server was waited for as long as may be.
          if (tries === maxCopies || !hasRead || !connection.isRetryable(error)) throw error
          rmSync(to, { force: true })
          await pause(tries * pauseBeforeCopy)
        }
      }
    },
    overwriteWhatGoes: () => undefined,
    scrub: async () =>
      (await connection.outsideTransaction((client) => vacuum(client, server.schema))) === true,
  }
}

const personalTables = ['users', 'outbox', 'credentials', 'audit_personal', 'imports', 'import_changes']

/**
 * Lets the server write over what was removed of the tables that hold personal data. @returns whether it could: of
 * tables that somebody else owns it only warns that it left them out
 */
async function vacuum(client: pg.Client, schema: string): Promise<boolean> {
  const names = personalTables.map((table) => `${quoted(schema)}.${table}`)
  let isWhole = true
  const warned = () => {
    isWhole = false
  }
  client.on('notice', warned)
  setPipelining(client, true)
  // To a user who is told of errors alone it would not be said.
  const [, vacuumed] = await Promise.allSettled([
    client.query(
      `select set_config('client_min_messages', 'warning', false) where current_setting('client_min_messages') = 'error'`,
    ),
    client.query(`vacuum ${names.join(', ')}`),
  ])
  setPipelining(client, false)
  client.off('notice', warned)
  return vacuumed.status === 'fulfilled' && isWhole
}

/** Rows by COPY: into the table where they are new, into a staging table that is merged where they are not. */
function sharedBulk(connection: SharedConnection): Bulk {
  const copy = async (table: string, columns: readonly string[], rows: Iterable<readonly Value[]>) => {
    const { copyRows } = await import('./copy-rows.ts')
    await connection.withinChange((client) => copyRows(client, { table, columns }, [rows]))
  }
  const staged = async (table: string, columns: readonly string[], rows: Iterable<readonly Value[]>) => {
    const names = columns.map(quoted).join(', ')
    await connection.withinChange((client) =>
      client.query(
        `create temporary table staging on commit drop as select ${names} from ${quoted(table)} where false`,
      ),
    )
    await copy('pg_temp.staging', columns, rows)
  }
  const merged = async (statement: string) => {
    const { rowCount } = await connection.withinChange((client) => client.query(statement))
    await connection.withinChange((client) => client.query('drop table pg_temp.staging'))
    return rowCount ?? 0
  }
  return {
    reserve: async (table, count) => {
      const { rows } = await connection.withinChange((client) =>
        client.query<{ first: number }>(reserveNumbers(table, count)),
      )
      return Number(rows[0]?.first ?? 1)
    },
    insert: async (table, columns, rows) => {
      const some = nonEmpty(rows)
      if (some) await copy(quoted(table), columns, some)
    },
    update: async (table, [key, ...others], rows) => {
      const some = nonEmpty(rows)
      if (!some) return
      await staged(table, [key, ...others], some)
      const set = others.map((column) => `${quoted(column)} = staging.${quoted(column)}`)
      await merged(
        `update ${quoted(table)} set ${set.join(', ')} from pg_temp.staging where ${quoted(table)}.${quoted(key)} = staging.${quoted(key)}`,
      )
    },
    merge: async (table, { key, set }, rows) => {
      const some = nonEmpty(rows)
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
function reserveNumbers(table: Numbered, count: number): string {
  if (table === 'imports') return 'select coalesce(max(id), 0) + 1 as first from imports'
  const sequence = `pg_get_serial_sequence('${table}', 'id')`
  return `select setval(${sequence}, first + ${Math.max(count, 1) - 1}) - ${Math.max(count, 1) - 1} as first
    from (select nextval(${sequence}) as first) as next`
}

/** Nothing is asked of the server for no rows at all. */
function nonEmpty(rows: Iterable<readonly Value[]>): Iterable<readonly Value[]> | undefined {
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
