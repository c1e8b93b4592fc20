import type { Kysely } from 'kysely'
import { compareNames } from '../search-key.ts'
import type { Store } from './schema.ts'
import { sendWithNext, type Trx } from './transact.ts'
import { nextNumber } from './portable.ts'

/** A help document with its present version. */
export interface HelpDocumentRow {
  id: number
  title: string
  /** When it was first uploaded; in the history, when this version was. */
  created_at: string
  /** When its present version replaced another; in the history, when this version was replaced. */
  replaced_at: string | null
  withdrawn_at: string | null
  version: number
  file: string
  content_id: number
  sha256: string
  bytes: number
  mismatch_at: string | null
}

interface HelpDocumentFilter {
  id?: number
  /** Whether withdrawn ones are included. */
  withdrawn: boolean
  /** Whether every version is included, instead of the present one alone. */
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
  return rows.flatMap(({ version_at, ...row }, at) => {
    const before = rows[at - 1]
    const next = before?.id === row.id ? before : undefined
    if (next && !history) return []
    const dates = history
      ? { created_at: version_at, replaced_at: next?.version_at ?? null }
      : { replaced_at: row.version > 1 ? version_at : null }
    return { ...row, ...dates, sha256: row.sha256 ?? '', bytes: row.bytes ?? 0 }
  })
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
  const values = {
    document_id: documentId,
    version,
    file,
    content_id: contentId,
    created_at: at.toISOString(),
  }
  await sendWithNext(trx, trx.insertInto('help_document_versions').values(values))
}

export async function markHelpDocumentWithdrawn(
  trx: Trx,
  { id, at }: { id: number; at: Date },
): Promise<void> {
  const marked = trx.updateTable('help_documents').set({ withdrawn_at: at.toISOString() })
  await sendWithNext(trx, marked.where('id', '=', id))
}
