import type { HelpDocumentRow } from '../db/help-documents.ts'
import type { ChangedHelpDocument } from '../rules/help-documents.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { field, timeField } from './fields.ts'
import type { JsonOfChange, Shape } from './json.ts'
import { sizeInWords, statusOf } from './resources.ts'
import type { View } from './table.ts'
import { markOf } from './text.ts'

/** What a list says of a help document. */
export const helpDocumentFields = {
  id: field<HelpDocumentRow>('No.', ({ id }) => id),
  title: field<HelpDocumentRow>('Title', ({ title }) => title),
  version: field<HelpDocumentRow>('Version', ({ version }) => version),
  file: field<HelpDocumentRow>('File', ({ file }) => file),
  bytes: field<HelpDocumentRow>(
    'Size',
    ({ bytes }) => bytes,
    ({ bytes }) => sizeInWords(bytes),
  ),
  sha256: field<HelpDocumentRow>('SHA-256', ({ sha256 }) => sha256),
  status: field<HelpDocumentRow>('Status', statusOf),
  created: timeField<HelpDocumentRow>('Uploaded', ({ created_at }) => created_at),
  replaced: timeField<HelpDocumentRow>('Replaced', ({ replaced_at }) => replaced_at),
  withdrawn: field<HelpDocumentRow>('Withdrawn', ({ withdrawn_at }) => withdrawn_at),
}

export function helpDocumentJson(document: HelpDocumentRow): Shape<'helpDocument'> {
  return {
    id: document.id,
    title: document.title,
    version: document.version,
    file: document.file,
    bytes: document.bytes,
    sha256: document.sha256,
    status: statusOf(document),
    createdAt: document.created_at,
    replacedAt: document.replaced_at,
    withdrawnAt: document.withdrawn_at,
  }
}

export function changedHelpDocumentsJson(
  changed: readonly ChangedHelpDocument[],
): JsonOfChange<'changedHelpDocuments'> {
  return {
    helpDocuments: changed.map(({ document, outcome }) => ({
      ...helpDocumentJson(document),
      outcome,
      changed: outcome !== 'unchanged',
    })),
    total: changed.length,
  }
}

export function renderChangedHelpDocuments(changed: readonly ChangedHelpDocument[], view: View): string {
  return changed
    .map(({ document: { id, title, file, version, bytes }, outcome }) => {
      if (!view.isTerminal) return tsvLine([id, title, version, file, outcome])
      const mark = markOf(outcome !== 'unchanged', view)
      const what = outcome === 'unchanged' ? 'is as it was' : `is ${outcome}`
      return `${mark} Help document ${id} ${what}: ${oneLine(title)}, version ${version} (${oneLine(file)}, ${sizeInWords(bytes)}).`
    })
    .join('\n')
}
