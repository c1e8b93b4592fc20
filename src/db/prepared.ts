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

/** What stands in a query for the values that it is run with. */
export type Placeholders<Values> = { readonly [Name in keyof Values]: RawBuilder<Values[Name]> }

/** A query with its values, which is compiled. */
interface Prepared<Row> {
  compile: () => CompiledQuery<Row>
  execute: () => Promise<Row[]>
}

/** Where a value goes, among the parameters of a compiled query. */
class Placeholder {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** Of each engine, whose adapter all of its connections and their transactions have. */
const compiledQueries = new Map<DialectAdapter['constructor'], Map<unknown, CompiledQuery>>()

/**
 * A query that changes ask again and again. kysely builds and compiles it once for an engine, which takes longer
 * than to run it. @param build a function with a name, which makes the same query whatever the values
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
