import type pg from 'pg'
import { once } from 'node:events'
import { from as copyFrom } from 'pg-copy-streams'
import type { Bulk, Numbered, Value } from '../engine.ts'
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

type Batches = Iterable<Iterable<readonly Value[]>> | AsyncIterable<Iterable<readonly Value[]>>

/** Adds rows to a table by COPY, as they come. */
export async function copyRows(
  client: pg.Client,
  { table, columns }: { table: string; columns: readonly string[] },
  rows: Batches,
): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (${columns.map(quoted).join(', ')}) from stdin`))
  // Not by a pipeline: that takes a stream down, which waits for the server's word, and one that is gone has none.
  const lost: { trouble?: Error } = {}
  const ended = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve)
    stream.once('error', (trouble) => {
      lost.trouble = trouble
      reject(trouble)
    })
  })
  ended.catch(() => undefined)
  try {
    for await (const chunk of chunksOf(rows)) {
      if (lost.trouble) break
      if (!stream.write(chunk)) await once(stream, 'drain').catch(() => undefined)
    }
  } catch (error) {
    if (!lost.trouble) stream.destroy(error instanceof Error ? error : new Error(String(error)))
    await ended.catch(() => undefined)
    throw error
  }
  if (!lost.trouble) stream.end()
  await ended
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

/** Of the text that is sent at once. */
const chunkLength = 65_536

async function* chunksOf(batches: Batches): AsyncGenerator<Buffer> {
  let text = ''
  for await (const rows of batches) {
    for (const row of rows) {
      text += lineOf(row)
      if (text.length < chunkLength) continue
      yield Buffer.from(text)
      text = ''
    }
  }
  if (text !== '') yield Buffer.from(text)
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}

const escaped = /[\\\b\f\n\r\t\v]/
const everyEscaped = new RegExp(escaped, 'g')

/** Put together value by value: of a hundred thousand rows, lists of their texts take as long as all else. */
function lineOf(row: readonly Value[]): string {
  let line = ''
  for (const [at, value] of row.entries()) line += at === 0 ? inCopy(value) : `\t${inCopy(value)}`
  return `${line}\n`
}

function inCopy(value: Value | undefined): string {
  if (typeof value === 'number') return String(value)
  if (value === null || value === undefined) return '\\N'
  if (typeof value !== 'string') return `\\\\x${value.toString('hex')}`
  return escaped.test(value) ? value.replace(everyEscaped, (sign) => escapes[sign] ?? sign) : value
}

function quoted(name: string): string {
  return `"${name}"`
}
