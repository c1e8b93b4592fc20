import type { EntryField } from '../../rules/entries/entry-rows.ts'
import type { SheetToWrite } from '../../workbook/sheet.ts'
import { type ColumnAdvice, sheetsToFillIn } from '../sheets-to-fill-in.ts'
import { entryColumns } from './columns.ts'

const guide: Readonly<Record<EntryField, ColumnAdvice>> = {
  number: { what: 'The number of the centre. Leading zeros count.', example: 'EG001', width: 15 },
  series: { what: 'The year and month of the examinations.', example: '2026-06', width: 12 },
  component: { what: 'Syllabus and component.', example: '0500/12', width: 14 },
  candidates: { what: 'How many candidates. 0 takes the entry away.', example: '24', width: 12 },
}

const rules = [
  'One row for each centre, series and component. The order of the rows and of the columns does not matter.',
  'A row takes the place of what was there for its centre, series and component; what is not named stays.',
  'A row with a mistake is held back and changes nothing; the result says which cell, and why.',
  'Entries of centres that are not known go in, and ssh-admin errors list names them.',
  'To see what would happen, and change nothing: ssh-admin entries import FILE --dry-run',
]

/** The workbook of entries to fill in, and a guide to its columns. */
export function sampleSheets(): [SheetToWrite, SheetToWrite] {
  return sheetsToFillIn({ name: 'Entries', columns: entryColumns, guide, rules })
}
