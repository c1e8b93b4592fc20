export type CellToWrite = string | number | null | undefined

/** A sheet that is written: what its columns are called, and its rows, made as they are needed. */
export interface SheetToWrite {
  name: string
  columns: ColumnToWrite[]
  rows: Iterable<readonly CellToWrite[]> | AsyncIterable<readonly CellToWrite[]>
  print?: { landscape?: boolean; title?: string }
}

/** A column that is written; `choices` become a drop-down list, `note` a hint beside the cell. */
export interface ColumnToWrite {
  heading: string
  width?: number
  choices?: readonly string[]
  note?: string
}
