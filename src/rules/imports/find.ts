import type { Kysely } from 'kysely'
import * as z from 'zod'
import { findImport, type ImportRow } from '../../db/imports/imports.ts'
import type { Store } from '../../db/schema.ts'
import { NotFound } from '../../errors.ts'

/** The number of an import, as typed. */
export const importNumber = z.coerce.number({ error: 'is not the number of an import' }).int().positive()

/** @throws `import-not-found` */
export async function findImportNumber(db: Kysely<Store>, id: number): Promise<ImportRow> {
  const imported = await findImport(db, id)
  if (imported) return imported
  throw new NotFound('import-not-found', `There is no import ${id}.`, {
    hint: 'ssh-admin centres imports lists them.',
  })
}
