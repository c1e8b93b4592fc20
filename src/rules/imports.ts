import type { Kysely } from 'kysely'
import { findImport, hasImports, type ImportRow } from '../db/imports/imports.ts'
import type { Store } from '../db/schema.ts'
import { NotFound } from '../errors.ts'
import type { Closing } from './releases/what-closes.ts'
import type { CellChanges, CellIssues, RowCounts } from './table-rows.ts'

/** @throws `import-not-found` */
export async function findImportNumber(db: Kysely<Store>, id: number): Promise<ImportRow> {
  const imported = await findImport(db, id)
  if (imported) return imported
  throw new NotFound('import-not-found', `There is no import ${id}.`, {
    hint: (await hasImports(db))
      ? 'ssh-admin centres imports lists them.'
      : 'Nothing has been imported yet. To begin: ssh-admin centres import FILE',
  })
}

/** What an import of entries or Key Times has done. */
export interface ImportedRows {
  file: string
  rows: RowCounts
  /** Of entries, or of Key Times. */
  counts: { created: number; changed: number; unchanged: number }
  issues: CellIssues
  /** Each saved value that becomes another. */
  changes: CellChanges
  /** For whom something closes by this that was open, and opens that was not. */
  closes: Closing[]
  opens: Closing[]
  /** Of what the rule read of the store, as it was before. */
  storeDigest: () => string
}

/** What taking an import back leaves as it is. */
export interface LeftAlone {
  /** An address or a centre number. */
  what: string
  reason: string
}

export const letterSent = 'letter-sent'

/** What changed since, and apart from it the letters, which also went to those who go. */
export function changedAndLetters(left: readonly LeftAlone[]): Record<'changed' | 'letters', LeftAlone[]> {
  const isLetter = ({ reason }: LeftAlone) => reason === letterSent
  return { changed: left.filter((one) => !isLetter(one)), letters: left.filter(isLetter) }
}
