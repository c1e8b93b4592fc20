import { headingKey, type Table } from '../workbook/headings.ts'
import { isShortened } from '../workbook/number.ts'
import type { SheetRow } from '../workbook/sheet-rows.ts'

/** The cells of rows, by row number. */
export interface CellsByRow {
  get: (row: number) => CellsOfRow | undefined
  set: (row: number, cells: CellsOfRow) => void
}

export function newCellsByRow(): CellsByRow {
  const rows = new Map<number, PackedCells>()
  return {
    get: (row) => {
      const packed = rows.get(row)
      return packed === undefined ? undefined : unpackCells(packed)
    },
    set: (row, cells) => {
      rows.set(row, packCells(cells))
    },
  }
}

/** A sheet as it stands, for a workbook of the rows held back. */
export interface OriginalSheet {
  sheet: string
  headings: readonly string[]
  /** The cells as they stand, by row number, where they are kept. */
  cells: Pick<CellsByRow, 'get'> | undefined
  /**
   * By row number, for rows below headings in another order: the position among all headings of each of their columns.
   */
  columnMapByRow: ReadonlyMap<number, ReadonlyMap<number, number>>
  /** Headings that stand only further down the sheet; their columns follow those of the others. */
  laterHeadings: readonly string[]
  /** The faults of its rows, as far as the cells alone show them. */
  rows: Iterable<{ row: number; issues?: readonly { fault: { code: string } }[] | undefined }>
}

/** A row as it is held in memory. */
interface OriginalRow extends Pick<SheetRow, 'number' | 'notes' | 'fault'> {
  cells: CellsOfRow
  /**
   * Whether a column's content may be shown otherwise or not at all: written as it is, the content would be imported.
   */
  isColumnHidden?: (column: number) => boolean
  /** Whether a column is read as the number that it holds, whatever its format adds or leaves out. */
  isColumnNumeric?: (column: number) => boolean
}

/** The cells of a row as a person sees them, in their columns; content that could not be read stays visible. */
export function cellsAsShown(row: OriginalRow, { columns }: Pick<Table, 'columns'>): (string | undefined)[] {
  const cells = [...row.cells]
  const number = columns.get('number')
  for (const [column, note] of row.notes ?? []) {
    if (note.kind === 'error') cells[column] = note.value
    else if (note.kind === 'not-calculated' || note.kind === 'empty-formula') cells[column] = note.formula
    else if (note.kind === 'number' || note.kind === 'text') {
      // A telephone number keeps its digits; a centre number that is shown otherwise must not be imported as it is
      // held.
      const keepsDigits = column !== number && (note.shown === undefined || isShortened(note.shown))
      cells[column] = keepsDigits || row.isColumnNumeric?.(column) === true ? note.held : note.shown
    }
  }
  return row.isColumnHidden === undefined
    ? cells
    : cells.map((cell, column) => (row.isColumnHidden?.(column) ? undefined : cell))
}

/** Records which rows stand below headings in another order, and the position among all headings of their columns. */
export function trackLaterHeadings() {
  const laterHeadings: string[] = []
  const columnMapOf = new Map<Table, ReadonlyMap<number, number>>()
  const columnMapByRow = new Map<number, ReadonlyMap<number, number>>()
  const add = (
    row: number,
    { table, first }: { table: Table; first: Pick<Table, 'headings' | 'columns'> },
  ) => {
    const columnMap = columnMapOf.get(table) ?? mapColumns(first, { found: table, laterHeadings })
    columnMapOf.set(table, columnMap)
    columnMapByRow.set(row, columnMap)
  }
  return { laterHeadings, columnMapByRow, add }
}

/**
 * For each column below other headings, the column of the first headings with the same meaning, or a new one after
 * them.
 */
function mapColumns(
  first: Pick<Table, 'headings' | 'columns'>,
  { found, laterHeadings }: { found: Table; laterHeadings: string[] },
): Map<number, number> {
  const fields = new Map([...found.columns].map(([field, column]) => [column, field]))
  const columnMap = new Map<number, number>()
  for (const [column, heading] of found.headings.entries()) {
    const key = headingKey(heading)
    const field = fields.get(column)
    const sameColumn =
      (field === undefined ? undefined : first.columns.get(field)) ??
      first.headings.findIndex((other) => key !== '' && headingKey(other) === key)
    const laterIndex = laterHeadings.findIndex((other) => key !== '' && headingKey(other) === key)
    if (sameColumn >= 0) columnMap.set(column, sameColumn)
    else
      columnMap.set(
        column,
        first.headings.length + (laterIndex >= 0 ? laterIndex : laterHeadings.push(heading) - 1),
      )
  }
  return columnMap
}

/** A table whose rows are all in memory, each with the headings above it. */
export function originalSheetOf(
  rows: readonly { row: OriginalRow; table: Table }[],
  { sheet, first }: { sheet: string; first: Pick<Table, 'headings' | 'headingRow' | 'columns'> },
): OriginalSheet {
  const { laterHeadings, columnMapByRow, add } = trackLaterHeadings()
  for (const { row, table } of rows)
    if (table.headingRow !== first.headingRow) add(row.number, { table, first })
  const byNumber = new Map(rows.map((row) => [row.row.number, row]))
  const get = (number: number) => {
    const kept = byNumber.get(number)
    return kept && cellsAsShown(kept.row, kept.table)
  }
  const faulty = rows.flatMap(({ row: { number, fault } }) =>
    fault ? [{ row: number, issues: [{ fault }] }] : [],
  )
  return { sheet, headings: first.headings, laterHeadings, cells: { get }, columnMapByRow, rows: faulty }
}

/** The cells of a row as they stand, from the first column on; undefined where a cell is empty. */
export type CellsOfRow = readonly (string | undefined)[]

/** A row packed into one text: as lists of cells, a hundred thousand rows would take five times the memory. */
export type PackedCells = string | CellsOfRow

const separator = '\u0000'

export function packCells(cells: CellsOfRow): PackedCells {
  return cells.some((cell) => cell?.includes(separator)) ? cells : cells.join(separator)
}

export function unpackCells(packed: PackedCells): CellsOfRow {
  return typeof packed === 'string' ? packed.split(separator) : packed
}
