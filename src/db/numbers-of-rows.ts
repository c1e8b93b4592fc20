import { type Kysely, sql } from 'kysely'
import { anyOf } from './portable.ts'
import type { Store } from './schema.ts'

/** Which of these numbers the rows of a table have. */
export async function numbersOfRows(
  db: Kysely<Store>,
  { table, numbers }: { table: 'outbox' | 'resources' | 'help_documents'; numbers: readonly number[] },
): Promise<number[]> {
  const rows = await db
    .selectFrom(table)
    .select('id')
    .where(anyOf(sql.ref('id'), numbers))
    .execute()
  return rows.map(({ id }) => id)
}
