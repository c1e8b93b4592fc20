import { cleanText, columnLetters, maxHeadingRow } from './cell.ts'
import { UnusableWorkbook } from './errors.ts'
import type { ColumnSpec } from './headings.ts'
import type { SheetRow, Workbook } from './read.ts'
import { few } from '../grouped.ts'

/** What a heading or cell is cut to in a message. */
const maxShownLength = 40
const maxShown = 12

/** The first few, cut where they are long, and how many more there are. */
function shown(texts: readonly string[]): string {
  return few(texts.slice(0, maxShown).map(cut), { max: maxShown, total: texts.length })
}

function cut(text: string): string {
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text
}

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

/** A row stands in the line of the headings. */
export function rowInHeadings(row: number, text: string): UnusableWorkbook {
  return new UnusableWorkbook(
    'workbook-damaged',
    `the headings in row ${row} hold what is none: ${cut(text)}`,
    {
      hint: 'perhaps the end of that line was lost: look at that row, and part the headings from what follows',
      details: { row },
    },
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
  const message = `no row of headings in the first ${maxHeadingRow} rows: ${what}`
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
    add: likely === undefined ? undefined : ['--sheet', likely],
    details: { ...error.details, sheet, sheets: otherSheets, candidates: likelySheets },
    cause: error,
  })
}

/** The numbers of a column only count the rows; `other` is the column that holds what is sought. */
export function runningNumbers(
  heading: string,
  proper: string,
  { counts = 'from 1', other }: { counts?: string; other?: string | undefined } = {},
): UnusableWorkbook {
  const beside = other === undefined ? '' : `; the column ${cut(other)} holds what looks like them`
  return new UnusableWorkbook(
    'workbook-missing-column',
    `there is no column of ${proper.toLowerCase()}s: the column ${cut(heading)} only counts the rows${counts === '' ? '' : `, ${counts}`}${beside}`,
    {
      hint: `add the column, or say which one it is with --map '${other ?? 'Column'}=${proper}'`,
      details: { missing: [proper], found: [heading], candidates: other === undefined ? [] : [other] },
    },
  )
}

/** A `--map` that cannot be meant. */
export function badMap(message: string, hint: string, candidates: string[]): UnusableWorkbook {
  return new UnusableWorkbook('workbook-bad-map', message, { hint, details: { candidates } })
}

/** A row that nobody can tell how to read, where every row has to be read. */
export function unclearHeadings(
  row: number,
  { headingRow, reason }: { headingRow: number; reason: string },
): UnusableWorkbook {
  return new UnusableWorkbook(
    'workbook-unclear-headings',
    headingRow < row
      ? `row ${row} stands below headings that are not understood: ${reason}`
      : `row ${row} cannot be read: ${reason}`,
    { hint: unclearHint, details: { row, headingRow } },
  )
}

/** What to do about rows that stand below headings that are not understood, or above all headings. */
export const unclearHint =
  'Give them the headings of the first table, or move them to a workbook of their own.'
