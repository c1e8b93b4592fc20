import { type Kysely, sql } from 'kysely'
import { Cancelled, Unavailable } from '../../errors.ts'
import { headOf, isSameHead, type LogHead } from '../audit/head-file.ts'
import type { CopyOptions, Engine, Value } from '../engine.ts'
import type { Store } from '../schema.ts'

/** The target of a copy: an empty store that nobody can see until the copy is complete. */
export interface EmptyStore {
  /** Its name in messages. */
  named: string
  /** In foreign-key order: parents come before their children. */
  tables(): Promise<readonly EmptyTable[]>
  insert(table: EmptyTable, rows: AsyncIterable<Value[][]>): Promise<void>
  /** Sets the last number that the table has given, so that no number is given twice. */
  setLastNumber(table: string, last: number): Promise<void>
  rowsIn(table: string): Promise<number>
  /** The last row of its audit log, and that row's seal. */
  head(): Promise<LogHead | undefined>
}

export interface EmptyTable {
  name: string
  columns: readonly string[]
  /** Whether a number of its rows is never given again, even after the row is removed. */
  hasSequence: boolean
}

export interface Copied {
  /** The number of rows of each table, equal in the source and the copy. */
  rows: Readonly<Record<string, number>>
  /** The head of the audit log, equal in the source and the copy. */
  head: LogHead | undefined
}

/** The store that is copied, as the open transaction sees it. */
export interface Source {
  db: Kysely<Store>
  engine: Pick<Engine, 'readRows' | 'lastNumber'>
}

interface TablesCopy extends CopyOptions {
  from: Source
  to: EmptyStore
  onRows?: ((copied: number) => void) | undefined
}

/** The tables that hold the bytes of files, and the column that is null while an upload is unfinished. */
const pieces = 'content_pieces'
const contents = { table: 'contents', whole: 'sha256' } as const

/**
 * Copies every row of a store, which must not change meanwhile, into an empty one, then compares counts and log heads.
 * @throws `copy-differs`
 */
export async function copyTables({ from, to, signal, withoutContent, onRows }: TablesCopy): Promise<Copied> {
  const rows: Record<string, number> = {}
  let copied = 0
  for (const table of await to.tables()) {
    if (withoutContent && table.name === pieces) continue
    const wholeColumn =
      withoutContent && table.name === contents.table ? table.columns.indexOf(contents.whole) : -1
    const readBatches = async function* all() {
      for await (const read of from.engine.readRows(table.name, table.columns)) {
        if (signal.aborted) throw new Cancelled()
        copied += read.length
        onRows?.(copied)
        yield wholeColumn < 0 ? read : read.filter((row) => row[wholeColumn] !== null)
      }
    }
    await to.insert(table, readBatches())
    if (table.hasSequence) await to.setLastNumber(table.name, await from.engine.lastNumber(table.name))
    const sourceCount = await rowsIn(from.db, { table: table.name, onlyWhole: wholeColumn >= 0 })
    const copyCount = await to.rowsIn(table.name)
    if (sourceCount !== copyCount)
      throw copyDiffers(to, `${table.name} has ${copyCount} rows there, and ${sourceCount} here`)
    rows[table.name] = sourceCount
  }
  const head = await headOf(from.db)
  if (!isSameHead(head, await to.head()))
    throw copyDiffers(to, 'the audit log does not end there as it does here')
  return { rows, head }
}

export async function rowsIn(
  db: Kysely<Store>,
  { table, onlyWhole }: { table: string; onlyWhole: boolean },
): Promise<number> {
  const counted = onlyWhole ? sql.ref(contents.whole) : sql`*`
  const { rows } = await sql<{ n: number }>`select count(${counted}) as n from ${sql.table(table)}`.execute(
    db,
  )
  return rows[0]?.n ?? 0
}

function copyDiffers({ named }: EmptyStore, difference: string): Unavailable {
  return new Unavailable('copy-differs', `The copy in ${named} is not what was copied: ${difference}.`, {
    hint: 'Nothing was put in its place. ssh-admin store check looks through the store; look at the disk too, then try again.',
  })
}
