import { type Kysely, sql } from 'kysely'

/**
 * What a column may hold is said with `or` in the place of `in`, in the tables of which an import writes many rows:
 * for each list SQLite builds a table of its own, in each statement, which doubles what inserting a user costs. PostgreSQL makes no difference between the two.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['centres', 'users']) await rebuild(db, table)
}

async function rebuild(db: Kysely<unknown>, table: string): Promise<void> {
  const { rows } = await sql<{ type: string; sql: string }>`
    select type, sql from sqlite_master where tbl_name = ${table} and sql is not null order by rowid`.execute(
    db,
  )
  const made = rows.find(({ type }) => type === 'table')
  if (!made) throw new Error(`there is no table ${table}`)
  const { rows: counted } = await sql<{ seq: number }>`
    select seq from sqlite_sequence where name = ${table}`.execute(db)
  const run = (statement: string) => sql.raw(statement).execute(db)
  await run(withComparisons(made.sql).replace(/^create table "?\w+"?/i, `create table ${table}_rebuilt`))
  await run(`insert into ${table}_rebuilt select * from ${table}`)
  await run(`drop table ${table}`)
  await run(`alter table ${table}_rebuilt rename to ${table}`)
  for (const { type, sql: statement } of rows) if (type !== 'table') await run(statement)
  // A number that a row once had is never given again, also where that row has gone.
  const [last] = counted
  await sql`delete from sqlite_sequence where name = ${table}`.execute(db)
  if (last)
    await sql`insert into sqlite_sequence (name, seq) values (${table}, cast(${last.seq} as integer))`.execute(
      db,
    )
}

function withComparisons(statement: string): string {
  return statement.replace(/(\w+) in \(([^()]*)\)/g, (_, column: string, list: string) => {
    const choices = list.split(',').map((choice) => `${column} = ${choice.trim()}`)
    return `(${choices.join(' or ')})`
  })
}
