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

/** Attempts at a copy that a standby cancels, or whose connection breaks; each reads a new snapshot. */
const maxCopies = 3
/** Pause before the second attempt, in milliseconds; twice as long before the third. */
const pauseBeforeCopy = 500

/** Batch size for rows that each hold a chunk of a file, to bound memory. */
const piecesAtOnce = 8

/** The engine of a store on PostgreSQL, over one connection. */
export function sharedEngine(connection: SharedConnection, { server, db }: Connected): Engine {
  const query = async (text: string, values: readonly unknown[] = []) =>
    (await connection.query<{ n: number }>(text, values)).rows[0]?.n ?? 0
  return {
    isShared: true,
    bulk: sharedBulk(connection),
    fingerprint: () => connection.row.fingerprint,
    // Every change that an import may depend on adds a row to the log.
    dataVersion: () => query('select coalesce(max(id), 0) as n from audit'),
    // The server knows the holder by its lock and application_name.
    recordHolder: () => () => undefined,
    expectCommit: (head) => connection.aboutToCommit(head),
    server: {
      ensureStoreRow: () => connection.ensureStoreRow(),
      storeState: connection.seen,
      sendWithNext: ({ sql, parameters }) => connection.sendWithNext(sql, parameters),
    },
    readServerFacts: () => connection.whileReading((client) => factsOf(client)),
    currentHolder: async () =>
      (await connection.whileReading((client) => holderOf(client, server.schema)))?.command ?? null,
    reusableSize: async () => 0,
    size: () =>
      query(
        `select coalesce(sum(pg_total_relation_size(oid)), 0) as n from pg_class
          where relkind = 'r' and relnamespace = (select oid from pg_namespace where nspname = current_schema())`,
      ),
    isRetryable: (error) => connection.isRetryable(error),
    checkIntegrity: async () => {
      const { findingsOnServer } = await import('./integrity.ts')
      const { version } = connection.row
      return connection.whileReading((client) => findingsOnServer(client, { server, version }))
    },
    readRows: (table, columns) =>
      connection.stream<Value[]>({
        text: `select ${columns.map(quoted).join(', ')} from ${quoted(table)} order by 1`,
        asArrays: true,
        ...(table === 'content_pieces' ? { batchSize: piecesAtOnce } : {}),
      }),
    lastNumber: (table) =>
      query(
        `select greatest(coalesce(pg_sequence_last_value(cast(pg_get_serial_sequence($1, 'id') as regclass)), 0),
          (select coalesce(max(id), 0) from ${quoted(table)})) as n`,
        [table],
      ),
    writeSnapshot: async (to, options) => {
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
          // Without any row, connecting has used up the whole wait already.
          if (tries === maxCopies || !hasRead || !connection.isRetryable(error)) throw error
          rmSync(to, { force: true })
          await pause(tries * pauseBeforeCopy)
        }
      }
    },
    enableSecureDelete: () => undefined,
    vacuum: async () =>
      (await connection.outsideTransaction((client) => vacuum(client, server.schema))) === true,
  }
}

const personalTables = ['users', 'outbox', 'credentials', 'audit_personal', 'imports', 'import_changes']

/**
 * Vacuums the tables that hold personal data, so that erased values are overwritten.
 * @returns false if the server skipped a table, which it only warns of (another owner)
 */
async function vacuum(client: pg.Client, schema: string): Promise<boolean> {
  const names = personalTables.map((table) => `${quoted(schema)}.${table}`)
  let isWhole = true
  const onNotice = () => {
    isWhole = false
  }
  client.on('notice', onNotice)
  setPipelining(client, true)
  // With client_min_messages = error the warning would not be sent.
  const [, vacuumed] = await Promise.allSettled([
    client.query(
      `select set_config('client_min_messages', 'warning', false) where current_setting('client_min_messages') = 'error'`,
    ),
    client.query(`vacuum ${names.join(', ')}`),
  ])
  setPipelining(client, false)
  client.off('notice', onNotice)
  return vacuumed.status === 'fulfilled' && isWhole
}

/** Writes many rows by COPY: new ones into the table, others into a staging table that is merged. */
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

/** Imports are numbered by max(id) + 1: a sequence would consume a number in every rehearsal. */
function reserveNumbers(table: Numbered, count: number): string {
  if (table === 'imports') return 'select coalesce(max(id), 0) + 1 as first from imports'
  const sequence = `pg_get_serial_sequence('${table}', 'id')`
  return `select setval(${sequence}, first + ${Math.max(count, 1) - 1}) - ${Math.max(count, 1) - 1} as first
    from (select nextval(${sequence}) as first) as next`
}

/** @returns undefined for an empty iterable, which then costs no round trip */
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
