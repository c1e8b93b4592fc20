/** The cells of a row as they stand, from the first column on; empty where nothing is. */
export type CellsOfRow = readonly (string | undefined)[]

/** The cells of rows, by row number. */
export interface KeptCells {
  get: (row: number) => CellsOfRow | undefined
  set: (row: number, cells: CellsOfRow) => void
}

const separator = '\u0000'

/** Keeps each row as one text: as lists of cells, a hundred thousand rows weigh five times as much. */
export function newKeptCells(): KeptCells {
  const rows = new Map<number, string | CellsOfRow>()
  return {
    get: (row) => {
      const kept = rows.get(row)
      return typeof kept === 'string' ? kept.split(separator) : kept
    },
    set: (row, cells) => {
      const canBeJoined = !cells.some((cell) => cell?.includes(separator))
      rows.set(row, canBeJoined ? cells.join(separator) : cells)
    },
  }
}
