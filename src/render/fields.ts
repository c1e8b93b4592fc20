import { oneLine } from './clean-text.ts'
import type { View } from './table.ts'
import { relativeTime } from './text.ts'

export type Cell = string | number | null

/** A fact that a list has about each of its rows: a column, a key to sort by, a word of `--fields`. */
export interface Field<Row> {
  heading: string
  /** The value for a pipe: ISO times, no abbreviation. */
  value: (row: Row) => Cell
  /** The value for a person, where it differs. */
  shown?: (row: Row, view: View) => Cell
  /** The key to sort by, where it is more than the value. */
  sortKey?: (row: Row) => Cell
}

export function field<Row>(
  heading: string,
  value: Field<Row>['value'],
  shown?: Field<Row>['shown'],
): Field<Row> {
  return { heading, value, shown }
}

/** A past moment: ISO in a pipe, how long ago for a person. @param none the text for a person where the moment is null */
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

/** A moment that somebody has set: ISO in a pipe, the time in UTC for a person. */
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

/** The facts of one thing at a terminal: names beneath each other, values beside them; empty values are left out. */
export function factLines(facts: readonly Fact[]): string[] {
  const filled = facts.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(...filled.map(([name]) => name.length)) + 2
  return filled.map(([name, value]) => `  ${name.padEnd(width)}${oneLine(value)}`)
}
