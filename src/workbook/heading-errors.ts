import { columnLetters } from './cell.ts'
import { cleanText } from './clean.ts'
import { UnusableWorkbook } from './errors.ts'
import type { ColumnSpec } from './headings.ts'
import type { SheetRow } from './read.ts'

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
    (column) => `${headings[column]} (${columnLetters(column)}${row})`,
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
  const message = `${what}; row ${row} has ${found.join(', ')}`
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
      : `the first row with anything in it has ${first.slice(0, 20).join(', ')}`
  const message = `no row of headings in the first ${SEARCHED_ROWS} rows: ${what}`
  return new UnusableWorkbook('workbook-no-headings', message, {
    hint: `the first row should name the columns: ${needed.join(', ')}`,
    details: { found: first ?? [], needed },
  })
}

/** A `--map` that cannot be meant. */
export function badMap(message: string, hint: string, candidates: string[]): UnusableWorkbook {
  return new UnusableWorkbook('workbook-bad-map', message, { hint, details: { candidates } })
}
