import { columnLetters } from './cell.ts'
import { isAddress, isNumber } from './headings-again.ts'
import type { ColumnSpec, Table } from './headings.ts'
import { isFilled, type SheetRow } from './sheet-rows.ts'
import type { CellFault } from './cell-faults.ts'

/** The filled cells of a row in columns without a heading. */
interface CellsWithoutHeading {
  /** Set when the row looks like two rows in one, and must not be read. */
  fault?: CellFault
  /** The columns, counted from 0. */
  columns: number[]
}

/**
 * Looks for filled cells in columns without a heading. Notes may stand there; but a second row whose line end was lost,
 * or a table beside the first, must not be passed over: its people would count as missing.
 * @param rowsAreEven every row is as long as the headings, as in CSV, so that a longer row has lost its line end
 */
export function cellsWithoutHeading(
  specs: readonly ColumnSpec[],
  { rowsAreEven }: { rowsAreEven: boolean },
): (row: SheetRow, table: Table) => CellsWithoutHeading | undefined {
  let tableColumns: { table: Table; gaps: readonly number[]; needed: readonly number[] } | undefined
  return (row, table) => {
    if (tableColumns?.table !== table) tableColumns = { table, ...columnsOf(table, specs) }
    const { headings } = table
    const { cells } = row
    if (cells.length <= headings.length && tableColumns.gaps.length === 0) return undefined
    const columns = tableColumns.gaps.filter((column) => isFilled(cells[column]))
    const inGaps = columns.length
    // A row that reaches to column XFD is a sparse array: Object.keys visits only the cells that exist.
    for (const key of Object.keys(cells.slice(headings.length))) {
      const column = headings.length + Number(key)
      if (isFilled(cells[column])) columns.push(column)
    }
    if (columns.length === 0) return undefined
    const isLonger = rowsAreEven && columns.length > inGaps
    const textsIn = (positions: readonly number[]) => positions.map((column) => cells[column]?.trim() ?? '')
    if (!isLonger && !lookLikeRow(textsIn(columns), textsIn(tableColumns.needed))) return { columns }
    return { columns, fault: twoRowsInOneFault(row, columns) }
  }
}

function columnsOf({ headings, columns }: Table, specs: readonly ColumnSpec[]) {
  return {
    gaps: Array.from(headings.keys()).filter((column) => isMissingHeading(headings[column] ?? '', column)),
    needed: specs.flatMap(({ field, required }) => (required ? [columns.get(field) ?? -1] : [])),
  }
}

/** The heading that a workbook of held-back rows gives to a column without one. */
export function placeholderHeading(column: number): string {
  return `Column ${column + 1}`
}

function isMissingHeading(heading: string, column: number): boolean {
  return heading === '' || heading === placeholderHeading(column)
}

/** Whether texts look like a row: an address, or several cells with a number of the same shape as the row's own. */
function lookLikeRow(texts: readonly string[], rowTexts: readonly string[]): boolean {
  if (texts.some(isAddress)) return true
  const shapes = new Set(rowTexts.filter(isNumber).map(shapeOf))
  return texts.length > 1 && texts.some((text) => isNumber(text) && shapes.has(shapeOf(text)))
}

/** The pattern of letters and digits in a number: EG001 and PK200 have the same shape. */
export function shapeOf(number: string): string {
  return number.replace(/\d/g, '9').replace(/[A-Z]/g, 'A')
}

const maxShown = 3

function twoRowsInOneFault({ cells }: SheetRow, columns: readonly number[]): CellFault {
  const texts = columns.slice(0, maxShown).map((column) => (cells[column] ?? '').trim().slice(0, 40))
  const more = columns.length > maxShown ? ' …' : ''
  return {
    code: 'two-rows-in-one',
    value: cells[columns[0] ?? 0] ?? '',
    message: `stands in a row with cells that have no heading, from column ${columnLetters(columns[0] ?? 0)} on (${texts.join(', ')}${more}): perhaps two rows in one`,
    hint: 'Part the rows. If it is one row, look for a comma too many, or give those columns a heading.',
  }
}
