import { oneLine } from './clean-text.ts'
import type { View } from './table.ts'
import { relativeTime } from './text.ts'

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
  return { heading, value, shown }
}

/** A moment: ISO in a pipe, how long ago for a person. @param none what a person reads where there is none */
export function timeField<Row>(
  heading: string,
  at: (row: Row) => string | null,
  none: string | null = null,
): Field<Row> {
  return field(heading, at, (row, { now }) => {
    const iso = at(row)
    return iso === null ? none : relativeTime(iso, now)
  })
}

/** A moment that was set: ISO in a pipe, the clock in UTC for a person. */
export function momentField<Row>(
  heading: string,
  at: (row: Row) => Date | null | undefined,
  inWords: (iso: string) => string,
): Field<Row> {
  const iso = (row: Row) => at(row)?.toISOString() ?? null
  return field(heading, iso, (row) => {
    const found = iso(row)
    return found === null ? '' : inWords(found)
  })
}

export type Fact = readonly [name: string, value: string | number | null | undefined]

/** What is said of one thing at a terminal: names beneath each other, values beside them; what is empty is left out. */
export function factLines(facts: readonly Fact[]): string[] {
  const filled = facts.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(...filled.map(([name]) => name.length)) + 2
  return filled.map(([name, value]) => `  ${name.padEnd(width)}${oneLine(value)}`)
}
