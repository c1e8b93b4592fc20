import { cleanText, columnLetters } from './cell.ts'
import { UnusableWorkbook } from './errors.ts'
import { didYouMean, nearest } from './nearest.ts'
import type { SheetRow, Workbook } from './read.ts'
import { type CellRange, coveredCells, type CoveredCells } from './sheet-xml.ts'
import { isBlankRow } from './sheet-rows.ts'

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
  const mapped = new Map(Object.entries(map).map(([heading, field]) => [headingKey(heading), field]))
  let best: { row: SheetRow; fields: Set<string> } | undefined
  const required = specs.filter((spec) => spec.required).map(({ field }) => field)
  for (const row of rows) {
    const fields = fieldsIn(row, meanings, mapped)
    // Below headings that say all that is needed stand rows, which fuller headings further down must not swallow.
    const found = best?.fields
    const isComplete = found !== undefined && found.size > 1 && required.every((field) => found.has(field))
    if (isComplete && fields.size < 2 && !isBlankRow(row)) break
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

/** What reading a table found besides its rows. */
export interface ReadTableResult extends Table {
  /** Rows with something in them that nobody sees who looks at the sheet. */
  hiddenRows: number
  /** The headings of the columns nobody sees. */
  hiddenColumns: string[]
  /** The rows in which the headings stand again, and whether in the same order. */
  headingsAgain: { row: number; same: boolean }[]
  /** Cells that lie beneath a merged one. */
  covered: CoveredCells
  /** Where a conditional format may show a number otherwise. */
  formattedByRule: readonly CellRange[]
}

/** Whether the headings are among these rows. */
export function hasHeadings(
  rows: SheetRow[],
  { specs, map = {} }: Pick<ReadTable, 'specs' | 'map'>,
): boolean {
  try {
    matchHeadings(rows, specs, map)
    return true
  } catch {
    return false
  }
}

/** Reads a sheet as a table: `onRow` gets every row below the headings, blank ones too, but none that is headings again. */
export async function readTable(
  workbook: Workbook,
  { specs, map = {}, onRow, progress }: ReadTable,
): Promise<ReadTableResult> {
  let table: Table | undefined
  let first: Table | undefined
  let waiting: SheetRow[] = []
  let hiddenRows = 0
  let lastRow = 0
  const headingsAgain: ReadTableResult['headingsAgain'] = []
  const looksAgain = headingsFinder(specs, map)
  const tell = (row: SheetRow, found: Table) => {
    lastRow = row.number
    if (looksAgain(row)) {
      table = matchHeadings([row], specs, map)
      headingsAgain.push({ row: row.number, same: sameColumns(found, table) })
      if (sameColumns(found, table)) table = found
      return
    }
    if (row.hidden && !isBlankRow(row)) hiddenRows += 1
    onRow(row, found)
  }
  const begin = (): Table => {
    try {
      first = matchHeadings(waiting, specs, map)
    } catch (error) {
      throw error instanceof UnusableWorkbook ? amongSheets(error, workbook) : error
    }
    table = first
    for (const row of waiting) if (row.number > first.headingRow) tell(row, table)
    waiting = []
    return table
  }
  const { hiddenColumns, merged, formattedByRule } = await workbook.readRows((row) => {
    if (table === undefined && row.number <= maxHeadingRow) {
      waiting.push(row)
      return
    }
    table ??= begin()
    tell(row, table)
  }, progress)
  table ??= begin()
  const found = first ?? table
  const columns = [...new Set([...found.columns.values(), ...table.columns.values()])]
  return {
    ...found,
    hiddenRows,
    hiddenColumns: found.headings.filter(
      (heading, column) =>
        heading !== '' && hiddenColumns.some(([from, to]) => column >= from && column <= to),
    ),
    headingsAgain,
    formattedByRule,
    covered: coveredCells(merged, { columns, rows: [found.headingRow + 1, lastRow] }),
  }
}

function sameColumns(one: Table, other: Table): boolean {
  return (
    one.columns.size === other.columns.size &&
    [...one.columns].every(([field, column]) => other.columns.get(field) === column)
  )
}

/** Tells whether a row is headings again: all in it are headings, and at least two. */
function headingsFinder(
  specs: readonly ColumnSpec[],
  map: Readonly<Record<string, string>>,
): (row: SheetRow) => boolean {
  const meanings = meaningsOf(specs)
  const mapped = new Map(Object.entries(map).map(([heading, field]) => [headingKey(heading), field]))
  const means = (cell: string) => {
    const name = headingKey(cell)
    return mapped.get(name) ?? meanings.get(name)
  }
  const required = specs.filter((spec) => spec.required).length
  return ({ cells }) => {
    // Almost every row is told by an address, or by a number in its first cell and what is no heading behind it.
    if (cells.some((cell) => cell !== undefined && isAddress(cell))) return false
    const fields = new Set<string>()
    const mostOthers = (cells.length - 1) / 2
    let others = 0
    for (const cell of cells) {
      if (cell === undefined) continue
      const field = cell.length > 60 || isNumber(cell) ? undefined : means(cell)
      if (field !== undefined) fields.add(field)
      else others += 1
      if (others > mostOthers) return false
    }
    return fields.size >= 2 && (others === 0 || (fields.size >= required && fields.size > others))
  }
}

/** The whole of it; a heading may hold one as an example. */
function isAddress(cell: string): boolean {
  return cell.includes('@') && /^\s*\S+@\S+\s*$/.test(cell)
}

function isNumber(cell: string): boolean {
  return /^[A-Z]{0,4}\d+[A-Z]?$/.test(cell)
}

/** What to look for in a sheet, and who is told of its rows. */
interface ReadTable {
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
    const field = mapped.get(headingKey(heading))
    if (field === undefined) continue
    claim(field, column)
    claimed.add(field)
  }
  for (const [column, heading] of headings.entries()) {
    if (heading === '' || mapped.has(headingKey(heading))) continue
    const field = meanings.get(headingKey(heading))
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
      if (!meanings.has(headingKey(name))) meanings.set(headingKey(name), field)
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
    const name = headingKey(cell)
    const field = mapped.get(name) ?? meanings.get(name)
    if (field !== undefined) fields.add(field)
  }
  return fields
}

