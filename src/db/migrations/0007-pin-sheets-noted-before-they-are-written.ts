import { type Kysely, sql } from 'kysely'

/** A sheet is noted before it is written; its import is known once it is committed, and none before. */
const table = `create table noted (
  unfinished text primary key,
  import_id integer unique references imports (id)
) strict`

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(table).execute(db)
  await sql
    .raw(`insert into noted (unfinished, import_id) select unfinished, import_id from pin_sheets_owed`)
    .execute(db)
  await sql.raw('drop table pin_sheets_owed').execute(db)
  await sql.raw('alter table noted rename to pin_sheets_owed').execute(db)
}
