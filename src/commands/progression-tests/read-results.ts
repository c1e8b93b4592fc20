import type { Session } from '../../cli/session.ts'
import { type ResultField, resultFields, type ResultRow } from '../../rules/progression-tests/result-rows.ts'
import type { ColumnSpec } from '../../workbook/headings.ts'
import { readTableFile, type TableFile, type TableRow } from '../read-table.ts'

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

interface ReadResults {
  file: string
  digest: string
  rows: ResultRow[]
}

/** Reads a workbook of results; what is wrong in its cells is for the rule to say. */
export async function readResults(wanted: TableFile, session: Session): Promise<ReadResults> {
  const { cleanText, trimCode } = await import('../../workbook/cell.ts')
  const { file, digest, rows } = await readTableFile(wanted, resultColumns, session)
  const textsOf = (row: TableRow<ResultField>): ResultRow['texts'] => ({
    teacher: trimCode(row.textOf('teacher')),
    site: cleanText(row.textOf('site')),
    group: cleanText(row.textOf('group')),
    stage: cleanText(row.textOf('stage')),
    subject: cleanText(row.textOf('subject')),
    test: cleanText(row.textOf('test')),
    takenOn: cleanText(row.textOf('takenOn')),
    learner: cleanText(row.textOf('learner')),
    mark: cleanText(row.textOf('mark')),
  })
  return {
    file,
    digest,
    rows: rows.map((row) => ({
      texts: textsOf(row),
      // Found anew whenever they are asked for: a sheet may have one in every cell.
      get faults() {
        return faultsIn(row)
      },
      cellOf: (field) => row.cellOf(field),
    })),
  }
}

function faultsIn(row: TableRow<ResultField>): ResultRow['faults'] {
  const faults: Writable<ResultRow['faults']> = {}
  for (const field of resultFields) {
    const fault = row.faultOf(field)
    if (fault !== undefined) faults[field] = fault
  }
  return faults
}

type Writable<Facts> = { -readonly [Field in keyof Facts]: Facts[Field] }
