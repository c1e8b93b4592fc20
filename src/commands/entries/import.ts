import { importedEntriesJson, renderImportedEntries } from '../../render/entries.ts'
import type { EntryField } from '../../rules/entries/entry-rows.ts'
import { type ImportedEntries, importEntries } from '../../rules/entries/import.ts'
import { applicationOfRows, importOfRows, type RowsImport } from '../import-rows.ts'
import { entryColumns } from './columns.ts'

const entries: RowsImport<EntryField, ImportedEntries> = {
  of: 'entries',
  columns: entryColumns,
  importRows: importEntries,
  question: 'Change these entries',
  agreed: (imported) => imported.entries,
  render: renderImportedEntries,
  json: importedEntriesJson,
}

const example = 'ssh-admin entries import fixtures/entries.csv'

export const importEntriesCommand = () =>
  importOfRows(entries, {
    summary: 'bring entries in from a workbook',
    description: `Read a workbook of entries: how many candidates a centre has for a component in a series.
What it says of a centre, series and component takes the place of what was there; what it does not name stays.
Rows with a mistake are held back and change nothing; the rest goes in (exit code 8). Entries of centres that are not known go in, and ssh-admin errors list names them.`,
    example,
  })

export const applyEntries = () =>
  applicationOfRows(entries, {
    summary: 'apply a saved plan of entries, exactly',
    description: `Apply a plan that entries import --plan-out saved: exactly what was reviewed.
If the workbook or the entries of its centres have changed meanwhile, nothing happens (exit code 3).`,
    example,
  })
