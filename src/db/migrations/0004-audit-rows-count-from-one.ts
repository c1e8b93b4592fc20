import { type Kysely, sql } from 'kysely'

/** The log is verified from its first row, and no row hides below it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create trigger audit_rows_count_from_one before insert on audit when new.id < 1
        begin select raise(abort, 'the rows of the audit log count from 1'); end`,
    )
    .execute(db)
}
