import type { Table } from '../workbook/headings.ts'
import type { SheetRow } from '../workbook/read.ts'

/** A column of small numbers close together: it counts rows, unless one of them is a saved centre's number. */
export interface RowCounter {
  heading: string
  numbers: ReadonlySet<number>
  /** The column beside it whose values look like numbers of centres. */
  other: string | undefined
}

const maxBegin = 1000
const maxShare = 1.5
const fewest = 3
const smallNumber = /^(?:0|[1-9]\d{0,6})$/
const likeCentreNumber = /^(?:[A-Z]{2}\d{3,4}|\d{5})[A-Z]?$/i

/** Watches the rows of a table for numbers that only count them. */
export function watchRowCounter() {
  const fromOne = watchCountFromOne()
  const numbers = new Set<number>()
  const likely = new Map<string, number>()
  let first: { table: Table; column: number; unknown: { heading: string; column: number }[] } | undefined
  let seen = 0
  let others = 0
  return {
    see({ cells }: SheetRow, table: Table) {
      fromOne.see(cells[table.columns.get('number') ?? -1]?.trim() ?? '')
      first ??= {
        table,
        column: table.columns.get('number') ?? -1,
        unknown: table.headings.flatMap((heading, column) =>
          table.unknown.includes(heading) ? [{ heading, column }] : [],
        ),
      }
      if (table !== first.table) return
      const text = cells[first.column]?.trim() ?? ''
      if (text === '') return
      if (!smallNumber.test(text)) {
        others += 1
        return
      }
      seen += 1
      numbers.add(Number(text))
      for (const { heading, column } of first.unknown) {
        if (likeCentreNumber.test(cells[column]?.trim() ?? ''))
          likely.set(heading, (likely.get(heading) ?? 0) + 1)
      }
    },
    /** Whether they begin at 1 and go up by one, again or not: such a column numbers no centre, whatever is saved. */
    countsFromOne: fromOne.counts,
    /** With gaps, in any order, from anywhere. */
    found(): RowCounter | undefined {
      if (first === undefined || seen === 0 || others > seen / 10) return undefined
      let min = Number.POSITIVE_INFINITY
      let max = 0
      for (const number of numbers) {
        min = Math.min(min, number)
        max = Math.max(max, number)
      }
      if (min >= maxBegin || max - min + 1 > numbers.size * maxShare) return undefined
      const other = [...likely].find(([, count]) => count > seen / 2)?.[0]
      if (numbers.size < fewest && other === undefined) return undefined
      return { heading: first.table.headings[first.column] ?? '', numbers, other }
    },
  }
}

function watchCountFromOne() {
  let last = 0
  let seen = 0
  let broken = false
  return {
    see(text: string) {
      if (broken || text === '') return
      const value = /^\d{1,7}$/.test(text) ? Number(text) : 0
      broken = value !== last + 1 && !(value === 1 && seen > 0)
      last = value
      seen += 1
    },
    counts: () => !broken && seen >= 3,
  }
}
