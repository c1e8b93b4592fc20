import * as z from 'zod'
import { listOption, option } from '../cli/parameters.ts'
import { optional, wholeNumber } from '../cli/typed-values.ts'
import type { ColumnSpec } from '../workbook/headings.ts'

export interface TableFile {
  /** A path relative to the working directory, or `-` for standard input. */
  file: string
  sheet?: string | undefined
  /** The typed values of --map: `Column=field`. */
  map: readonly string[]
}

/** The options of every command that reads a table. @param example a sample of --map: `Exam series=Series` */
export function tableOptions(example: string) {
  return {
    sheet: option('<name>', 'the sheet to read (default: the one that is open, or else the first)'),
    map: listOption(
      '<column=field>',
      `which column is which field, such as '${example}'`,
      z.array(z.string()).default([]),
    ),
  }
}

/** The option of imports that change saved values. */
export const allowChangesOption = option(
  '<n>',
  'how many changed or new rows may go in although a column looks as if it had slipped',
  optional(wholeNumber('a whole number', { min: 0 })),
)

/** A column of a table, with the kind of its values. */
export interface TableColumn<Field extends string> extends ColumnSpec {
  field: Field
  /**
   * How texts are cleaned: an address only at its ends, because odd characters within must be refused; a code, a number
   * and a moment lose the marks that keep a spreadsheet from converting them. Absent: plain text.
   */
  valueKind?: 'address' | 'name' | 'code' | 'number' | 'moment'
}

/** Looks up the heading of a field. */
export function headingsOf<Field extends string>(
  columns: readonly TableColumn<Field>[],
): (field: Field) => string {
  const headings = new Map<Field, string>(columns.map(({ field, heading }) => [field, heading]))
  return (field) => headings.get(field) ?? field
}

export function textsOf<Field extends string>(
  columns: readonly TableColumn<Field>[],
  textOf: (column: TableColumn<Field>) => string,
): Record<Field, string> {
  const texts: Partial<Record<Field, string>> = {}
  for (const column of columns) texts[column.field] = textOf(column)
  if (hasAllFields(texts, columns)) return texts
  throw new Error('a column has no text')
}

function hasAllFields<Field extends string>(
  texts: Partial<Record<Field, string>>,
  columns: readonly { field: Field }[],
): texts is Record<Field, string> {
  return columns.every(({ field }) => texts[field] !== undefined)
}

/** Describes the columns of a table for `--help`. @param sample the command that writes a workbook with a guide */
export function columnsHelp(columns: readonly ColumnSpec[], sample: string): string {
  const named = (needed: boolean) =>
    columns
      .filter(({ required }) => (required ?? false) === needed)
      .map(({ heading }) => heading)
      .join(', ')
  return `
Columns, in any order; other usual names are understood, and --map says which column is which:
  needed:    ${named(true)}
  optional:  ${named(false) || 'none'}
  A workbook with all of them and a guide: ${sample}
`
}
