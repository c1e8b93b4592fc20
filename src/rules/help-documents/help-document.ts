import type { Kysely } from 'kysely'
import { findHelpDocuments, type HelpDocumentRow } from '../../db/help-documents/help-documents.ts'
import { numbersOfRows } from '../../db/numbers-of-rows.ts'
import type { Store } from '../../db/schema.ts'
import { NotFound } from '../../errors.ts'
import type { LookUp } from '../batch.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { numberIn, typedNumber } from '../resources/resource.ts'

/** A help document after a change, and what became of it. */
export interface ChangedHelpDocument {
  document: HelpDocumentRow
  outcome: 'uploaded' | 'mended' | 'replaced' | 'withdrawn' | 'unchanged'
}

/** Those that the actor may read: everybody those that are not withdrawn, Cambridge staff the others and the history too. */
export function readableHelpDocuments(
  db: Kysely<Store>,
  { by, history }: Pick<RuleContext, 'by'> & { history: boolean },
): Promise<HelpDocumentRow[]> {
  const isStaff = by.kind === 'staff'
  return findHelpDocuments(db, { withdrawn: isStaff, history: isStaff && history })
}

/** @throws `help-document-not-found` */
export async function findHelpDocument(
  db: Kysely<Store>,
  { id, by }: { id: string } & Pick<RuleContext, 'by'>,
): Promise<HelpDocumentRow> {
  const number = typedNumber(id, 'a help document')
  const [found] = await findHelpDocuments(db, { id: number, withdrawn: by.kind === 'staff' })
  if (found) return found
  throw helpDocumentNotFound(id)
}

function helpDocumentNotFound(id: string): NotFound {
  return new NotFound('help-document-not-found', `There is no help document ${id}.`, {
    hint: 'ssh-admin help-documents list',
  })
}

/** Many at once. */
export function lookUpHelpDocuments(db: Kysely<Store>): LookUp<number> {
  return {
    keyOf: numberIn,
    find: (numbers) => numbersOfRows(db, { table: 'help_documents', numbers }),
    refusal: async (id) => helpDocumentNotFound(id),
  }
}
