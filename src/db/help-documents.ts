import type { Kysely } from 'kysely'
import { compareNames } from '../search-key.ts'
import type { Store } from './schema.ts'
import type { Trx } from './transact.ts'
import { nextNumber } from './portable.ts'

/** A help document with its present version. */
export interface HelpDocumentRow {
  id: number
  title: string
  created_at: string
  withdrawn_at: string | null
  version: number
  file: string
  content_id: number
  /** When this version was uploaded. */
  version_at: string
  sha256: string
  bytes: number
  mismatch_at: string | null
}

export interface HelpDocumentFilter {
  id?: number
  /** Withdrawn ones too. */
  withdrawn: boolean
  /** Every version, and not the present one alone. */
  history?: boolean
}

/** By title; versions newest first. */
export async function findHelpDocuments(
  db: Kysely<Store>,
  { id, withdrawn, history = false }: HelpDocumentFilter,
): Promise<HelpDocumentRow[]> {
  let query = db
    .selectFrom('help_documents')
    .innerJoin('help_document_versions as version', 'version.document_id', 'help_documents.id')
    .innerJoin('contents', 'contents.id', 'version.content_id')
    .selectAll('help_documents')
    .select(['version.version', 'version.file', 'version.content_id', 'version.created_at as version_at'])
    .select(['contents.sha256', 'contents.bytes', 'contents.mismatch_at'])
  if (id !== undefined) query = query.where('help_documents.id', '=', id)
  if (!withdrawn) query = query.where('withdrawn_at', 'is', null)
  const rows = await query.orderBy('help_documents.id').orderBy('version.version', 'desc').execute()
  rows.sort((one, other) => compareNames(one.title, other.title))
  const seen = new Set<number>()
  const present = history ? rows : rows.filter(({ id }) => !seen.has(id) && seen.add(id))
  return present.map((row) => ({ ...row, sha256: row.sha256 ?? '', bytes: row.bytes ?? 0 }))
}

interface NewVersion {
  documentId: number
  version: number
  file: string
  contentId: number
  at: Date
}

export async function insertHelpDocument(
  trx: Trx,
  { title, at }: { title: string; at: Date },
): Promise<number> {
  const { id } = await trx
    .insertInto('help_documents')
    .values({ id: nextNumber('help_documents'), title, created_at: at.toISOString(), withdrawn_at: null })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function insertVersion(
  trx: Trx,
  { documentId, version, file, contentId, at }: NewVersion,
): Promise<void> {
  await trx
    .insertInto('help_document_versions')
    .values({
      document_id: documentId,
      version,
      file,
      content_id: contentId,
      created_at: at.toISOString(),
    })
    .execute()
}

export async function markHelpDocumentWithdrawn(
  trx: Trx,
  { id, at }: { id: number; at: Date },
): Promise<void> {
  await trx
    .updateTable('help_documents')
    .set({ withdrawn_at: at.toISOString() })
    .where('id', '=', id)
    .execute()
}
