import type { ChangedHelpDocument } from '../../rules/help-documents/help-document.ts'

/** What of them is agreed to. */
export function comparableHelpDocuments(changed: readonly ChangedHelpDocument[]): unknown {
  return changed.map(({ document, outcome }) => [
    [document.id, document.title, document.version, document.sha256],
    outcome,
  ])
}
