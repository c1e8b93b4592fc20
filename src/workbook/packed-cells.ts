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
