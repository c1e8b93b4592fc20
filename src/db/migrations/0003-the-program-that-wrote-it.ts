import { type Kysely, sql } from 'kysely'

/** Which ssh-admin a store needs, for the words of an older one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`alter table store add column program text not null default ''`).execute(db)
}
