import { type Kysely, sql } from 'kysely'
import { anyOf } from '../portable.ts'
import type { Store } from '../schema.ts'

/** Which account has each of these keys of addresses; where none has, the last that had it. */
export async function accountsEverOf(
  db: Kysely<Store>,
  keys: readonly string[],
): Promise<Map<string, number>> {
  const users = await db
    .selectFrom('users')
    .select(['id', 'email_key'])
    .where(anyOf(sql.ref('email_key'), keys))
    .orderBy(sql`case when status = 'deleted' then 0 else 1 end`)
    .orderBy('id')
    .execute()
  return new Map(users.map(({ id, email_key }) => [email_key, id]))
}
