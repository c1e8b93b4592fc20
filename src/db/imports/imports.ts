import { type Kysely, type Selectable, sql } from 'kysely'
import { jsonNumber, nullsFirst } from '../portable.ts'
import type { ImportTable, Store } from '../schema.ts'
import type { Trx } from '../transact.ts'

export type ImportRow = Selectable<ImportTable>

export function findImport(db: Kysely<Store>, id: number): Promise<ImportRow | undefined> {
  return db.selectFrom('imports').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first. */
export function listImports(db: Kysely<Store>): Promise<ImportRow[]> {
  return db.selectFrom('imports').selectAll().orderBy('id', 'desc').execute()
}

export async function hasImports(db: Kysely<Store>): Promise<boolean> {
  return (await db.selectFrom('imports').select('id').limit(1).executeTakeFirst()) !== undefined
}

/** The newest imports, with the columns that one line shows. */
export function lastImports(db: Kysely<Store>, limit: number) {
  const newest = db.selectFrom('imports').select(['id', 'file', 'at', 'state']).orderBy('id', 'desc')
  return newest.limit(limit).execute()
}

/** The rows that an import created and that still exist, and its changes. */
export async function readImportContents(db: Kysely<Store>, id: number) {
  const createdCentres = await db
    .selectFrom('centres')
    .select(['number', 'name'])
    .where('created_by_import', '=', id)
    .orderBy('number')
    .execute()
  const createdUsers = await db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select(['users.email', 'centres.number as centre', 'users.status', 'users.pin_state as pin'])
    .where('users.created_by_import', '=', id)
    .orderBy('centres.number', nullsFirst())
    .orderBy('users.email')
    .execute()
  const changes = await db
    .selectFrom('import_changes')
    .leftJoin('centres', 'centres.id', 'import_changes.centre_id')
    .leftJoin('users', 'users.id', 'import_changes.user_id')
    .select(({ fn }) => [
      'import_changes.kind',
      fn.coalesce('centres.number', 'users.email').as('what'),
      'import_changes.before',
      'import_changes.after',
    ])
    .where('import_id', '=', id)
    .orderBy('position')
    .execute()
  return { createdCentres, createdUsers, changes }
}

export type ImportContents = Awaited<ReturnType<typeof readImportContents>>

/** For how many centres and users an import made a release available. */
export interface OpenedByImport {
  release: { id: number; name: string }
  centres: number
  users: number
}

/** According to the log, with the present names of the releases. */
export async function openedByImport(db: Kysely<Store>, id: number): Promise<OpenedByImport[]> {
  const event = await db
    .selectFrom('audit')
    .select('facts')
    .where('action', '=', 'centres.imported')
    .where(jsonNumber(sql.ref('facts'), 'import'), '=', id)
    .orderBy('id')
    .executeTakeFirst()
  const { opens = [] }: { opens?: { release: number; centres: number; users: number }[] } = JSON.parse(
    event?.facts ?? '{}',
  )
  if (opens.length === 0) return []
  const releases = await db.selectFrom('releases').select(['id', 'name']).execute()
  const names = new Map(releases.map((release) => [release.id, release.name]))
  return opens.map(({ release, centres, users }) => ({
    release: { id: release, name: names.get(release) ?? '' },
    centres,
    users,
  }))
}

/** The numbers of the centres that an import created, deleted or restored. */
export async function centresOfImport(db: Kysely<Store>, id: number): Promise<string[]> {
  const created = db.selectFrom('centres').select('number').where('created_by_import', '=', id)
  const changed = db
    .selectFrom('import_changes')
    .innerJoin('centres', 'centres.id', 'import_changes.centre_id')
    .select('centres.number')
    .where('import_changes.import_id', '=', id)
    .where('import_changes.kind', 'in', ['centre-deleted', 'centre-restored'])
  return (await created.union(changed).execute()).map(({ number }) => number)
}

/** The users that an import created, all or those now at one centre, in the order of centre and address. */
export function usersOfImport(
  db: Kysely<Store>,
  { importId, centreId }: { importId: number; centreId?: number | undefined },
) {
  return db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select([
      'users.id',
      'users.email',
      'users.first_name',
      'users.last_name',
      'users.status',
      'users.pin_state',
      'users.pin_nonce',
      'users.pin_issued_at',
      'centres.number as centre_number',
      'centres.name as centre_name',
      'centres.deleted_at as centre_deleted_at',
    ])
    .where('users.created_by_import', '=', importId)
    .$if(centreId !== undefined, (query) => query.where('users.centre_id', '=', centreId ?? null))
    .orderBy('centres.number', nullsFirst())
    .orderBy('users.email_key')
    .execute()
}

export type ImportedUser = Awaited<ReturnType<typeof usersOfImport>>[number]

export interface PendingPinSheet {
  importId: number
  file: string
  digest: string
  /** The temporary path of the sheet, whose name contains the process that writes it. */
  unfinished: string
}

/** Notes a PIN sheet before any of it is written, so that its file can be found if the process dies. */
export async function insertUnfinishedSheet(trx: Trx, unfinished: string): Promise<void> {
  await trx
    .insertInto('pin_sheets_owed')
    .values({ unfinished, import_id: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Notes the sheet in the import's own transaction: from here on its PINs are valid. */
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

/** Called when the sheet is in its place, or no longer needed. */
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
