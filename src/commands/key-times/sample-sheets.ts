import type { KeyTimeField } from '../../rules/key-times/key-time-rows.ts'
import type { SheetToWrite } from '../../workbook/sheet.ts'
import { type ColumnAdvice, sheetsToFillIn } from '../sheets-to-fill-in.ts'
import { keyTimeColumns } from './columns.ts'

const guide: Readonly<Record<KeyTimeField, ColumnAdvice>> = {
  country: { what: 'The name of the country, or its ISO code.', example: 'Egypt', width: 24 },
  administrativeZone: {
    what: 'A number from 1 to 6, the same in every row of a country.',
    example: '3',
    width: 18,
    choices: ['1', '2', '3', '4', '5', '6'],
  },
  session: { what: 'AM, PM or EV.', example: 'AM', width: 10, choices: ['AM', 'PM', 'EV'] },
  localTime: { what: 'What the clock shows there, by 24 hours.', example: '10:00', width: 12 },
  timeZone: {
    needed: 'where the country has several',
    what: 'The IANA name of the time zone.',
    example: 'Africa/Cairo',
    width: 24,
  },
  series: {
    what: 'The year and month of the examinations; blank holds for all.',
    example: '2026-06',
    width: 12,
  },
  from: {
    what: 'The first day on which it holds; blank where there is none.',
    example: '2026-03-29',
    width: 14,
  },
  until: {
    what: 'The last day on which it holds; blank where there is none.',
    example: '2026-10-24',
    width: 14,
  },
}

const rules = [
  'One row for each country, time zone and session. The order of the rows and of the columns does not matter.',
  'Where the clocks change within a series: a row with the days before, and one with the days after.',
  'A row takes the place of the one for the same country, time zone, session, series and first day.',
  'A row with a mistake is held back and changes nothing; the result says which cell, and why.',
  'To see what would happen, and change nothing: ssh-admin key-times import FILE --dry-run',
]

/** The workbook of Key Times to fill in, and a guide to its columns. */
export function sampleSheets(): [SheetToWrite, SheetToWrite] {
  return sheetsToFillIn({ name: 'Key Times', columns: keyTimeColumns, guide, rules })
}
