import { firstFew, formatNumber, quotedHeading } from '../format-number.ts'
import { columnLetters, maxHeadingRow } from './cell.ts'
import { cellsWithoutHeading, shapeOf } from './cells-without-heading.ts'
import { UnusableWorkbook } from './errors.ts'
import { headingsFinder, isAddress, isNumber, type UnclearTable } from './headings-again.ts'
import {
  withOtherSheets,
  type ColumnSpec,
  matchHeadings,
  rowInHeadings,
  type Table,
  unclearHeadings,
} from './headings.ts'
import type { Workbook } from './read.ts'
import { type CellRange, coveredCells, type CoveredCells, isBlankRow, type SheetRow } from './sheet-rows.ts'

/** What reading a table found besides its rows. */
interface ReadTableResult extends Table {
  /** The number of hidden rows that are not blank. */
  hiddenRows: number
  /** The headings of the hidden columns. */
  hiddenColumns: string[]
  /** The rows in which the headings stand again, and what follows them. */
  headingsAgain: { row: number; follows: 'the same columns' | 'other columns' | 'nothing that can be read' }[]
  /** How many rows were read although they have cells without a heading, and the columns of those cells. */
  withoutHeading: { rows: number; columns: number[] }
  /** The cells that are covered by a merged one. */
  covered: CoveredCells
  /** Where a conditional format may show a number otherwise. */
  formattedByRule: readonly CellRange[]
  /** The columns in which at least one formula has a result, and every formula has one. */
  calculatedColumns: ReadonlySet<number>
  /** The columns in which a formula has no result. */
  uncalculatedColumns: ReadonlySet<number>
}

/** What to look for in a sheet, and the callbacks for what is read. */
interface ReadTable {
  specs: readonly ColumnSpec[]
  map?: Readonly<Record<string, string>>
  /** Called with the first headings, before any row. */
  onHeadings?: (table: Table) => void
  onRow: (row: SheetRow, table: Table) => void
  /**
   * Called for a row below headings that are not understood, or above the first; without this, the sheet is refused.
   */
  onUnclearRow?: (row: SheetRow, table: UnclearTable) => void
  progress?: (share: number) => void
}

/** Reads a sheet as a table: `onRow` gets every row below the headings, blank ones too, but not repeated headings. */
export async function readTable(
  workbook: Workbook,
  { specs, map = {}, onHeadings, onRow, onUnclearRow, progress }: ReadTable,
): Promise<ReadTableResult> {
  let table: Table | UnclearTable | undefined
  let first: Table | undefined
  let rowsBeforeHeadings: SheetRow[] = []
  let hiddenRows = 0
  let previous: SheetRow | undefined
  const unknown = new Set<string>()
  const columns = new Set<number>()
  const headingsAgain: ReadTableResult['headingsAgain'] = []
  const findHeadings = headingsFinder(specs, map)
  const findCellsWithoutHeading = cellsWithoutHeading(specs, { rowsAreEven: workbook.kind === 'csv' })
  const withoutHeading = { rows: 0, columns: new Set<number>() }
  const useTable = (next: Table | UnclearTable) => {
    table = next
    if ('reason' in next) return
    for (const heading of next.unknown) unknown.add(heading)
    for (const column of next.columns.values()) columns.add(column)
  }
  const reportUnclear = (row: SheetRow, found: UnclearTable) => {
    if (isBlankRow(row)) return
    if (onUnclearRow === undefined) throw unclearHeadings(row.number, found)
    onUnclearRow(row, found)
  }
  const report = (row: SheetRow, found: Table | UnclearTable) => {
    const again = findHeadings(row, { table: found, row: previous })
    previous = row
    if (again !== undefined) {
      const isUnclear = 'reason' in again
      const isSame = !isUnclear && !('reason' in found) && sameColumns(found, again)
      useTable(isSame ? found : again)
      headingsAgain.push({
        row: row.number,
        follows: isUnclear ? 'nothing that can be read' : isSame ? 'the same columns' : 'other columns',
      })
      return
    }
    if (row.hidden && !isBlankRow(row)) hiddenRows += 1
    if ('reason' in found) {
      reportUnclear(row, found)
      return
    }
    const unheaded = findCellsWithoutHeading(row, found)
    if (unheaded?.fault !== undefined) row.fault ??= unheaded.fault
    else if (unheaded !== undefined) {
      withoutHeading.rows += 1
      for (const column of unheaded.columns) withoutHeading.columns.add(column)
    }
    onRow(row, found)
  }
  const startTable = (): Table => {
    try {
      first = matchHeadings(rowsBeforeHeadings, specs, map)
      refuseRowInHeadings(rowsBeforeHeadings, first)
    } catch (error) {
      throw error instanceof UnusableWorkbook ? withOtherSheets(error, workbook) : error
    }
    useTable(first)
    onHeadings?.(first)
    const above = { ...first, reason: `the headings are in row ${first.headingRow}, below it` }
    const { headingRow } = first
    const below = rowsBeforeHeadings.filter(({ number }) => number > headingRow)
    for (const row of rowsBeforeHeadings) {
      if (row.number > first.headingRow) report(row, table ?? first)
      else if (row.number < first.headingRow && isRowOfTable(row, { specs, table: first, below }))
        reportUnclear(row, above)
    }
    rowsBeforeHeadings = []
    return first
  }
  const facts = await workbook.readRows((row) => {
    if (table === undefined && row.number <= maxHeadingRow) {
      rowsBeforeHeadings.push(row)
      return
    }
    const started = table ?? startTable()
    report(row, table ?? started)
  }, progress)
  const { hiddenColumns, merged, formattedByRule, calculatedColumns, uncalculatedColumns } = facts
  const found = first ?? startTable()
  return {
    ...found,
    unknown: [...unknown],
    hiddenRows,
    hiddenColumns: found.headings.filter(
      (heading, column) =>
        heading !== '' && hiddenColumns.some(([from, to]) => column >= from && column <= to),
    ),
    headingsAgain,
    withoutHeading: {
      rows: withoutHeading.rows,
      columns: [...withoutHeading.columns].sort((one, other) => one - other),
    },
    formattedByRule,
    uncalculatedColumns,
    calculatedColumns: new Set([...calculatedColumns].filter((column) => !uncalculatedColumns.has(column))),
    covered: coveredCells(merged, {
      columns: [...columns],
      rows: [found.headingRow + 1, previous?.number ?? 0],
    }),
  }
}

