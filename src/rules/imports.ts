import type { Kysely } from 'kysely'
import { findImport, hasImports, type ImportRow } from '../db/imports/imports.ts'
import type { Store } from '../db/schema.ts'
import { NotFound } from '../errors.ts'
import type { Closing } from './releases/what-closes.ts'
import type { CellChanges, CellIssues, RowCounts } from './table-rows.ts'

/** @throws `import-not-found` */
export async function findImportByNumber(db: Kysely<Store>, id: number): Promise<ImportRow> {
  const imported = await findImport(db, id)
  if (imported) return imported
  throw new NotFound('import-not-found', `There is no import ${id}.`, {
    hint: (await hasImports(db))
      ? 'ssh-admin centres imports lists them.'
      : 'Nothing has been imported yet. To begin: ssh-admin centres import FILE',
  })
}

/** The result of an import of entries or Key Times. */
export interface ImportedRows {
  file: string
  rows: RowCounts
  /** Numbers of entries, or of Key Times. */
  counts: { created: number; changed: number; unchanged: number }
  issues: CellIssues
  /** Each saved value that changes, old and new. */
  changes: CellChanges
  /** What the import closes that was open, and what it opens that was not. */
  closes: Closing[]
  opens: Closing[]
  /** A digest of the saved rows that the rule read, before the change; detects that a plan is out of date. */
  storeDigest: () => string
}

/** A change that undoing an import leaves in place. */
export interface UnrevertedChange {
  /** An address or a centre number. */
  what: string
  reason: string
}

export const letterSent = 'letter-sent'

/** Separates what changed since the import from letters that were sent, even to users whom the undo removes. */
export function separateLetters(
  changes: readonly UnrevertedChange[],
): Record<'changed' | 'letters', UnrevertedChange[]> {
  const isLetter = ({ reason }: UnrevertedChange) => reason === letterSent
  return { changed: changes.filter((one) => !isLetter(one)), letters: changes.filter(isLetter) }
}
