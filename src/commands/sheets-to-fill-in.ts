import { guideSheet } from '../import/sample.ts'
import type { ColumnSpec } from '../workbook/headings.ts'
import type { SheetToWrite } from '../workbook/sheet.ts'

/** What whoever fills in a column is told. */
export interface ColumnAdvice {
  /** Where that is not plain from the column: `no`, or when. */
  needed?: string
  what: string
  example: string
  width: number
  choices?: readonly string[]
}

interface Table<Field extends string> {
  name: string
  columns: readonly (ColumnSpec & { field: Field })[]
  guide: Readonly<Record<Field, ColumnAdvice>>
  /** How its rows are taken. */
  rules: readonly string[]
}

/** A workbook to fill in, and a guide to its columns. */
export function sheetsToFillIn<Field extends string>({
  name,
  columns,
  guide,
  rules,
}: Table<Field>): [SheetToWrite, SheetToWrite] {
  const empty = columns.map(({ field, heading }) => {
    const { width, what, choices = [] } = guide[field]
    return { heading, width, note: what, choices }
  })
  const explained = columns.map(({ field, heading, required }) => {
    const { needed = required ? 'yes' : 'no', what, example } = guide[field]
    return { heading, needed, what, example }
  })
  return [{ name, columns: empty, rows: [], print: { landscape: true } }, guideSheet(explained, rules)]
}
