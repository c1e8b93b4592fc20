import { columnLetters } from './cell.ts'
import { cleanText } from './clean.ts'
import { UnusableWorkbook } from './errors.ts'
import { didYouMean, nearest } from './nearest.ts'
import type { SheetRow, Workbook } from './read.ts'

const SEARCHED_ROWS = 20

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
  const mapped = new Map(Object.entries(map).map(([heading, field]) => [folded(heading), field]))
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

/** `['Org ID=Centre number']` → `{ 'Org ID': 'number' }`; a field goes by its name or its proper heading. */
export function parseMap(values: readonly string[], specs: readonly ColumnSpec[]): Record<string, string> {
  const names = specs.map(({ heading }) => heading)
  return Object.fromEntries(
    values.map((value) => {
      const equals = value.lastIndexOf('=')
      const heading = value.slice(0, Math.max(0, equals)).trim()
      const wanted = value.slice(equals + 1).trim()
      if (heading === '' || wanted === '') {
        throw badMap(
          `'${value}' does not say which column is which field`,
          "write 'Column=field', for example 'Org ID=Centre number'",
          names,
        )
      }
      const spec = specs.find(({ field, heading: proper }) =>
        [field, proper].some((name) => folded(name) === folded(wanted)),
      )
      if (spec === undefined) {
        throw badMap(
          `there is no field ${wanted}${didYouMean(wanted, names)}`,
          `the fields are: ${names.join(', ')}`,
          names,
        )
      }
      return [heading, spec.field]
    }),
  )
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
    const field = mapped.get(folded(heading))
    if (field === undefined) continue
    claim(field, column)
    claimed.add(field)
  }
  for (const [column, heading] of headings.entries()) {
    if (heading === '' || mapped.has(folded(heading))) continue
    const field = meanings.get(folded(heading))
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
      if (!meanings.has(folded(name))) meanings.set(folded(name), field)
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
    const name = folded(cell)
    const field = mapped.get(name) ?? meanings.get(name)
    if (field !== undefined) fields.add(field)
  }
  return fields
}

/** `E-mail *`, `EMAIL` and `e mail` are one; so are `Centre #`, `Centre №` and `centre no.`. */
function folded(heading: string): string {
  return heading
    .replaceAll('#', ' no ')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

function refuseTwice(headings: string[], row: number): void {
  const seen = new Map<string, number>()
  for (const [column, heading] of headings.entries()) {
    const name = folded(heading) || heading
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
    if (found.some((other) => folded(other) === folded(heading))) continue
    throw badMap(
      `there is no column ${heading}${didYouMean(heading, found)}`,
      `the columns are: ${found.join(', ')}`,
      nearest(heading, found),
    )
  }
}

interface SameField {
  field: string
  specs: readonly ColumnSpec[]
  headings: string[]
  columns: readonly [number, number]
  row: number
}

function sameField({ field, specs, headings, columns, row }: SameField): UnusableWorkbook {
  const proper = specs.find((spec) => spec.field === field)?.heading ?? field
  const [first = '', second = ''] = columns.map(
    (column) => `${headings[column]} (${columnLetters(column)}${row})`,
  )
  return sameHeading(
    `two columns mean ${proper}: ${first} and ${second}`,
    columns.map((column) => headings[column] ?? ''),
  )
}

function sameHeading(message: string, headings: string[]): UnusableWorkbook {
  return new UnusableWorkbook('workbook-same-heading', message, {
    hint: "rename one of them, or say which is meant with --map 'Column=field'",
    details: { headings },
  })
}

function missingColumns(missing: readonly ColumnSpec[], headings: string[], row: number): UnusableWorkbook {
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

function noHeadings(rows: SheetRow[], specs: readonly ColumnSpec[]): UnusableWorkbook {
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

function badMap(message: string, hint: string, candidates: string[]): UnusableWorkbook {
  return new UnusableWorkbook('workbook-bad-map', message, { hint, details: { candidates } })
}
