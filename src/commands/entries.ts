import { field } from '../render/fields.ts'
import type { JsonItem } from '../render/json.ts'
import { importedRowsJson, applyRowsCommand, importRowsCommand, type RowsImport } from './import-rows.ts'
import { type EntryField, importEntries } from '../rules/entries.ts'
import { listing } from '../cli/define.ts'
import { listOf, optional, text, transform } from '../cli/typed-values.ts'
import { option, allowName, listOption } from '../cli/parameters.ts'
import { countEntries, type EntryRow, streamEntries } from '../db/entries.ts'
import { reversePages } from '../db/rows.ts'
import { parseCentreNumber } from '../rules/centres/find.ts'
import { parseComponent } from '../rules/resources.ts'
import { parseSeries } from '../rules/dates-and-times.ts'
import type { TableColumn } from './table-file.ts'

export const entryColumns = [
  {
    field: 'number',
    heading: 'Centre number',
    synonyms: ['Centre', 'Centre no', 'Center number', 'Centre ID'],
    required: true,
    valueKind: 'code',
  },
  { field: 'series', heading: 'Series', synonyms: ['Exam series'], required: true, valueKind: 'moment' },
  {
    field: 'component',
    heading: 'Component',
    synonyms: ['Syllabus and component', 'Component code'],
    required: true,
    valueKind: 'code',
  },
  {
    field: 'candidates',
    heading: 'Candidates',
    synonyms: ['Number of candidates', 'Entries', 'Count'],
    required: true,
    valueKind: 'number',
  },
] as const satisfies readonly TableColumn<EntryField>[]

const entries: RowsImport<EntryField> = {
  noun: 'entries',
  columns: entryColumns,
  importRows: importEntries,
  title: 'entries',
  json: (imported) => importedRowsJson(imported, { entries: imported.counts }),
}

const example = 'ssh-admin entries import entries.xlsx'

export const importEntriesCommand = () =>
  importRowsCommand(entries, {
    summary: 'bring entries in from a workbook',
    description: `Read a workbook of entries: how many candidates a centre has for a component in a series.
What it says of a centre, series and component takes the place of what was there; what it does not name stays.
Rows with a mistake are held back and change nothing; the rest goes in (exit code 8). Entries of centres that are not known go in, and ssh-admin errors list names them.
Each saved value that changes is listed, old and new; a column that looks as if it had slipped by a row is held back.`,
    example,
  })

export const applyEntries = () =>
  applyRowsCommand(entries, {
    summary: 'apply a saved plan of entries, exactly',
    description: `Apply a plan that entries import --plan-out saved: exactly what was reviewed.
If the workbook or the entries of its centres have changed meanwhile, nothing happens (exit code 3).`,
    example,
  })

export const list = () =>
  listing({
    name: 'list',
    summary: 'list entries, by series, component and centre',
    description:
      'List how many candidates each centre has for a component in a series.\nIn a pipe: centre, its name, series, component, candidates.',
    options: {
      centre: allowName('centres', listOption('<centres>', 'of these centres, by number or name')),
      component: listOption('<components>', 'for these components, such as 0500/12', listOf(parseComponent)),
      series: option('<series>', 'in this series, such as 2026-06', optional(transform(text, parseSeries))),
    },
    examples: ['ssh-admin entries list --component 0500/12 --series 2026-06'],
    singular: 'entry',
    answer: 'entryList',
    key: 'entries',
    fields: entryFields,
    dropOrder: ['name', 'series', 'candidates'],
    id: 'centre',
    find: async ({ store: { db } }, { centre, component: components, series }) => {
      const filter = { centres: centre.map(parseCentreNumber), components, series }
      return {
        rows: ({ reverse }) =>
          reverse ? reversePages(streamEntries(db, filter)) : streamEntries(db, filter),
        count: () => countEntries(db, filter),
      }
    },
    json: entryJson,
    emptyMessage: 'No entries.',
  })

const entryFields = {
  centre: field<EntryRow>('Centre', ({ centre_number }) => centre_number),
  name: field<EntryRow>('Name', ({ centre_name }) => centre_name),
  series: field<EntryRow>('Series', ({ series }) => series),
  component: field<EntryRow>('Component', ({ component }) => component),
  candidates: field<EntryRow>('Candidates', ({ candidates }) => candidates),
}

function entryJson(entry: EntryRow): JsonItem<'entryList'> {
  const { centre_number, centre_name, series, component, candidates } = entry
  return { centre: { number: centre_number, name: centre_name }, series, component, candidates }
}
