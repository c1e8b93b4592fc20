import { createHash } from 'node:crypto'
import { beforeAll, type Trx } from '../db/transact.ts'
import { isDate } from '../plain-time.ts'
import { BadInput, type Failure, NotPermitted, type Problem, Refused } from '../errors.ts'
import { collected, onRollbackOf, problemOf, refusalOf, refusedAlone } from './batch.ts'
import type { RuleContext } from './permissions/actor.ts'

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
  /** How many saved values it may change, whether or not they look as if they slipped; absent: any, if they do not. */
  allowChanges?: number | undefined
  ctx: RuleContext
}

/** The same of rows that may be held back. */
export interface RowsToSift<Row> extends RowsToImport<Row> {
  /** Those of the file that were held back when it was planned; what is in the plan was looked at then. */
  planned?: HeldBackBefore | undefined
}

/** Whether saved values may change only where they do not look as if they had slipped. */
export function looksForSlips({
  allowChanges,
  planned,
}: Pick<RowsToSift<unknown>, 'allowChanges' | 'planned'>): boolean {
  return allowChanges === undefined && planned === undefined
}

/** The rows that were held back when a plan was made, which are not in it. */
export interface HeldBackBefore {
  count: number
  issues: readonly CellIssue[]
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

/** A row without a mistake, and what it says. */
export interface ReadRow<Field extends string, Read> {
  row: TableRowAsWritten<Field>
  read: Read
}

/** Parts the rows that can be read from those that are held back. */
export function readEachRow<Field extends string, Read>(
  rows: readonly TableRowAsWritten<Field>[],
  read: (row: TableRowAsWritten<Field>) => { read: Read } | { faults: FieldFault<Field>[] },
): { found: ReadRow<Field, Read>[]; heldBack: HeldBackRow<Field>[] } {
  const found: ReadRow<Field, Read>[] = []
  const heldBack: HeldBackRow<Field>[] = []
  const faultsOf = (row: TableRowAsWritten<Field>) => {
    const outcome = read(row)
    return 'faults' in outcome ? outcome.faults : []
  }
  for (const row of rows) {
    const outcome = read(row)
    if ('faults' in outcome) heldBack.push({ row, count: outcome.faults.length, faults: () => faultsOf(row) })
    else found.push({ row, read: outcome.read })
  }
  return { found, heldBack }
}

/** Of a table with hundreds of thousands of rows, each item is made anew when it is told. */
type MadeWhenTold<Item> = Iterable<Item> & { readonly length: number; toJSON: () => Item[] }

function madeWhenTold<Item>(length: number, items: () => Generator<Item>): MadeWhenTold<Item> {
  return { length, [Symbol.iterator]: items, toJSON: () => [...items()] }
}

/** Only the rows of the faults are kept. */
export type CellIssues = MadeWhenTold<CellIssue>

/** What is wrong with the rows held back, in the order of the sheet, after those of whoever made the plan. */
export function issuesOf<Field extends string>(
  heldBack: readonly HeldBackRow<Field>[],
  planned?: HeldBackBefore,
): CellIssues {
  const rows = heldBack.toSorted(inOrderOfSheet)
  const before = planned?.issues ?? []
  function* inOrder(): Generator<CellIssue> {
    yield* before
    for (const { row, faults } of rows) {
      const { texts } = row
      const issues = faults().map((fault) => issueOf({ row, texts }, fault))
      yield* issues.sort((one, other) => (one.cell < other.cell ? -1 : 1))
    }
  }
  return madeWhenTold(
    rows.reduce((sum, { count }) => sum + count, before.length),
    inOrder,
  )
}

function inOrderOfSheet(one: { row: { row: number } }, other: { row: { row: number } }): number {
  return one.row.row - other.row.row
}

/** A saved value that a cell makes another. */
export interface CellChange {
  cell: string
  row: number
  column: string
  /** Whose value it is: `Egypt, AM`. */
  what: string
  /** Null: none. */
  from: string | null
  to: string | null
}

export type CellChanges = MadeWhenTold<CellChange>

/** What is kept of a change. */
export interface ChangedField<Field extends string> {
  row: TableRowAsWritten<Field>
  field: Field
  what: () => string
  from: string | null
  to: string | null
}

/** Each saved value that becomes another, in the order of the sheet. */
export function changesOf<Field extends string>(changed: readonly ChangedField<Field>[]): CellChanges {
  const sorted = changed.toSorted(inOrderOfSheet)
  function* inOrder(): Generator<CellChange> {
    for (const { row, field, what, from, to } of sorted)
      yield {
        cell: row.cellOf(field),
        row: row.row,
        column: row.headingOf(field),
        what: what(),
        from,
        to,
      }
  }
  return madeWhenTold(sorted.length, inOrder)
}

/** An allowance, when given, must be right, whatever it was given for. @throws `change-limit` */
export function checkChanges(total: number, allowed: number | undefined): void {
  if (allowed === undefined || allowed === total) return
  const changes = total === 1 ? '1 saved value' : `${total} saved values`
  throw new Refused(
    'change-limit',
    `--allow-changes ${allowed} is not right: this would change ${changes}; nothing was changed.`,
    {
      hint: `Look at the values, old and new, with --dry-run. If all of it is meant: --allow-changes ${total}`,
      details: { total, allowed },
    },
  )
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

interface RowRule<Row, Result> {
  /** All that is wrong with the row's cells; the rule is for rows without. */
  check: (row: Row) => Promise<Failure[]>
  rule: (row: Row) => Promise<Result>
  cellOf: (row: Row, failure: Failure) => string
}

/** One rule for each row of a table, all or none: every row that cannot be used is named by its cell. */
export async function forEachRow<Row, Result>(
  trx: Trx,
  rows: readonly Row[],
  { check, rule, cellOf }: RowRule<Row, Result>,
): Promise<Result[]> {
  const before = await beforeAll(trx)
  const results: Result[] = []
  const refused: { row: Row; reported: readonly ReportedFailure[]; byRule: boolean }[] = []
  const reportedFor = (row: Row, failure: Failure) =>
    reportedFailure({ target: cellOf(row, failure), failure })
  for (const row of rows) {
    const wrong = await check(row)
    const failure =
      wrong.length === 0 ? await refusalOf(async () => results.push(await rule(row))) : undefined
    const failures = failure ? [failure] : wrong
    if (failures.length > 0)
      refused.push({
        row,
        reported: failures.map((one) => reportedFor(row, one)),
        byRule: failure !== undefined,
      })
  }
  if (refused.length === 0) {
    await before.release()
    return results
  }
  const all: ReportedFailure[] = []
  for (const {
    row,
    reported: [first, ...others],
    byRule,
  } of refused) {
    if (first === undefined) continue
    // Where nothing was done to any neighbour, nothing need be taken back.
    const again = byRule && results.length > 0 ? await refusedAlone(before, () => rule(row)) : undefined
    all.push(again ? reportedFor(row, again) : first, ...others)
  }
  const failures = all.flatMap(({ problem: { target }, failure }) => (failure ? [{ target, failure }] : []))
  if (failures.length === all.length && failures.every(({ failure }) => failure instanceof NotPermitted))
    throw collected(failures, rows.length)
  const problems = all.map(({ problem }) => problem)
  throw badRows(problems, { cells: problems.length, onRollback: onRollbackOf(failures) })
}

/** What is kept of a failure: of a hundred thousand, the place in the program where each was thrown would weigh. */
interface ReportedFailure {
  problem: Problem
  /** Only where more is needed of it than its words. */
  failure: Failure | undefined
}

function reportedFailure({ target, failure }: { target: string; failure: Failure }): ReportedFailure {
  const isNeeded = failure instanceof NotPermitted || failure.rollback.onRollback !== undefined
  return { problem: problemOf({ target, failure }), failure: isNeeded ? failure : undefined }
}

/** The file cannot be used: each of its problems, by cell; @param cells how many cells they are about */
export function badRows(
  problems: Iterable<Problem> & { readonly length: number },
  { cells, onRollback }: { cells: number; onRollback?: ((trx: Trx) => Promise<void>) | undefined },
): BadInput {
  const count = cells === 1 ? 'One cell stands' : `${cells} cells stand`
  return new BadInput('bad-rows', `${count} in the way; nothing was changed.`, {
    hint: 'Correct the file, and give it to the same command again.',
    details: { problems },
    onRollback,
  })
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

export function rowCounts(
  rows: readonly unknown[],
  heldBack: readonly unknown[],
  planned?: HeldBackBefore,
): RowCounts {
  const before = planned?.count ?? 0
  return {
    read: rows.length + before,
    accepted: rows.length - heldBack.length,
    heldBack: heldBack.length + before,
  }
}

const asText = 'format the column as text and type it again'

/** What to do about a cell that should name a series, where a spreadsheet made a day of it. */
export function seriesHint(text: string): string | undefined {
  const month = /^(20\d{2}-\d{2})-\d{2}/.exec(text)?.[1] ?? dayOf(text)?.slice(0, 7)
  if (month !== undefined) return `It is a date: ${asText}, as ${month} if that is meant.`
  const series = seriesOf(text)
  return series === undefined ? undefined : `Write the year first: ${series}.`
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** `06/2026`, `2026/6`, `June 2026`, `2026 June`, `Jun-26`. */
function seriesOf(text: string): string | undefined {
  const { month, year } =
    /^(?<month>[a-z]+|\d{1,2})\.?[\s/.-]+(?<year>20\d{2}|(?<=[a-z].*)\d{2})$/i.exec(text)?.groups ??
    /^(?<year>20\d{2})[\s/.-]+(?<month>[a-z]+|\d{1,2})$/i.exec(text)?.groups ??
    {}
  if (month === undefined || year === undefined) return undefined
  const number = /^\d/.test(month) ? Number(month) : months.indexOf(month.slice(0, 3).toLowerCase()) + 1
  if (number < 1 || number > 12) return undefined
  return `${year.padStart(4, '20')}-${String(number).padStart(2, '0')}`
}

/** The same of a time of day. */
export function timeHint(text: string): string | undefined {
  const time = /^\d{4}-\d{2}-\d{2}[T ](\d{2}:\d{2})/.exec(text)?.[1]
  if (time !== undefined) return `It is a time on a day: write ${time} alone, if that is meant.`
  if (/^24[:.]00/.test(text)) return 'A day ends with 23:59, and the next begins with 00:00.'
  // A number has lost the zero of 9.30 at its end.
  const [, hours = '', tens = ''] =
    /^(\d{1,2})(?:[.,h](\d{1,2}))?h?$/i.exec(text) ?? /^(\d{1,2})(\d{2})h?$/.exec(text) ?? []
  const written = `${hours.padStart(2, '0')}:${tens.padEnd(2, '0')}`
  if (hours !== '' && !/^0[.,]/.test(text) && written < '24' && tens.padEnd(2, '0') < '60')
    return `Write ${written}, if that is meant.`
  if (!/^0?[.,]\d+$/.test(text)) return undefined
  const minutes = Math.round(Number(text.replace(',', '.')) * 24 * 60)
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'))
  return `It is a part of a day: ${asText}, as ${hour}:${minute} if that is meant.`
}

/** The same of a day. */
export function dayHint(text: string): string | undefined {
  const plain = /^\d{4}-\d{2}-\d{2}(?=[T ])/.exec(text)?.[0]
  if (plain !== undefined) return `It is a time on a day: write ${plain} alone.`
  const [, year = '', month = '', inMonth = ''] =
    /^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? []
  const written = [year, month.padStart(2, '0'), inMonth.padStart(2, '0')].join('-')
  if (isDate(written)) return written === text ? undefined : `Write ${written}, if that is meant.`
  if (/^[34]\d{4}(\.\d+)?$/.test(text))
    return 'It is the number of a day in a spreadsheet: format the column as dates.'
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

/** A day of which a list may speak: 0026 and 1926 are slips for 2026, and would hold at once. */
export function isDayOfOurTime(text: string): boolean {
  return isDate(text) && text >= '1970'
}