function refuseTwice(headings: string[], row: number): void {
  const seen = new Map<string, number>()
  for (const [column, heading] of headings.entries()) {
    const name = headingKey(heading) || heading
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
    if (found.some((other) => headingKey(other) === headingKey(heading))) continue
    throw badMap(
      `there is no column ${heading}${didYouMean(heading, found)}`,
      `the columns are: ${found.join(', ')}`,
      nearest(heading, found),
    )
  }
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
        [field, proper].some((name) => headingKey(name) === headingKey(wanted)),
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

/** `E-mail *`, `EMAIL`, `e mail` and `Email (required)` are one; so are `Centre #`, `Centre №` and `centre no.`. */
export function headingKey(heading: string): string {
  return (heading.length > 200 ? heading : heading.replace(REMARK, ''))
    .replaceAll('#', ' no ')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

// What a form says of a column beside its name. Other words in brackets may make it another column: Email (secondary).
const REMARK =
  /[\s:–—-]*[([]?\s*(?<![\p{L}\p{N}])(?:(?:is\s+)?(?:required|mandatory|compulsory|optional|obligatory)(?:\s+field)?|(?:if (?:any|known|applicable)|e\.\s?g\.|for example|such as)[^)\]]*)\s*[)\]]?[\s*]*$/iu

/** What a heading or cell is cut to in a message. */
const maxShownLength = 40
const maxShown = 12

/** The first few, cut where they are long, and how many more there are. */
function shown(texts: readonly string[]): string {
  const first = texts.slice(0, maxShown).map(cut)
  const more = texts.length - first.length
  return more > 0 ? `${first.join(', ')} and ${more.toLocaleString('en')} more` : first.join(', ')
}

function cut(text: string): string {
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text
}

/** The headings stand in one of these. */
export const maxHeadingRow = 20

interface SameField {
  field: string
  specs: readonly ColumnSpec[]
  headings: string[]
  columns: readonly [number, number]
  row: number
}

/** Two columns say the same, in other words. */
function sameField({ field, specs, headings, columns, row }: SameField): UnusableWorkbook {
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
function sameHeading(message: string, headings: string[]): UnusableWorkbook {
  return new UnusableWorkbook('workbook-same-heading', message, {
    hint: "rename one of them, or say which is meant with --map 'Column=field'",
    details: { headings },
  })
}

/** What must be there is not; lists what is. */
function missingColumns(missing: readonly ColumnSpec[], headings: string[], row: number): UnusableWorkbook {
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
function noHeadings(rows: SheetRow[], specs: readonly ColumnSpec[]): UnusableWorkbook {
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
function amongSheets(
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
function badMap(message: string, hint: string, candidates: string[]): UnusableWorkbook {
  return new UnusableWorkbook('workbook-bad-map', message, { hint, details: { candidates } })
}
