import type { ResultField } from '../../rules/progression-tests/result-rows.ts'
import type { ColumnSpec } from '../../workbook/headings.ts'

/** The columns of a workbook of results. */
export const resultColumns = [
  {
    field: 'teacher',
    heading: 'Teacher email',
    synonyms: ['Teacher e-mail', 'Teacher', 'Owner', 'Email', 'E-mail'],
    required: true,
  },
  { field: 'site', heading: 'Site', synonyms: ['Support site'], required: true },
  { field: 'group', heading: 'Learner group', synonyms: ['Group', 'Class'], required: true },
  { field: 'stage', heading: 'Stage', synonyms: [] },
  { field: 'subject', heading: 'Subject', synonyms: [], required: true },
  { field: 'test', heading: 'Test', synonyms: ['Test title', 'Paper'], required: true },
  { field: 'takenOn', heading: 'Taken on', synonyms: ['Date', 'Date taken', 'Test date'], required: true },
  { field: 'learner', heading: 'Learner', synonyms: ['Learner name', 'Pupil', 'Student'], required: true },
  { field: 'mark', heading: 'Mark', synonyms: ['Marks', 'Score', 'Result'], required: true },
] as const satisfies readonly (ColumnSpec & { field: ResultField })[]
