import { createHash } from 'node:crypto'
import type { RuleContext } from './permissions/actor.ts'
import type { Closing } from './releases/what-closes.ts'

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

/** A file of rows, read, for the rule that brings them in. */
export interface RowsToImport<Row> {
  file: string
  /** Of the file's bytes. */
  digest: string
  rows: readonly Row[]
  ctx: RuleContext
}

/** What an import of entries or Key Times has done. */
export interface ImportedRows {
  file: string
  rows: RowCounts
  /** Of entries, or of Key Times. */
  counts: { created: number; changed: number; unchanged: number }
  issues: CellIssues
  /** For whom something closes by this that was open, and opens that was not. */
  closes: Closing[]
  opens: Closing[]
  /** Of what the rule read of the store, as it was before. */
  storeDigest: () => string
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

const asText = 'format the column as text and type it again'

/** What to do about a cell that should name a series, where a spreadsheet made a day of it. */
export function seriesHint(text: string): string | undefined {
  const month = /^(20\d{2}-\d{2})-\d{2}/.exec(text)?.[1] ?? dayOf(text)?.slice(0, 7)
  return month === undefined ? undefined : `It is a date: ${asText}, as ${month} if that is meant.`
}

/** The same of a time of day. */
export function timeHint(text: string): string | undefined {
  const time = /^\d{4}-\d{2}-\d{2}[T ](\d{2}:\d{2})/.exec(text)?.[1]
  if (time !== undefined) return `It is a time on a day: write ${time} alone, if that is meant.`
  if (/^24[:.]00/.test(text)) return 'A day ends with 23:59, and the next begins with 00:00.'
  if (!/^0?[.,]\d+$/.test(text)) return undefined
  const minutes = Math.round(Number(text.replace(',', '.')) * 24 * 60)
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'))
  return `It is a part of a day: ${asText}, as ${hour}:${minute} if that is meant.`
}

/** The same of a day. */
export function dayHint(text: string): string | undefined {
  const plain = /^\d{4}-\d{2}-\d{2}(?=[T ])/.exec(text)?.[0]
  if (plain !== undefined) return `It is a time on a day: write ${plain} alone.`
  if (!/^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}$/.test(text)) return undefined
  const day = dayOf(text)
  return day === undefined
    ? 'Write the year first, then the month: 2026-05-31.'
    : `Write the year first: ${day}.`
}

/** 31/05/2026 is one day; 05/06/2026 is two, and not guessed. */
export function dayOf(text: string): string | undefined {
  const [, first = '', second = '', year = ''] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text) ?? []
  const isDayFirst = Number(first) > 12
  if (year === '' || isDayFirst === Number(second) > 12) return undefined
  const [month, day] = isDayFirst ? [second, first] : [first, second]
  const written = [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-')
  return isDate(written) ? written : undefined
}

/** Whether a text is a day that there is: `2026-02-28`, and not `2026-02-30`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}
