/** Something wrong in a cell of a table, and what to do about it, as it is told. */
export interface CellIssue {
  cell: string
  row: number
  column: string
  value: string
  code: string
  message: string
  hint: string | null
}

/** A row of a table as it is written in the workbook. */
export interface TableRowAsWritten<Field extends string> {
  /** Of the sheet, from 1. */
  row: number
  /** Without blanks around them. */
  texts: Readonly<Record<Field, string>>
  /** Cells that could not be read, such as `#N/A`, worded to follow the name of their column. */
  faults: readonly { field: Field; code: string; message: string; hint: string }[]
  /** Where a field stands: `Key Times!B4`. */
  cellOf: (field: Field) => string
  headingOf: (field: Field) => string
}

interface Fault {
  code: string
  /** Worded to follow the name of the column. */
  message: string
  hint?: string
}

/** What is wrong with a field of a row, with its place. */
export function cellIssue<Field extends string>(
  { row, texts, cellOf, headingOf }: TableRowAsWritten<Field>,
  field: Field,
  { code, message, hint }: Fault,
): CellIssue {
  const column = headingOf(field)
  return {
    cell: cellOf(field),
    row,
    column,
    value: texts[field],
    code,
    message: `${column} ${message}`,
    hint: hint ?? null,
  }
}

/** Cells that could not be read at all. */
export function unreadableCells<Field extends string>(row: TableRowAsWritten<Field>): CellIssue[] {
  return row.faults.map(({ field, ...fault }) => cellIssue(row, field, fault))
}

/** How many rows there were, and what became of them. */
export interface RowCounts {
  read: number
  accepted: number
  heldBack: number
}

export function rowCounts(rows: readonly unknown[], issues: readonly CellIssue[]): RowCounts {
  const heldBack = new Set(issues.map(({ row }) => row)).size
  return { read: rows.length, accepted: rows.length - heldBack, heldBack }
}

export function inOrderOfRows(issues: readonly CellIssue[]): CellIssue[] {
  return [...issues].sort((one, other) => one.row - other.row || (one.cell < other.cell ? -1 : 1))
}
