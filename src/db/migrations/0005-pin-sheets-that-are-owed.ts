import { type Kysely, sql } from 'kysely'

/** An import whose sheet of PINs is not known to lie in its place; the row goes when it does. */
const table = `create table pin_sheets_owed (
  import_id integer primary key references imports (id),
  unfinished text not null
) strict`

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(table).execute(db)
}
