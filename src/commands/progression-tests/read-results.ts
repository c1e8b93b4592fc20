import { type ResultField, type ResultRow, resultFields } from '../../rules/result-rows.ts'
import type { Table } from '../../workbook/headings.ts'
import type { SheetRow } from '../../workbook/read.ts'

const columns = [
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
] as const

interface ReadResults {
  file: string
  digest: string
  rows: ResultRow[]
  /** Columns that mean nothing here. */
  unknown: string[]
}

/** Reads a workbook of results; what is wrong in its cells is for the rule to say. */
export async function readResults({
  file,
  sheet,
  stdin,
}: {
  file: string
  sheet: string | undefined
  stdin: NodeJS.ReadableStream
}): Promise<ReadResults> {
  const { openWorkbook, isBlankRow } = await import('../../workbook/read.ts')
  const { readTable } = await import('../../workbook/headings.ts')
  const { cellName } = await import('../../workbook/cell.ts')
  const { cleanText, trimCode } = await import('../../workbook/clean.ts')
  const workbook = await openWorkbook(file, { sheet, stdin })
  const rows: ResultRow[] = []
  const onRow = (row: SheetRow, { columns: places }: Table) => {
    if (isBlankRow(row)) return
    const raw = (field: ResultField) => row.cells[places.get(field) ?? -1] ?? ''
    rows.push({
      texts: {
        teacher: trimCode(raw('teacher')),
        site: cleanText(raw('site')),
        group: cleanText(raw('group')),
        stage: cleanText(raw('stage')),
        subject: cleanText(raw('subject')),
        test: cleanText(raw('test')),
        takenOn: cleanText(raw('takenOn')),
        learner: cleanText(raw('learner')),
        mark: cleanText(raw('mark')),
      },
      errors: errorsOf(row, places),
      cellOf: (field) => cellName(workbook.sheet, places.get(field) ?? 0, row.number),
    })
  }
  try {
    const { unknown } = await readTable(workbook, { specs: columns, onRow })
    return { file: workbook.file, digest: workbook.digest, rows, unknown }
  } finally {
    await workbook.close()
  }
}

function errorsOf({ errors }: SheetRow, places: Table['columns']): ResultRow['errors'] {
  if (!errors) return {}
  return Object.fromEntries(resultFields.map((field) => [field, errors.get(places.get(field) ?? -1)]))
}
