import { type Kysely, sql } from 'kysely'

/** Their addresses were digests that whoever had the file could try addresses against. They count anew. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('delete from wrong_sign_ins').execute(db)
}
