import * as z from 'zod'
import type { Session } from '../cli/session.ts'
import { flag, option, repeated } from '../cli/parameters.ts'
import { BadInput } from '../errors.ts'
import type { SheetAsWritten } from '../import/kept-cells.ts'
import type { CellIssues, TableRowAsWritten } from '../rules/table-rows.ts'
import { mapped } from '../render/pieces.ts'
import type { ColumnSpec } from '../workbook/headings.ts'
import { readTableFile, type TableFile, type TableRow } from './read-table.ts'

/** What every command takes that reads a table of which rows can be held back. */
export const tableOptions = {
  sheet: option('<name>', 'the sheet to read (default: the one that is open, or else the first)'),
  map: repeated(
    '<column=field>',
    "which column is which field, such as 'Nation=Country'",
    z.array(z.string()).default([]),
  ),
  strict: flag('any mistake: change nothing (exit code 6)'),
}

export interface RowsAsWritten<Field extends string> {
  file: string
  digest: string
  rows: TableRowAsWritten<Field>[]
  strict: boolean
  asWritten: () => SheetAsWritten
}

/** Reads the rows of a table; what is wrong in their cells is for the rule to say. */
export async function readRows<Field extends string>(
  { strict, ...wanted }: TableFile & { strict: boolean },
  columns: readonly (ColumnSpec & { field: Field })[],
  session: Session,
): Promise<RowsAsWritten<Field>> {
  const { cleanText } = await import('../workbook/cell.ts')
  const { file, digest, rows, asWritten } = await readTableFile(wanted, columns, session)
  const headings = new Map(columns.map(({ field, heading }) => [field, heading]))
  const headingOf = (field: Field) => headings.get(field) ?? field
  return {
    file,
    digest,
    strict,
    asWritten,
    rows: rows.map((row) => new RowAsWritten(row, { columns, headingOf, cleanText })),
  }
}

/** What the rows of a table share. */
interface ReadAlike<Field extends string> {
  columns: readonly { field: Field }[]
  headingOf: (field: Field) => string
  cleanText: (text: string) => string
}

/** Its texts and faults are found anew whenever they are asked for: a sheet may have one in every cell. */
class RowAsWritten<Field extends string> implements TableRowAsWritten<Field> {
  private readonly written: TableRow<Field>
  private readonly alike: ReadAlike<Field>

  constructor(written: TableRow<Field>, alike: ReadAlike<Field>) {
    this.written = written
    this.alike = alike
  }

  get row(): number {
    return this.written.number
  }

  get texts(): Record<Field, string> {
    const { columns, cleanText } = this.alike
    return textsOf(columns, (field) => cleanText(this.written.textOf(field)))
  }

  get faults() {
    return this.alike.columns.flatMap(({ field }) => {
      const fault = this.written.faultOf(field)
      return fault ? [{ field, ...fault }] : []
    })
  }

  cellOf(field: Field): string {
    return this.written.cellOf(field)
  }

  headingOf(field: Field): string {
    return this.alike.headingOf(field)
  }
}

export function textsOf<Field extends string>(
  columns: readonly { field: Field }[],
  textOf: (field: Field) => string,
): Record<Field, string> {
  const texts: Partial<Record<Field, string>> = {}
  for (const { field } of columns) texts[field] = textOf(field)
  if (isWhole(texts, columns)) return texts
  throw new Error('a column has no text')
}

function isWhole<Field extends string>(
  texts: Partial<Record<Field, string>>,
  columns: readonly { field: Field }[],
): texts is Record<Field, string> {
  return columns.every(({ field }) => texts[field] !== undefined)
}

/** With --strict a row that would be held back keeps all of them out. @throws `has-issues` */
export function refuseIssues(issues: CellIssues, { strict }: { strict: boolean }): void {
  if (!strict || issues.length === 0) return
  throw new BadInput(
    'has-issues',
    `${issues.length === 1 ? 'One cell has a mistake' : `${issues.length} cells have mistakes`}; nothing was changed.`,
    {
      hint: 'Correct them, or leave out --strict to hold their rows back.',
      details: {
        problems: mapped(issues, ({ cell, code, message, hint }) => ({
          target: cell,
          code,
          message,
          ...(hint === null ? {} : { hint }),
        })),
      },
    },
  )
}
