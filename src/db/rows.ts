import { type Compilable, type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { anyOf } from './portable.ts'
import type { Store } from './schema.ts'
import type { Trx } from './transact.ts'

/** Rows in pages of any number: awaiting each row by itself would take longer than reading it. */
export type Pages<Row> = AsyncIterable<readonly Row[]>

/** Streams a query's rows; the first page is small, so that it comes soon. */
export async function* pagesOf<Row>(db: Kysely<Store>, query: Compilable<Row>): AsyncGenerator<Row[]> {
  for await (const { rows } of db.getExecutor().stream(query.compile(), rowsAtOnce)) yield rows
}

/** The page size asked for; each engine has a size of its own too. */
const rowsAtOnce = 1000

/** The same pages, with each row made into another. */
export async function* mapPages<Row, Made>(
  pages: Pages<Row>,
  make: (row: Row) => Made,
): AsyncGenerator<Made[]> {
  for await (const page of pages) yield page.map(make)
}

/** Reverses the rows, for which all of them are held in memory. */
export async function* reversePages<Row>(pages: Pages<Row>): AsyncGenerator<Row[]> {
  const all: (readonly Row[])[] = []
  for await (const page of pages) all.push(page)
  for (const page of all.reverse()) yield page.toReversed()
}

/** Slices of a list, each of at most `size` items. */
export function* slicesOf<Item>(list: readonly Item[], size: number): Generator<Item[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size)
}

/** How many rows a query finds. */
export async function countOf<Tables, From extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, From, Row>,
): Promise<number> {
  const counted = query.select(sql<number>`count(*)`.as('n')).$castTo<{ n: number }>()
  return (await counted.executeTakeFirstOrThrow()).n
}

/** Those of these numbers that rows of a table have. */
export async function numbersOfRows(
  db: Kysely<Store>,
  { table, numbers }: { table: 'outbox' | 'resources' | 'help_documents'; numbers: readonly number[] },
): Promise<number[]> {
  const rows = await db
    .selectFrom(table)
    .select('id')
    .where(anyOf(sql.ref('id'), numbers))
    .execute()
  return rows.map(({ id }) => id)
}

export async function removeRows(
  trx: Trx,
  { table, ids }: { table: 'users' | 'centres' | 'entries'; ids: readonly number[] },
): Promise<void> {
  await trx
    .deleteFrom(table)
    .where(anyOf(sql.ref('id'), ids))
    .execute()
}

/** Groups rows by a key, each group in the order of the rows. */
export function groupBy<Row, Key>(rows: Iterable<Row>, keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>()
  for (const row of rows) addTo(groups, keyOf(row), row)
  return groups
}

/** Adds an item to the list under a key. */
export function addTo<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
