import type { Kysely } from 'kysely'
import type { Store } from './schema.ts'
import type { Trx } from './transact.ts'

export interface OwedSheet {
  importId: number
  file: string
  digest: string
  /** Where the sheet lay until it was to be put in its place. */
  unfinished: string
}

/** Noted with the import itself: a process that ends before the sheet is in its place leaves word of it. */
export async function oweSheet(
  trx: Trx,
  { importId, unfinished }: Pick<OwedSheet, 'importId' | 'unfinished'>,
): Promise<void> {
  await trx.insertInto('pin_sheets_owed').values({ import_id: importId, unfinished }).execute()
}

/** The sheet lies in its place, or is worth nothing any more. */
export async function forgetOwedSheet(trx: Trx, importId: number): Promise<void> {
  await trx.deleteFrom('pin_sheets_owed').where('import_id', '=', importId).execute()
}

/** Oldest import first. */
export function owedSheets(db: Kysely<Store>): Promise<OwedSheet[]> {
  return db
    .selectFrom('pin_sheets_owed')
    .innerJoin('imports', 'imports.id', 'import_id')
    .select(['import_id as importId', 'file', 'digest', 'unfinished'])
    .orderBy('import_id')
    .execute()
}
