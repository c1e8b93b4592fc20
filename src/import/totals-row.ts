import { cellsOf, type SheetRow } from '../workbook/sheet-rows.ts'
import type { CentreField } from './columns.ts'
import type { Fault, RowWithIssues } from './issues.ts'

const code = 'totals-row'

const totalPattern =
  /^(?:grand\s+|sub-?\s?|in\s)?(?:totals?|totale|totaal|sums?|suma|somme|summe|gesamt(?:summe|zahl)?|insgesamt|zusammen|итого|合計|总计)(?:\s+(?:number\s+)?(?:of\s+)?[a-z]+)?\s*[:=–—-]?\s*[\d\s.,]*$/iu
const countPattern = /^[\d\s.,%]+(?:schools?|centres?|centers?|users?|teachers?|rows?)?$/i

/**
 * The fault of a row below a list that sums it up: one cell says so, and the others hold numbers. Undefined for every
 * other row.
 */
export function totalsFault(
  row: SheetRow,
  columns: ReadonlyMap<string, number>,
): { field: CentreField; fault: Fault } | undefined {
  const filled = cellsOf(row).flatMap((cell) =>
    cell === undefined || cell.trim() === '' ? [] : [cell.trim()],
  )
  const total = filled.find((cell) => totalPattern.test(cell))
  if (total === undefined || !filled.every((cell) => cell === total || countPattern.test(cell)))
    return undefined
  const at = (field: CentreField) => row.cells[columns.get(field) ?? -1]?.trim() === total
  const field = (['number', 'name'] as const).find(at)
  const message =
    field === undefined
      ? `is missing: this row looks like a total (${total.slice(0, maxShown)})`
      : `is ${total.slice(0, maxShown)}: this row looks like a total, and no centre`
  const hint = 'Leave the row out.'
  return { field: field ?? 'number', fault: { value: field === undefined ? '' : total, code, message, hint } }
}

const maxShown = 40

/** Whether a row was held back as a total: nothing else is said of it. */
export function isTotalsRow({ issues }: RowWithIssues): boolean {
  return issues?.some(({ fault }) => fault.code === code) === true
}
