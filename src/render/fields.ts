import type { View } from './table.ts'

export type Cell = string | number | null

/** One of the things that a list says of each of its rows: a column, a key to sort by, a word of `--fields`. */
export interface Field<Row> {
  heading: string
  /** For a pipe: ISO times, no abbreviation. */
  value: (row: Row) => Cell
  /** For a person, where that differs. */
  shown?: (row: Row, view: View) => Cell
  /** What a list is sorted by, where that is more than the value. */
  sortedBy?: (row: Row) => Cell
}

export function field<Row>(
  heading: string,
  value: Field<Row>['value'],
  shown?: Field<Row>['shown'],
): Field<Row> {
  return shown ? { heading, value, shown } : { heading, value }
}
