import { type ResultField, type ResultRow, resultFields } from '../../rules/progression-tests/result-rows.ts'
import { readTableFile, type TableFile, type TableRow } from '../read-table.ts'
import type { Session } from '../../cli/session.ts'
import { resultColumns } from './columns.ts'

interface ReadResults {
  file: string
  digest: string
  rows: ResultRow[]
}

/** Reads a workbook of results; what is wrong in its cells is for the rule to say. */
export async function readResults(wanted: TableFile, session: Session): Promise<ReadResults> {
  const { cleanText, trimCode } = await import('../../workbook/cell.ts')
  const { file, digest, rows } = await readTableFile(wanted, resultColumns, session)
  const textsOf = ({ textOf }: TableRow<ResultField>): ResultRow['texts'] => ({
    teacher: trimCode(textOf('teacher')),
    site: cleanText(textOf('site')),
    group: cleanText(textOf('group')),
    stage: cleanText(textOf('stage')),
    subject: cleanText(textOf('subject')),
    test: cleanText(textOf('test')),
    takenOn: cleanText(textOf('takenOn')),
    learner: cleanText(textOf('learner')),
    mark: cleanText(textOf('mark')),
  })
  return {
    file,
    digest,
    rows: rows.map((row) => ({ texts: textsOf(row), faults: faultsIn(row), cellOf: row.cellOf })),
  }
}

function faultsIn({ faultOf }: TableRow<ResultField>): ResultRow['faults'] {
  const faults: Writable<ResultRow['faults']> = {}
  for (const field of resultFields) {
    // A mark of 0 may well be what a formula says.
    const fault = faultOf(field, { text: field !== 'mark' })
    if (fault !== undefined) faults[field] = fault
  }
  return faults
}

type Writable<Facts> = { -readonly [Field in keyof Facts]: Facts[Field] }
