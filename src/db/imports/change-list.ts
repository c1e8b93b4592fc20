import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Store } from '../schema.ts'

/**
 * The digest of what an import did: the centres and users that carry its number, and its
 * changes in order. Values that erasing a person removes are not in it.
 * @returns `sha256:` and hexadecimal digits
 */
export async function changeListDigest(db: Kysely<Store>, importId: number): Promise<string> {
  // One text for each list, made by SQLite: row by row it would cost an import more than its writing.
  const { rows } = await sql<{ centres: string | null; users: string | null; changes: string | null }>`
    select
      (select group_concat(id || ' ' || number, char(10)) from
        (select id, number from centres where created_by_import = ${importId} order by id)) as centres,
      (select group_concat(id, char(10)) from
        (select id from users where created_by_import = ${importId} order by id)) as users,
      (select group_concat(change, char(10)) from
        (select json_array(position, kind, centre_id, user_id,
            iif(kind like 'centre-%', before, null), iif(kind like 'centre-%', after, null)) as change
          from import_changes where import_id = ${importId} order by position)) as changes`.execute(db)
  const [lists] = rows
  const digest = createHash('sha256')
  for (const list of [lists?.centres, lists?.users, lists?.changes]) {
    const bytes = Buffer.from(list ?? '')
    digest.update(`${bytes.length}\n`).update(bytes)
  }
  return `sha256:${digest.digest('hex')}`
}
