import type { EntryField } from '../../rules/entries/entry-rows.ts'
import type { ColumnSpec } from '../../workbook/headings.ts'

/** The columns of a table of entries. */
export const entryColumns = [
  {
    field: 'number',
    heading: 'Centre number',
    synonyms: ['Centre', 'Centre no', 'Center number', 'Centre ID'],
    required: true,
  },
  { field: 'series', heading: 'Series', synonyms: ['Exam series'], required: true },
  {
    field: 'component',
    heading: 'Component',
    synonyms: ['Syllabus and component', 'Component code'],
    required: true,
  },
  {
    field: 'candidates',
    heading: 'Candidates',
    synonyms: ['Number of candidates', 'Entries', 'Count'],
    required: true,
  },
] as const satisfies readonly (ColumnSpec & { field: EntryField })[]
