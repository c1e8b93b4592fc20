import { type Kysely, sql } from 'kysely'

/**
 * Check constraints use `or` instead of `in`, in the tables into which an import writes many rows: SQLite builds a
 * table for each `in` list in each statement, which doubles the cost of inserting a user. PostgreSQL treats both alike.
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
  // A row's number is never given again, even after the row is removed.
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
