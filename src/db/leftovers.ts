import type { Kysely, Selectable } from 'kysely'
import type { ContentTable, Store } from './schema.ts'
import type { Trx } from './transact.ts'

/** An unfinished upload, to which nothing refers. */
export type Upload = Pick<Selectable<ContentTable>, 'id' | 'maker' | 'begun_at'>

export function unfinishedUploads(db: Kysely<Store>): Promise<Upload[]> {
  return db
    .selectFrom('contents')
    .select(['id', 'maker', 'begun_at'])
    .where('sha256', 'is', null)
    .orderBy('id')
    .execute()
}

/** The paths of unfinished PIN sheets; `importId` is null if the import was not committed. */
export async function unfinishedSheets(
  db: Kysely<Store>,
): Promise<{ unfinished: string; importId: number | null }[]> {
  return db
    .selectFrom('pin_sheets_owed')
    .select(['unfinished', 'import_id as importId'])
    .orderBy('unfinished')
    .execute()
}

/** Forgets noted PIN sheets whose import was not committed and whose file is gone. */
export async function deleteUnfinishedSheets(trx: Trx, unfinished: readonly string[]): Promise<void> {
  await trx
    .deleteFrom('pin_sheets_owed')
    .where('import_id', 'is', null)
    .where('unfinished', 'in', unfinished)
    .execute()
}
