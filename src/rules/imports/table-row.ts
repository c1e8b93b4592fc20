import { createHash } from 'node:crypto'

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
  /** Without blanks around them; made anew whenever they are asked for. */
  texts: Readonly<Record<Field, string>>
  /** Cells that could not be read, such as `#N/A`, worded to follow the name of their column. */
  faults: readonly { field: Field; code: string; message: string; hint: string }[]
  /** Where a field stands: `Key Times!B4`. */
  cellOf: (field: Field) => string
  headingOf: (field: Field) => string
}

/** What is wrong with a field of a row. */
export interface FieldFault<Field extends string> {
  field: Field
  code: string
  /** Worded to follow the name of the column. */
  message: string
  /** Where it takes a search, it is made when it is told. */
  hint?: string | (() => string | undefined) | undefined
}

/** Gathers what is wrong with a row, one fault for each field: what could not be read at all is wrong first. */
export function faultsOfRow<Field extends string>(row: Pick<TableRowAsWritten<Field>, 'faults'>) {
  const faults: FieldFault<Field>[] = [...row.faults]
  return {
    faults,
    wrong: (field: Field, code: string, message: string, hint?: FieldFault<Field>['hint']) => {
      if (faults.every((fault) => fault.field !== field)) faults.push({ field, code, message, hint })
    },
  }
}

/** A row that is held back: how many faults it has, and how to find them again. */
export interface HeldBackRow<Field extends string> {
  row: TableRowAsWritten<Field>
  count: number
  faults: () => readonly FieldFault<Field>[]
}

/** Of a table with hundreds of thousands of faults only their rows are kept: each is found anew when it is told. */
export type CellIssues = Iterable<CellIssue> & { readonly length: number; toJSON: () => CellIssue[] }

/** What is wrong with the rows held back, in the order of the sheet. */
export function issuesOf<Field extends string>(heldBack: readonly HeldBackRow<Field>[]): CellIssues {
  const rows = heldBack.toSorted((one, other) => one.row.row - other.row.row)
  function* inOrder(): Generator<CellIssue> {
    for (const { row, faults } of rows) {
      const { texts } = row
      const issues = faults().map((fault) => issueOf({ row, texts }, fault))
      yield* issues.sort((one, other) => (one.cell < other.cell ? -1 : 1))
    }
  }
  return {
    length: rows.reduce((sum, { count }) => sum + count, 0),
    [Symbol.iterator]: inOrder,
    toJSON: () => [...inOrder()],
  }
}

function issueOf<Field extends string>(
  { row, texts }: { row: TableRowAsWritten<Field>; texts: TableRowAsWritten<Field>['texts'] },
  { field, code, message, hint }: FieldFault<Field>,
): CellIssue {
  const column = row.headingOf(field)
  return {
    cell: row.cellOf(field),
    row: row.row,
    column,
    value: texts[field],
    code,
    message: `${column} ${message}`,
    hint: (typeof hint === 'function' ? hint() : hint) ?? null,
  }
}

/** Of rows that were read of the store: what a plan was made from. */
export function digestOfRows(rows: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex')
}

/** How many rows there were, and what became of them. */
export interface RowCounts {
  read: number
  accepted: number
  heldBack: number
}

export function rowCounts(rows: readonly unknown[], heldBack: readonly unknown[]): RowCounts {
  return { read: rows.length, accepted: rows.length - heldBack.length, heldBack: heldBack.length }
}
