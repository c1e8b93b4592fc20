import type { SheetRow } from '../workbook/sheet-rows.ts'
import { totalsRow, totalsRowCode } from '../workbook/totals-row.ts'
import type { CentreField } from './columns.ts'
import type { Fault, RowWithIssues } from './issues.ts'

/** The fault of a row below a list of centres that sums it up; undefined for every other row. */
export function totalsFault(
  row: SheetRow,
  columns: ReadonlyMap<string, number>,
): { field: CentreField; fault: Fault } | undefined {
  const found = totalsRow(row, 'no centre')
  if (found === undefined) return undefined
  const at = (field: CentreField) => row.cells[columns.get(field) ?? -1]?.trim() === found.total
  const field = (['number', 'name'] as const).find(at)
  const value = field === undefined ? '' : found.total
  return { field: field ?? 'number', fault: { value, ...found.faultIn(value) } }
}

/** Whether a row was held back as a total: nothing else is said of it. */
export function isTotalsRow({ issues }: RowWithIssues): boolean {
  return issues?.some(({ fault }) => fault.code === totalsRowCode) === true
}
