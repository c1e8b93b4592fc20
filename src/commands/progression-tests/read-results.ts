import { type ResultField, type ResultRow, resultFields } from '../../rules/result-rows.ts'
import type { Table } from '../../workbook/headings.ts'
import type { SheetRow } from '../../workbook/read.ts'
import type { TableNotice } from '../../workbook/table-notices.ts'

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
  notices: TableNotice[]
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
  const { hasHeadings, readTable } = await import('../../workbook/headings.ts')
  const { cellName } = await import('../../workbook/cell.ts')
  const { cleanText, trimCode } = await import('../../workbook/clean.ts')
  const { cellFault, errorCell, isErrorWord } = await import('../../workbook/cell-notes.ts')
  const { tableNotices } = await import('../../workbook/table-notices.ts')
  const workbook = await openWorkbook(file, {
    sheet,
    stdin,
    fits: (first) => hasHeadings(first, { specs: columns }),
  })
  const rows: ResultRow[] = []
  const rowNumbers: number[] = []
  const faultsIn = ({ cells, notes }: SheetRow, places: Table['columns']): ResultRow['faults'] => {
    const faults: Writable<ResultRow['faults']> = {}
    for (const field of resultFields) {
      const column = places.get(field) ?? -1
      const text = cells[column]?.trim()
      const fault =
        // A mark of 0 may well be what a formula says.
        cellFault(notes?.get(column), { text: field !== 'mark' }) ??
        (text !== undefined && isErrorWord(text) ? errorCell(text) : undefined)
      if (fault !== undefined) faults[field] = fault
    }
    return faults
  }
  const onRow = (row: SheetRow, { columns: places }: Table) => {
    if (isBlankRow(row)) return
    const raw = (field: ResultField) => row.cells[places.get(field) ?? -1] ?? ''
    rowNumbers.push(row.number)
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
      faults: faultsIn(row, places),
      cellOf: (field) => cellName(workbook.sheet, places.get(field) ?? 0, row.number),
    })
  }
  try {
    const table = await readTable(workbook, { specs: columns, onRow })
    for (const [at, row] of rows.entries()) {
      const covered = table.covered.get(rowNumbers[at] ?? 0)
      if (covered === undefined) continue
      const faults: Writable<ResultRow['faults']> = { ...row.faults }
      for (const field of resultFields) {
        const cell = covered.get(table.columns.get(field) ?? -1)
        const fault = cell === undefined ? undefined : cellFault({ kind: 'merged', cell }, { text: true })
        if (fault) faults[field] = fault
      }
      rows[at] = { ...row, faults }
    }
    return {
      file: workbook.file,
      digest: workbook.digest,
      rows,
      unknown: table.unknown,
      notices: tableNotices(table),
    }
  } finally {
    await workbook.close()
  }
}

type Writable<Facts> = { -readonly [Field in keyof Facts]: Facts[Field] }
