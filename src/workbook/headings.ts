import { columnLetters } from './cell.ts'
import { cleanText } from './clean.ts'
import {
  badMap,
  missingColumns,
  noHeadings,
  SEARCHED_ROWS,
  sameField,
  sameHeading,
} from './heading-errors.ts'
import { foldedHeading } from './heading-map.ts'
import { didYouMean, nearest } from './nearest.ts'
import type { SheetRow, Workbook } from './read.ts'

export { parseMap } from './heading-map.ts'

/** A column that is looked for: its field, its proper heading, and what else people call it. */
export interface ColumnSpec {
  field: string
  heading: string
  synonyms: readonly string[]
  required?: boolean
}

/** Where the headings are, and which column holds which field. */
export interface Table {
  headingRow: number
  /** Field → 0-based column. */
  columns: Map<string, number>
  /** The headings by 0-based column, `''` where there is none. */
  headings: string[]
  /** Headings that mean none of the fields. */
  unknown: string[]
}

/** Finds the row of headings; throws UnusableWorkbook when none fits, or when it says one thing twice. */
export function matchHeadings(
  rows: SheetRow[],
  specs: readonly ColumnSpec[],
  map: Readonly<Record<string, string>> = {},
): Table {
  const meanings = meaningsOf(specs)
  const mapped = new Map(Object.entries(map).map(([heading, field]) => [foldedHeading(heading), field]))
  let best: { row: SheetRow; fields: Set<string> } | undefined
  for (const row of rows) {
    const fields = fieldsIn(row, meanings, mapped)
    if (fields.size > (best?.fields.size ?? 0)) best = { row, fields }
  }
  if (best === undefined) throw noHeadings(rows, specs)

  const headings = Array.from(best.row.cells, (cell) => cleanText(cell ?? ''))
  refuseTwice(headings, best.row.number)
  refuseLostMap(headings, map)
  return {
    headingRow: best.row.number,
    headings,
    ...columnsOf(headings, specs, { meanings, mapped, row: best.row.number }),
  }
}

/** Reads a sheet as a table: `onRow` gets every row below the headings, blank ones too. */
export async function readTable(
  workbook: Workbook,
  { specs, map = {}, onRow, progress }: ReadTable,
): Promise<Table> {
  let table: Table | undefined
  let waiting: SheetRow[] = []
  const begin = (): Table => {
    const found = matchHeadings(waiting, specs, map)
    for (const row of waiting) if (row.number > found.headingRow) onRow(row, found)
    waiting = []
    return found
  }
  await workbook.readRows((row) => {
    if (table === undefined && row.number <= SEARCHED_ROWS) {
      waiting.push(row)
      return
    }
    table ??= begin()
    onRow(row, table)
  }, progress)
  return table ?? begin()
}

/** What to look for in a sheet, and who is told of its rows. */
export interface ReadTable {
  specs: readonly ColumnSpec[]
  map?: Readonly<Record<string, string>>
  onRow: (row: SheetRow, table: Table) => void
  progress?: (share: number) => void
}

function columnsOf(
  headings: string[],
  specs: readonly ColumnSpec[],
  { meanings, mapped, row }: Known,
): Pick<Table, 'columns' | 'unknown'> {
  const columns = new Map<string, number>()
  const unknown: string[] = []
  const claimed = new Set<string>()
  const claim = (field: string, column: number) => {
    const other = columns.get(field)
    if (other !== undefined) throw sameField({ field, specs, headings, columns: [other, column], row })
    columns.set(field, column)
  }
  for (const [column, heading] of headings.entries()) {
    const field = mapped.get(foldedHeading(heading))
    if (field === undefined) continue
    claim(field, column)
    claimed.add(field)
  }
  for (const [column, heading] of headings.entries()) {
    if (heading === '' || mapped.has(foldedHeading(heading))) continue
    const field = meanings.get(foldedHeading(heading))
    // A column named with --map is the one; another that would have meant the same is left aside.
    if (field === undefined || claimed.has(field)) unknown.push(heading)
    else claim(field, column)
  }
  const missing = specs.filter(({ field, required }) => required && !columns.has(field))
  if (missing.length > 0) throw missingColumns(missing, headings, row)
  return { columns, unknown }
}

interface Known {
  meanings: ReadonlyMap<string, string>
  mapped: ReadonlyMap<string, string>
  row: number
}

function meaningsOf(specs: readonly ColumnSpec[]): Map<string, string> {
  const meanings = new Map<string, string>()
  for (const { field, heading, synonyms } of specs) {
    for (const name of [heading, field, ...synonyms])
      if (!meanings.has(foldedHeading(name))) meanings.set(foldedHeading(name), field)
  }
  return meanings
}

function fieldsIn(
  { cells }: SheetRow,
  meanings: ReadonlyMap<string, string>,
  mapped: ReadonlyMap<string, string>,
): Set<string> {
  const fields = new Set<string>()
  for (const cell of cells) {
    if (cell === undefined || cell.length > 200) continue
    const name = foldedHeading(cell)
    const field = mapped.get(name) ?? meanings.get(name)
    if (field !== undefined) fields.add(field)
  }
  return fields
}

function refuseTwice(headings: string[], row: number): void {
  const seen = new Map<string, number>()
  for (const [column, heading] of headings.entries()) {
    const name = foldedHeading(heading) || heading
    if (name === '') continue
    const other = seen.get(name)
    if (other !== undefined) {
      throw sameHeading(
        `the heading ${heading} stands twice, in ${columnLetters(other)}${row} and ${columnLetters(column)}${row}`,
        [headings[other] ?? '', heading],
      )
    }
    seen.set(name, column)
  }
}

function refuseLostMap(headings: string[], map: Readonly<Record<string, string>>): void {
  const found = headings.filter((heading) => heading !== '')
  for (const heading of Object.keys(map)) {
    if (found.some((other) => foldedHeading(other) === foldedHeading(heading))) continue
    throw badMap(
      `there is no column ${heading}${didYouMean(heading, found)}`,
      `the columns are: ${found.join(', ')}`,
      nearest(heading, found),
    )
  }
}
