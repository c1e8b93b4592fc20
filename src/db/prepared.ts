import {
  type Compilable,
  type CompiledQuery,
  type DialectAdapter,
  type Kysely,
  type RawBuilder,
  sql,
} from 'kysely'
import type { Value } from './engine.ts'
import type { Store } from './schema.ts'

/** The placeholders for the values with which a query is run. */
export type Placeholders<Values> = { readonly [Name in keyof Values]: RawBuilder<Values[Name]> }

/** A compiled query with its values. */
interface Prepared<Row> {
  compile: () => CompiledQuery<Row>
  execute: () => Promise<Row[]>
}

/** Marks a value's position among the parameters of a compiled query. */
class Placeholder {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** Keyed by the adapter's class, which all connections and transactions of an engine share. */
const compiledQueries = new Map<DialectAdapter['constructor'], Map<unknown, CompiledQuery>>()

/**
 * A query that changes run again and again. kysely builds and compiles it once for each engine, which takes longer than
 * running it. @param build a module-level function that builds the same query whatever the values
 */
export function prepared<Values extends Readonly<Record<string, Value | readonly number[]>>, Row>(
  db: Kysely<Store>,
  build: (db: Kysely<Store>, values: Placeholders<Values>) => Compilable<Row>,
  values: Values,
): Prepared<Row> {
  const engine = db.getExecutor().adapter.constructor
  const compiled = compiledQueries.get(engine) ?? new Map<unknown, CompiledQuery>()
  compiledQueries.set(engine, compiled)
  const query = compiled.get(build) ?? build(db, placeholdersFor(values)).compile()
  compiled.set(build, query)
  const parameters = query.parameters.map((parameter) =>
    parameter instanceof Placeholder ? values[parameter.name] : parameter,
  )
  return {
    compile: () => ({ ...query, parameters }),
    execute: async () => (await db.executeQuery<Row>({ ...query, parameters })).rows,
  }
}

function placeholdersFor<Values>(values: Values): Placeholders<Values>
function placeholdersFor(values: object): Readonly<Record<string, RawBuilder<unknown>>> {
  return Object.fromEntries(Object.keys(values).map((name) => [name, sql`${new Placeholder(name)}`]))
}
