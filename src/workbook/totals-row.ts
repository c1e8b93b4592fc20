import { cellsOf, type CellsOfRow } from './sheet-rows.ts'

/** The code of a fault that is told of a row instead of all others. */
export const totalsRowCode = 'totals-row'

const totalPattern =
  /^(?:grand\s+|sub-?\s?|in\s)?(?:totals?|totale|totaal|sums?|suma|somme|summe|gesamt(?:summe|zahl)?|insgesamt|zusammen|итого|合計|总计)(?:\s+(?:number\s+)?(?:of\s+)?[a-z]+)?\s*[:=–—-]?\s*[\d\s.,]*$/iu
const countPattern =
  /^[\d\s.,%]+(?:schools?|centres?|centers?|users?|teachers?|rows?|candidates?|entries|learners?)?$/i

/** A row below a list that sums it up: one cell says so, and the others hold numbers. */
export interface TotalsRow {
  /** The cell that says so. */
  total: string
  /** The fault, worded to follow the name of the column in which the word stands, or of one that is blank. */
  faultIn: (text: string) => { code: string; message: string; hint: string }
}

/** @param what what the row is not: `no centre`. @returns undefined for every row that is no total */
export function totalsRow(row: CellsOfRow, what: string): TotalsRow | undefined {
  const filled = cellsOf(row).flatMap((cell) =>
    cell === undefined || cell.trim() === '' ? [] : [cell.trim()],
  )
  const total = filled.find((cell) => totalPattern.test(cell))
  if (total === undefined || !filled.every((cell) => cell === total || countPattern.test(cell)))
    return undefined
  const shown = total.slice(0, maxShown)
  return {
    total,
    faultIn: (text) => ({
      code: totalsRowCode,
      message:
        text.trim() === total
          ? `is ${shown}: this row looks like a total, and ${what}`
          : `is missing: this row looks like a total (${shown})`,
      hint: 'Leave the row out.',
    }),
  }
}

const maxShown = 40
