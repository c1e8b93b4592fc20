import { type Expression, type OrderByItemBuilder, type RawBuilder, type RawNode, sql } from 'kysely'

/** A fragment of SQL that differs between the engines: the node itself is SQLite's, `postgres` is PostgreSQL's. */
export interface PortableNode extends RawNode {
  readonly postgres: RawNode
}

type Piece = RawBuilder<unknown> | Expression<unknown>

function byDialect<T>(sqlite: RawBuilder<T>, postgres: RawBuilder<T>): RawBuilder<T> {
  const toOperationNode = (): PortableNode => ({
    ...sqlite.toOperationNode(),
    postgres: postgres.toOperationNode(),
  })
  return sql<T>`${{ toOperationNode }}`
}

/** The position of a part within a text, from 1; 0 if the text does not contain it. */
export function positionOf(part: string | Piece, text: Piece): RawBuilder<number> {
  return byDialect(sql<number>`instr(${text}, ${part})`, sql<number>`strpos(${text}, ${part})`)
}

/** Whether a text contains this part, letter for letter. SQLite rejects texts without it faster by `glob`. */
export function contains(text: Piece, part: string): RawBuilder<boolean> {
  const found = sql<boolean>`${positionOf(part, text)} > 0`
  // PostgreSQL has no text with a NUL, and takes none as a value.
  if (part.includes('\0')) return byDialect(found, sql<boolean>`1 = 0`)
  if (part.length > maxPattern) return found
  return byDialect(sql<boolean>`${text} glob ${`*${part.replace(/[*?[]/g, '[$&]')}*`}`, found)
}

/** The longest `glob` pattern used, in letters: SQLite takes at most 50,000 bytes (and a pattern ends at a NUL). */
const maxPattern = 10_000

/** Whether a text has characters beyond printable ASCII, such as accented letters or line breaks. */
export function isBeyondAscii(text: Piece): RawBuilder<boolean> {
  return byDialect(sql<boolean>`${text} glob '*[^ -~]*'`, sql<boolean>`${text} ~ '[^ -~]'`)
}

/** Whether a value is one of a list, which is a single parameter of any length. SQLite gets the list as JSON. */
export function anyOf(
  value: Piece,
  list: readonly (string | number)[] | RawBuilder<readonly (string | number)[]>,
): RawBuilder<boolean> {
  return byDialect(
    sql<boolean>`${value} in (select value from json_each(${list}))`,
    sql<boolean>`${value} = any(${list})`,
  )
}

/** The number under a name in a JSON text. */
export function jsonNumber(text: Piece, name: string): RawBuilder<number | null> {
  return byDialect(
    sql<number | null>`json_extract(${text}, ${`$.${name}`})`,
    sql<number | null>`cast(cast(${text} as json) ->> ${name} as bigint)`,
  )
}

/** The text under a name in a JSON text. */
export function jsonText(text: Piece, name: string): RawBuilder<string | null> {
  return byDialect(
    sql<string | null>`json_extract(${text}, ${`$.${name}`})`,
    sql<string | null>`(cast(${text} as json) ->> ${name})`,
  )
}

/** One JSON object of the names and values of rows, as text. */
export function jsonObject(name: Piece, value: Piece): RawBuilder<string> {
  return byDialect(
    sql<string>`json_group_object(${name}, ${value})`,
    sql<string>`coalesce(cast(json_object_agg(${name}, ${value}) as text), '{}')`,
  )
}

/** A column in a condition for which SQLite must use no index; a server's planner decides by cost itself. */
export function withoutIndex<Value>(column: string): RawBuilder<Value> {
  return byDialect(sql<Value>`+${sql.ref(column)}`, sql<Value>`${sql.ref(column)}`)
}

/** Sorts null before every value: first in ascending order, last in descending order. */
export function nullsFirst(direction: 'asc' | 'desc' = 'asc') {
  return (order: OrderByItemBuilder) =>
    direction === 'asc' ? order.asc().nullsFirst() : order.desc().nullsLast()
}

/** The next row number of a table that never loses rows; a sequence of PostgreSQL would use one up in a rehearsal. */
export function nextNumber(table: 'resources' | 'releases' | 'help_documents'): RawBuilder<number> {
  return sql<number>`(select coalesce(max(id), 0) + 1 from ${sql.table(table)})`
}
