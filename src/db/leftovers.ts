import type { Kysely, Selectable } from 'kysely'
import type { ContentTable, Store } from './schema.ts'
import type { Trx } from './transact.ts'

/** An upload that is not whole: nothing refers to it. */
export type Upload = Pick<Selectable<ContentTable>, 'id' | 'maker' | 'begun_at'>

export function unfinishedUploads(db: Kysely<Store>): Promise<Upload[]> {
  return db
    .selectFrom('contents')
    .select(['id', 'maker', 'begun_at'])
    .where('sha256', 'is', null)
    .orderBy('id')
    .execute()
}

/** Where sheets were written to, of imports that were committed and of those that were not. */
export async function unfinishedSheets(
  db: Kysely<Store>,
): Promise<{ unfinished: string; importId: number | null }[]> {
  return db
    .selectFrom('pin_sheets_owed')
    .select(['unfinished', 'import_id as importId'])
    .orderBy('unfinished')
    .execute()
}

/** Nothing was committed, and the file is gone. */
export async function forgetNotedSheets(trx: Trx, unfinished: readonly string[]): Promise<void> {
  await trx
    .deleteFrom('pin_sheets_owed')
    .where('import_id', 'is', null)
    .where('unfinished', 'in', unfinished)
    .execute()
}
