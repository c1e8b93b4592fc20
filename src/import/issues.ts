import { type LazyList, lazyList } from '../lazy-list.ts'
import type { CellIssue } from '../rules/table-rows.ts'
import { cellName } from '../workbook/cell.ts'
import { type CentreField, headingOf } from './columns.ts'

/** What is wrong, worded to follow the column's name. */
export interface Fault {
  value: string
  code: string
  message: LazyText
  hint?: LazyText
}

/** A text, or a function that makes the text from the value: of thousands of faults alike only the value is kept. */
type LazyText = string | ((value: string) => string)

/** A fault in a column of a row; the cell's name is added when the issue is reported. */
export interface RowIssue {
  field: CentreField
  fault: Fault
}

/** The properties of a row that tell where its issues stand. */
export interface RowWithIssues {
  readonly row: number
  /** The columns of the fields, for a row below headings in another order. */
  readonly columns: ReadonlyMap<string, number> | undefined
  /** Cells that could not be read, such as #N/A, by field. */
  faults: readonly RowIssue[] | undefined
  /** A row with an issue is held back. */
  issues: RowIssue[] | undefined
}

const maxInternedIssues = 1000

/** Returns the same object for equal issues: a sheet may have the same mistake in every cell. */
export function issueInterner(): (issue: RowIssue) => RowIssue {
  const interned = new Map<string, RowIssue>()
  return (issue) => {
    const { field, fault } = issue
    const key = `${field} ${fault.code} ${fault.value}`
    const existing = interned.get(key)
    if (existing && existing.fault.message === fault.message && existing.fault.hint === fault.hint)
      return existing
    if (!existing && interned.size < maxInternedIssues) interned.set(key, issue)
    return issue
  }
}

/** Adds an issue to a row; a row with an issue is held back. */
export function addIssue(row: RowWithIssues, issue: RowIssue): void {
  // A new list each time, because planning puts the row's former list back.
  row.issues = withIssue(row.issues, issue)
}

/** Appends without spare capacity: an array that grows by push keeps some, and there may be as many lists as rows. */
export function withIssue(issues: readonly RowIssue[] | undefined, issue: RowIssue): RowIssue[] {
  return issues === undefined ? [issue] : issues.concat(issue)
}

/** Holds a row back for a fault in one of its columns. */
export function holdBack(row: RowWithIssues, { field, ...fault }: Fault & { field: CentreField }): void {
  addIssue(row, { field, fault })
}

/** Whether there is an issue in that column already. */
export function hasIssueIn(issues: readonly RowIssue[] = [], field: CentreField): boolean {
  return issues.some((issue) => issue.field === field)
}

/**
 * Holds a row back for those of its cells in the given columns that could not be read.
 * @returns whether there are any
 */
export function holdBackFaults(row: RowWithIssues, fields: readonly CentreField[]): boolean {
  if (row.faults === undefined) return false
  const faulty = fields.flatMap((field) => row.faults?.find((issue) => issue.field === field) ?? [])
  for (const issue of faulty) addIssue(row, issue)
  return faulty.length > 0
}

/** The issues of the rows held back, in the order of the sheet; each is made when it is read, and not stored. */
export function issuesOf(
  heldBack: readonly RowWithIssues[],
  { sheet, columns }: { sheet: string; columns: ReadonlyMap<string, number> },
): LazyList<CellIssue> {
  // Only the issues of a row are kept: its cells would take up memory while the store is written.
  const rows = heldBack.map(({ row, columns: own, issues = [] }) => ({
    row,
    columns: own ?? columns,
    issues,
  }))
  const count = rows.reduce((sum, { issues }) => sum + issues.length, 0)
  return lazyList(count, function* () {
    for (const { row, columns, issues } of rows) {
      const cellIssues = issues.map((issue) => cellIssueOf(issue, { sheet, row, columns }))
      yield* cellIssues.length > 1 ? cellIssues.sort(compareByCell) : cellIssues
    }
  })
}

function cellIssueOf(
  { field, fault: { value, code, message, hint } }: RowIssue,
  { sheet, row, columns }: { sheet: string; row: number; columns: ReadonlyMap<string, number> },
): CellIssue {
  const column = columns.get(field) ?? columns.get('number') ?? 0
  return {
    cell: cellName(sheet, column, row),
    row,
    column: headingOf(field),
    value,
    code,
    message: `${headingOf(field)} ${resolveText(message, value)}`,
    hint: hint === undefined ? null : resolveText(hint, value),
  }
}

function resolveText(words: LazyText, value: string): string {
  return typeof words === 'string' ? words : words(value)
}

function compareByCell(one: CellIssue, other: CellIssue): number {
  return compareCodeUnits(one.cell, other.cell) || compareCodeUnits(one.code, other.code)
}

/** Compares two texts by their code units. */
export function compareCodeUnits(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