/**
 * Refuses headings that contain a row: where the line of the headings has lost its end, the first row stands among
 * them.
 */
function refuseRowInHeadings(rows: readonly SheetRow[], { headingRow, headings }: Table): void {
  const row = rows.find(({ number }) => number === headingRow)
  const address = headings.find(isAddress)
  const text = row?.fault?.value ?? address
  if (text !== undefined) throw rowInHeadings(headingRow, text)
}

/**
 * Whether a row above the headings belongs to the table, because sorting has moved the headings, and is no title or
 * note. Such a row is as long as a row and has an address and a number; or its first required column has a number that
 * is like those below, but equal to none of them. A number in another column may be a sum.
 */
function isRowOfTable(
  { cells }: SheetRow,
  {
    specs,
    table: { columns },
    below,
  }: { specs: readonly ColumnSpec[]; table: Table; below: readonly SheetRow[] },
): boolean {
  const filled = cells.flatMap((cell) => (cell === undefined || cell.trim() === '' ? [] : [cell.trim()]))
  const needed = specs.filter(({ required }) => required)
  const isLikeBelow = () => {
    const column = columns.get(needed[0]?.field ?? '') ?? -1
    const text = cells[column]?.trim() ?? ''
    const others = below.map((row) => row.cells[column]?.trim() ?? '')
    return (
      isNumber(text) && !others.includes(text) && others.some((other) => shapeOf(other) === shapeOf(text))
    )
  }
  if (filled.length >= Math.max(needed.length, 2) && filled.some(isAddress) && filled.some(isNumber))
    return true
  return filled.length >= Math.max(needed.length - 1, 2) && isLikeBelow()
}

function sameColumns(one: Table, other: Table): boolean {
  return (
    one.columns.size === other.columns.size &&
    [...one.columns].every(([field, column]) => other.columns.get(field) === column)
  )
}

/** What a person must know about a table before they agree to it. */
interface TableNotice {
  code: 'hidden-rows' | 'hidden-columns' | 'headings-again' | 'cells-without-heading'
  message: string
}

const afterHeadings: readonly [ReadTableResult['headingsAgain'][number]['follows'], string][] = [
  ['the same columns', '; they are passed over'],
  ['other columns', ', in another order; what follows is read by them'],
  ['nothing that can be read', ', and are not understood; what follows is held back'],
]

export function tableNotices({
  hiddenRows,
  hiddenColumns,
  headingsAgain,
  withoutHeading: { rows, columns },
}: ReadTableResult): TableNotice[] {
  const notices: TableNotice[] = []
  const notify = (code: TableNotice['code'], message: string) => notices.push({ code, message })
  if (hiddenRows === 1) notify('hidden-rows', '1 row of the sheet is hidden; it is read like all the others.')
  else if (hiddenRows > 0)
    notify(
      'hidden-rows',
      `${formatNumber(hiddenRows)} rows of the sheet are hidden; they are read like all the others.`,
    )
  const names = firstFew(hiddenColumns.map(quotedHeading))
  if (hiddenColumns.length === 1)
    notify('hidden-columns', `The column ${names} is hidden; it is read like the others.`)
  else if (hiddenColumns.length > 0)
    notify(
      'hidden-columns',
      `${hiddenColumns.length} columns are hidden (${names}); they are read like the others.`,
    )
  for (const [follows, what] of afterHeadings) {
    const again = headingsAgain.filter((one) => one.follows === follows).map(({ row }) => String(row))
    const where = `${again.length === 1 ? 'row' : 'rows'} ${firstFew(again)}`
    if (again.length > 0) notify('headings-again', `The headings stand again in ${where}${what}.`)
  }
  const where = `${columns.length === 1 ? 'column' : 'columns'} ${firstFew(columns.map(columnLetters))}`
  const have = rows === 1 ? '1 row has' : `${formatNumber(rows)} rows have`
  if (rows > 0)
    notify(
      'cells-without-heading',
      `${have} something in ${where}, where there is no heading; it is left aside.`,
    )
  return notices
}
