import type { Kysely } from 'kysely'
import type { Store } from '../schema.ts'
import type { Trx } from '../transact.ts'

export interface PendingPinSheet {
  importId: number
  file: string
  digest: string
  /** Where the sheet lies until it is put in its place; the name says which process makes it. */
  unfinished: string
}

/** Noted before a byte of it is written: a process that ends leaves word of where its file lies. */
export async function noteSheet(trx: Trx, unfinished: string): Promise<void> {
  await trx
    .insertInto('pin_sheets_owed')
    .values({ unfinished, import_id: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** With the import itself: from here on the sheet holds PINs that count. */
export async function addPendingPinSheet(
  trx: Trx,
  { importId, unfinished }: Pick<PendingPinSheet, 'importId' | 'unfinished'>,
): Promise<void> {
  await trx
    .insertInto('pin_sheets_owed')
    .values({ unfinished, import_id: importId })
    .onConflict((conflict) => conflict.column('unfinished').doUpdateSet({ import_id: importId }))
    .execute()
}

/** The sheet lies in its place, or is worth nothing any more. */
export async function removePendingPinSheet(trx: Trx, importId: number): Promise<void> {
  await trx.deleteFrom('pin_sheets_owed').where('import_id', '=', importId).execute()
}

/** Oldest import first. */
export function pendingPinSheets(db: Kysely<Store>): Promise<PendingPinSheet[]> {
  return db
    .selectFrom('pin_sheets_owed')
    .innerJoin('imports', 'imports.id', 'import_id')
    .select(['imports.id as importId', 'file', 'digest', 'unfinished'])
    .orderBy('import_id')
    .execute()
}
