import type { EntryRow } from '../db/entries.ts'
import type { ImportedEntries } from '../rules/entries.ts'
import { tsvLine } from './clean-text.ts'
import { renderClosing } from './closing.ts'
import { field } from './fields.ts'
import { renderIssues, renderRowCounts } from './held-back.ts'
import type { JsonItem, JsonOfChange } from './json.ts'
import { type Pieces, piecesOfLines } from './pieces.ts'
import type { View } from './table.ts'

/** What a list says of an entry. */
export const entryFields = {
  centre: field<EntryRow>('Centre', ({ centre_number }) => centre_number),
  name: field<EntryRow>('Name', ({ centre_name }) => centre_name),
  series: field<EntryRow>('Series', ({ series }) => series),
  component: field<EntryRow>('Component', ({ component }) => component),
  candidates: field<EntryRow>('Candidates', ({ candidates }) => candidates),
}

export function entryJson(entry: EntryRow): JsonItem<'entryList'> {
  const { centre_number, centre_name, series, component, candidates } = entry
  return { centre: { number: centre_number, name: centre_name }, series, component, candidates }
}

export function renderImportedEntries(imported: ImportedEntries, view: View): Pieces {
  return piecesOfLines(linesOf(imported, view))
}

function* linesOf({ rows, entries, issues, closes, opens }: ImportedEntries, view: View): Generator<string> {
  const { created, changed, unchanged } = entries
  yield* renderRowCounts(rows, view)
  yield view.isTerminal
    ? `  New entries: ${created}. Changed: ${changed}. There already: ${unchanged}.`
    : tsvLine(['entries', created, changed, unchanged])
  yield* renderIssues(issues, view)
  yield* renderClosing(closes, view, opens)
}

export function importedEntriesJson({
  entries,
  closes,
  opens,
  storeDigest: _,
  ...imported
}: ImportedEntries): JsonOfChange<'entriesImport'> {
  return {
    ...imported,
    entries,
    closed: closes,
    opened: opens,
    changed: entries.created + entries.changed > 0,
  }
}
