import { headingKey, type Table } from '../workbook/headings.ts'
import { isShortened } from '../workbook/number.ts'
import type { SheetRow } from '../workbook/read.ts'

/** The cells of rows, by row number. */
export interface KeptCells {
  get: (row: number) => CellsOfRow | undefined
  set: (row: number, cells: CellsOfRow) => void
}

export function newKeptCells(): KeptCells {
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
export interface SheetAsWritten {
  sheet: string
  headings: readonly string[]
  /** The cells as they stand, by row number, where they are kept. */
  cells: Pick<KeptCells, 'get'> | undefined
  /** By row number, for rows below headings of another order: which column of all headings each of theirs is. */
  moved: ReadonlyMap<number, ReadonlyMap<number, number>>
  /** Headings that only stand further down; their columns are behind those of the others. */
  laterHeadings: readonly string[]
  /** What is wrong with its rows, as far as their cells tell. */
  rows: Iterable<{ row: number; issues?: readonly { fault: { code: string } }[] | undefined }>
}

/** A row as it is held. */
type WrittenRow = Pick<SheetRow, 'number' | 'notes' | 'fault'> & { cells: CellsOfRow }

/** A row's cells as a person sees them, in the columns where they stand: what could not be read stays to be seen. */
export function cellsAsShown(row: WrittenRow, { columns }: Pick<Table, 'columns'>): (string | undefined)[] {
  const cells = [...row.cells]
  const number = columns.get('number')
  for (const [column, note] of row.notes ?? []) {
    if (note.kind === 'error') cells[column] = note.value
    else if (note.kind === 'not-calculated' || note.kind === 'empty-formula') cells[column] = note.formula
    else if (note.kind === 'number' || note.kind === 'text') {
      // A telephone number keeps its digits; a centre number that is shown otherwise is not to be imported as it is held.
      const keepsDigits = column !== number && (note.shown === undefined || isShortened(note.shown))
      cells[column] = keepsDigits ? note.held : note.shown
    }
  }
  return cells
}

/** For each column below other headings, the column of the first ones that says the same, or a new one behind them. */
export function movesTo(
  first: Pick<Table, 'headings' | 'columns'>,
  { found, laterHeadings }: { found: Table; laterHeadings: string[] },
): Map<number, number> {
  const fields = new Map([...found.columns].map(([field, column]) => [column, field]))
  const moves = new Map<number, number>()
  for (const [column, heading] of found.headings.entries()) {
    const key = headingKey(heading)
    const field = fields.get(column)
    const same =
      (field === undefined ? undefined : first.columns.get(field)) ??
      first.headings.findIndex((other) => key !== '' && headingKey(other) === key)
    const later = laterHeadings.findIndex((other) => key !== '' && headingKey(other) === key)
    if (same >= 0) moves.set(column, same)
    else moves.set(column, first.headings.length + (later >= 0 ? later : laterHeadings.push(heading) - 1))
  }
  return moves
}

/** A table whose rows are all held, with the headings that each stands below. */
export function sheetAsWritten(
  rows: readonly { row: WrittenRow; table: Table }[],
  { sheet, first }: { sheet: string; first: Pick<Table, 'headings' | 'headingRow' | 'columns'> },
): SheetAsWritten {
  const laterHeadings: string[] = []
  const movesOf = new Map<Table, ReadonlyMap<number, number>>()
  const moved = new Map<number, ReadonlyMap<number, number>>()
  for (const { row, table } of rows) {
    if (table.headingRow === first.headingRow) continue
    const moves = movesOf.get(table) ?? movesTo(first, { found: table, laterHeadings })
    movesOf.set(table, moves)
    moved.set(row.number, moves)
  }
  const byNumber = new Map(rows.map((row) => [row.row.number, row]))
  const get = (number: number) => {
    const kept = byNumber.get(number)
    return kept && cellsAsShown(kept.row, kept.table)
  }
  const faulty = rows.flatMap(({ row: { number, fault } }) =>
    fault ? [{ row: number, issues: [{ fault }] }] : [],
  )
  return { sheet, headings: first.headings, laterHeadings, cells: { get }, moved, rows: faulty }
}

/** The cells of a row as they stand, from the first column on; empty where nothing is. */
export type CellsOfRow = readonly (string | undefined)[]

/** A row as one text: as a list of cells, each of a hundred thousand rows weighs five times as much. */
export type PackedCells = string | CellsOfRow

const separator = '\u0000'

export function packCells(cells: CellsOfRow): PackedCells {
  return cells.some((cell) => cell?.includes(separator)) ? cells : cells.join(separator)
}

export function unpackCells(packed: PackedCells): CellsOfRow {
  return typeof packed === 'string' ? packed.split(separator) : packed
}
