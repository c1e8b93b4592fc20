import { columnLetters, columnOf } from './cell.ts'
import { bomb } from './errors.ts'

/** A range of merged cells; rows count from 1, columns from 0. Only its first cell is seen. */
export interface MergedRange {
  firstRow: number
  lastRow: number
  firstColumn: number
  lastColumn: number
}

/** What a sheet says of itself around its rows. */
export interface SheetFacts {
  /** 0-based, first and last, both included. */
  hiddenColumns: [first: number, last: number][]
  merged: MergedRange[]
}

/** `A2:B4`; undefined for what is no range. */
export function rangeOf(reference: string): MergedRange | undefined {
  const [, firstCell, firstRow, lastCell, lastRow] =
    /^\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(reference.trim().toUpperCase()) ?? []
  if (firstCell === undefined || lastCell === undefined) return undefined
  return {
    firstRow: Number(firstRow),
    lastRow: Number(lastRow),
    firstColumn: columnOf(`${firstCell}1`),
    lastColumn: columnOf(`${lastCell}1`),
  }
}

/** Row → column → the cell that is seen instead, such as `A2`. */
export type CoveredCells = ReadonlyMap<number, ReadonlyMap<number, string>>

const MOST_COVERED = 2_000_000

/** The cells of a table that lie beneath a merged one. */
export function coveredCells(
  merged: readonly MergedRange[],
  { columns, rows: [from, to] }: { columns: readonly number[]; rows: [from: number, to: number] },
): CoveredCells {
  const covered = new Map<number, Map<number, string>>()
  let count = 0
  for (const { firstRow, lastRow, firstColumn, lastColumn } of merged) {
    const within = columns.filter((column) => column >= firstColumn && column <= lastColumn)
    if (within.length === 0) continue
    for (let row = Math.max(firstRow, from); row <= Math.min(lastRow, to); row++) {
      const cells = covered.get(row) ?? new Map<number, string>()
      for (const column of within) {
        if (row === firstRow && column === firstColumn) continue
        cells.set(column, `${columnLetters(firstColumn)}${firstRow}`)
        count += 1
      }
      if (cells.size > 0) covered.set(row, cells)
      if (count > MOST_COVERED) throw bomb(`more than ${MOST_COVERED} of its cells are merged with others`)
    }
  }
  return covered
}
