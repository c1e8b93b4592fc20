import { type Expression, type OrderByItemBuilder, type RawBuilder, type RawNode, sql } from 'kysely'

/** A piece of a query that PostgreSQL writes in another way; as it stands, it is SQLite's. */
export interface PortableNode extends RawNode {
  readonly postgres: RawNode
}

type Piece = RawBuilder<unknown> | Expression<unknown>

function inBoth<T>(sqlite: RawBuilder<T>, postgres: RawBuilder<T>): RawBuilder<T> {
  const toOperationNode = (): PortableNode => ({
    ...sqlite.toOperationNode(),
    postgres: postgres.toOperationNode(),
  })
  return sql<T>`${{ toOperationNode }}`
}

/** Where a part begins within a text, from 1; 0 where it is not in it. */
export function positionOf(part: string | Piece, text: Piece): RawBuilder<number> {
  return inBoth(sql<number>`instr(${text}, ${part})`, sql<number>`strpos(${text}, ${part})`)
}

/** Whether a text has this part, letter for letter. Where it is not, SQLite knows sooner by a pattern. */
export function contains(text: Piece, part: string): RawBuilder<boolean> {
  const found = sql<boolean>`${positionOf(part, text)} > 0`
  if (part.length > maxPattern || part.includes('\0')) return found
  return inBoth(sql<boolean>`${text} glob ${`*${part.replace(/[*?[]/g, '[$&]')}*`}`, found)
}

/** SQLite takes none of more than 50,000 bytes; one ends at a NUL. */
const maxPattern = 10_000

/** Whether a text has letters that are not English, or lines. */
export function isBeyondAscii(text: Piece): RawBuilder<boolean> {
  return inBoth(sql<boolean>`${text} glob '*[^ -~]*'`, sql<boolean>`${text} ~ '[^ -~]'`)
}

/** Whether a value is one of these: one parameter, however many they are. SQLite is given a list as JSON. */
export function anyOf(
  value: Piece,
  list: readonly (string | number)[] | RawBuilder<readonly (string | number)[]>,
): RawBuilder<boolean> {
  return inBoth(
    sql<boolean>`${value} in (select value from json_each(${list}))`,
    sql<boolean>`${value} = any(${list})`,
  )
}

/** A number that a JSON text has under a name. */
export function jsonNumber(text: Piece, name: string): RawBuilder<number | null> {
  return inBoth(
    sql<number | null>`json_extract(${text}, ${`$.${name}`})`,
    sql<number | null>`cast(cast(${text} as json) ->> ${name} as bigint)`,
  )
}

/** One JSON object of the names and values of rows, as text. */
export function jsonObject(name: Piece, value: Piece): RawBuilder<string> {
  return inBoth(
    sql<string>`json_group_object(${name}, ${value})`,
    sql<string>`coalesce(cast(json_object_agg(${name}, ${value}) as text), '{}')`,
  )
}

/** A column in a condition, for which SQLite looks for no index; a server weighs what each would take. */
export function withoutIndex<Value>(column: string): RawBuilder<Value> {
  return inBoth(sql<Value>`+${sql.ref(column)}`, sql<Value>`${sql.ref(column)}`)
}

/** What is absent comes before everything: first where the order rises, last where it falls. */
export function nullsFirst(direction: 'asc' | 'desc' = 'asc') {
  return (order: OrderByItemBuilder) =>
    direction === 'asc' ? order.asc().nullsFirst() : order.desc().nullsLast()
}

/** The number of the next row of a table that loses none: a sequence of PostgreSQL would use one up in a rehearsal. */
export function nextNumber(table: 'resources' | 'releases' | 'help_documents'): RawBuilder<number> {
  return sql<number>`(select coalesce(max(id), 0) + 1 from ${sql.table(table)})`
}
