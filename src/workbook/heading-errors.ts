import { columnLetters } from './cell.ts'
import { cleanText } from './clean.ts'
import { UnusableWorkbook } from './errors.ts'
import type { ColumnSpec } from './headings.ts'
import type { SheetRow, Workbook } from './read.ts'

/** What a heading or cell is cut to in a message. */
const LONGEST_SHOWN = 40
const MOST_SHOWN = 12

/** The first few, cut where they are long, and how many more there are. */
function shown(texts: readonly string[]): string {
  const first = texts.slice(0, MOST_SHOWN).map(cut)
  const more = texts.length - first.length
  return more > 0 ? `${first.join(', ')} and ${more.toLocaleString('en')} more` : first.join(', ')
}

function cut(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}

/** The headings stand in one of these. */
export const SEARCHED_ROWS = 20

interface SameField {
  field: string
  specs: readonly ColumnSpec[]
  headings: string[]
  columns: readonly [number, number]
  row: number
}

/** Two columns say the same, in other words. */
export function sameField({ field, specs, headings, columns, row }: SameField): UnusableWorkbook {
  const proper = specs.find((spec) => spec.field === field)?.heading ?? field
  const [first = '', second = ''] = columns.map(
    (column) => `${cut(headings[column] ?? '')} (${columnLetters(column)}${row})`,
  )
  return sameHeading(
    `two columns mean ${proper}: ${first} and ${second}`,
    columns.map((column) => headings[column] ?? ''),
  )
}

/** One heading stands twice. */
export function sameHeading(message: string, headings: string[]): UnusableWorkbook {
  return new UnusableWorkbook('workbook-same-heading', message, {
    hint: "rename one of them, or say which is meant with --map 'Column=field'",
    details: { headings },
  })
}

/** What must be there is not; lists what is. */
export function missingColumns(
  missing: readonly ColumnSpec[],
  headings: string[],
  row: number,
): UnusableWorkbook {
  const found = headings.filter((heading) => heading !== '')
  const names = missing.map(({ heading }) => heading)
  const what =
    names.length === 1
      ? `the column ${names[0]} is missing`
      : `the columns ${names.join(' and ')} are missing`
  const message = `${what}; row ${row} has ${shown(found)}`
  return new UnusableWorkbook('workbook-missing-column', message, {
    hint: `add the heading, or say which column is meant with --map 'Column=${names[0] ?? 'field'}'`,
    details: { missing: names, found },
  })
}

/** No row looks like headings. */
export function noHeadings(rows: SheetRow[], specs: readonly ColumnSpec[]): UnusableWorkbook {
  const first = rows
    .map(({ cells }) => cells.map((cell) => cleanText(cell ?? '')).filter((cell) => cell !== ''))
    .find((cells) => cells.length > 0)
  const needed = specs.filter(({ required }) => required).map(({ heading }) => heading)
  const what =
    first === undefined
      ? 'the sheet has nothing in them'
      : `the first row with anything in it has ${shown(first)}`
  const message = `no row of headings in the first ${SEARCHED_ROWS} rows: ${what}`
  return new UnusableWorkbook('workbook-no-headings', message, {
    hint: `the first row should name the columns: ${needed.join(', ')}`,
    details: { found: first ?? [], needed },
  })
}

/** The same error, with the other sheets of the workbook, and how to read one of them. */
export function amongSheets(
  error: UnusableWorkbook,
  { sheet, otherSheets, likelySheets }: Workbook,
): UnusableWorkbook {
  if (otherSheets.length === 0) return error
  const [likely] = likelySheets
  const hint =
    likely === undefined
      ? `to read another sheet: --sheet NAME (${shown(otherSheets)}); or ${error.hint}`
      : `the sheet ${cut(likely)} has the headings: --sheet '${likely}'`
  return new UnusableWorkbook(error.code, `${error.message}, on the sheet ${cut(sheet)}`, {
    hint,
    details: { ...error.details, sheet, sheets: otherSheets, candidates: likelySheets },
    cause: error,
  })
}

/** The numbers of a column only count the rows. */
export function runningNumbers(heading: string, proper: string): UnusableWorkbook {
  return new UnusableWorkbook(
    'workbook-missing-column',
    `there is no column of ${proper.toLowerCase()}s: the column ${cut(heading)} only counts the rows, from 1`,
    {
      hint: `add the column, or say which one it is with --map 'Column=${proper}'`,
      details: { missing: [proper], found: [heading] },
    },
  )
}

/** A `--map` that cannot be meant. */
export function badMap(message: string, hint: string, candidates: string[]): UnusableWorkbook {
  return new UnusableWorkbook('workbook-bad-map', message, { hint, details: { candidates } })
}
