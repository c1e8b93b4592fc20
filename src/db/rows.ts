import { type Kysely, sql } from 'kysely'
import { anyOf } from './portable.ts'
import type { Store } from './schema.ts'
import type { Trx } from './transact.ts'

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

export async function removeRows(
  trx: Trx,
  { table, ids }: { table: 'users' | 'centres' | 'entries'; ids: readonly number[] },
): Promise<void> {
  await trx
    .deleteFrom(table)
    .where(anyOf(sql.ref('id'), ids))
    .execute()
}
