import { createHash } from 'node:crypto'
import { savepointAtStart, type Trx } from '../db/transact.ts'
import { BadInput, type Failure, NotPermitted, type Problem, Refused } from '../errors.ts'
import { combinedFailure, onRollbackOf, problemOf, refusalOf, refusalWithoutOthers } from './batch.ts'
import { type LazyList, lazyList } from '../lazy-list.ts'
import type { RuleContext } from './permissions/actor.ts'

/** A mistake in a cell of a table, with a hint, as reported to people. */
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
  /** The row number in the sheet, from 1. */
  row: number
  /** The trimmed texts of the cells; computed on each access. */
  texts: Readonly<Record<Field, string>>
  /** Faults of cells that could not be read, such as `#N/A`; messages are worded to follow the name of the column. */
  faults: readonly { field: Field; code: string; message: string; hint: string }[]
  /** The cell of a field: `Key Times!B4`. */
  cellOf: (field: Field) => string
  headingOf: (field: Field) => string
  /** The fault of a row that sums the list up, which is told instead of all others; computed on each access. */
  readonly totalsFault?: TableRowAsWritten<Field>['faults'][number] | undefined
}

/** The rows of a file, for the rule that imports them. */
export interface RowsToImport<Row> {
  file: string
  /** The digest of the file's bytes. */
  digest: string
  rows: readonly Row[]
  /** The exact number of rows to change or add although they look slipped; undefined: none. */
  allowChanges?: number | undefined
  ctx: RuleContext
}

/** The rows of a file, for a rule that holds rows with mistakes back. */
export interface HoldableRows<Row> extends RowsToImport<Row> {
  /** The rows held back when the plan was made; set only where the rows come from a plan, which was reviewed. */
  planned?: PlannedHeldBack | undefined
}

/** The rows that were held back when a plan was made, and so are not in the plan. */
export interface PlannedHeldBack {
  count: number
  issues: readonly CellIssue[]
}

/** What is wrong with a field of a row. */
export interface FieldFault<Field extends string> {
  field: Field
  code: string
  /** The message, worded to follow the name of the column. */
  message: string
  /** A function where the hint takes a search, which is then made only when the fault is reported. */
  hint?: string | (() => string | undefined) | undefined
}

/** Collects the faults of a row, the first of each field: those of unreadable cells come before all others. */
export function faultsOfRow<Field extends string>(row: Pick<TableRowAsWritten<Field>, 'faults'>) {
  const faults: FieldFault<Field>[] = [...row.faults]
  return {
    faults,
    wrong: (field: Field, code: string, message: string, hint?: FieldFault<Field>['hint']) => {
      if (faults.every((fault) => fault.field !== field)) faults.push({ field, code, message, hint })
    },
  }
}

/** A row that is held back, with the number of its faults and a function that finds them again. */
export interface HeldBackRow<Field extends string> {
  row: TableRowAsWritten<Field>
  count: number
  faults: () => readonly FieldFault<Field>[]
}

/** A row without mistakes, and the values read from it. */
export interface ReadRow<Field extends string, Read> {
  row: TableRowAsWritten<Field>
  read: Read
}

/** The outcome of reading a row; with a fault, its values are there where they can be read all the same. */
export type RowRead<Field extends string, Read> =
  | { read: Read }
  | { faults: FieldFault<Field>[]; read?: Read }

/**
 * Reads all rows, and separates those to be held back.
 *
 * @returns also what was read of each row of the file, those held back included
 */
export function readEachRow<Field extends string, Read>(
  rows: readonly TableRowAsWritten<Field>[],
  readCells: (row: TableRowAsWritten<Field>) => RowRead<Field, Read>,
): { found: ReadRow<Field, Read>[]; heldBack: HeldBackRow<Field>[]; inFile: (Read | undefined)[] } {
  const found: ReadRow<Field, Read>[] = []
  const inFile: (Read | undefined)[] = []
  const heldBack: HeldBackRow<Field>[] = []
  const read = (row: TableRowAsWritten<Field>) => {
    const outcome = readCells(row)
    const total = 'faults' in outcome ? row.totalsFault : undefined
    return total === undefined ? outcome : { faults: [total] }
  }
  const faultsOf = (row: TableRowAsWritten<Field>) => {
    const outcome = read(row)
    return 'faults' in outcome ? outcome.faults : []
  }
  for (const row of rows) {
    const outcome = read(row)
    inFile.push(outcome.read)
    if ('faults' in outcome) heldBack.push({ row, count: outcome.faults.length, faults: () => faultsOf(row) })
    else found.push({ row, read: outcome.read })
  }
  return { found, heldBack, inFile }
}

/** The mistakes of a table; only the rows are kept in memory, and the messages are made during iteration. */
export type CellIssues = LazyList<CellIssue>

/** The issues of the rows held back, in the order of the sheet; those recorded in the plan come first. */
export function issuesOf<Field extends string>(
  heldBack: readonly HeldBackRow<Field>[],
  planned?: PlannedHeldBack,
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
  return lazyList(
    rows.reduce((sum, { count }) => sum + count, before.length),
    inOrder,
  )
}

function inOrderOfSheet(one: { row: { row: number } }, other: { row: { row: number } }): number {
  return one.row.row - other.row.row
}

/** A saved value that a cell changes. */
export interface CellChange {
  cell: string
  row: number
  column: string
  /** The row of the store that has the value: `Egypt, AM`. */
  what: string
  /** The saved value, and the new one below; null: no value. */
  from: string | null
  to: string | null
}

export type CellChanges = LazyList<CellChange>

/** A changed value, in the compact form that is kept in memory. */
export interface ChangedField<Field extends string> {
  row: TableRowAsWritten<Field>
  field: Field
  what: () => string
  from: string | null
  to: string | null
}

/** The saved values that change, in the order of the sheet. */
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
  return lazyList(sorted.length, inOrder)
}

/**
 * Refuses an --allow-changes that is not the exact number of rows that look slipped and change or add something. Other changes are not counted: they are
 * saved while the slipped ones are held back, and the number must be right before and after.
 *
 * @throws `change-limit`
 */
export function checkChanges(total: number, allowed: number): void {
  if (allowed === total) return
  throw new Refused(
    'change-limit',
    `--allow-changes ${allowed} is not right: ${total || 'no'} rows look as if a column had slipped; nothing was changed.`,
    {
      hint:
        total === 0
          ? 'Leave out --allow-changes.'
          : `Look at the values, old and new, with --dry-run. If all of it is meant: --allow-changes ${total}`,
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
  /** Returns the failures of the row's cells; `rule` runs only for rows without any. */
  check: (row: Row) => Promise<Failure[]>
  rule: (row: Row) => Promise<Result>
  cellOf: (row: Row, failure: Failure) => string
}

/** Runs a rule for each row of a table, all or none; a refusal names every unusable row by its cell. */
export async function forEachRow<Row, Result>(
  trx: Trx,
  rows: readonly Row[],
  { check, rule, cellOf }: RowRule<Row, Result>,
): Promise<Result[]> {
  const before = await savepointAtStart(trx)
  const results: Result[] = []
  const refused: { row: Row; reported: readonly ReportedFailure[]; byRule: boolean }[] = []
  const reportedFor = (row: Row, failure: Failure) =>
    reportedFailure({ target: cellOf(row, failure), failure })
  for (const row of rows) {
    const checkFailures = await check(row)
    const failure =
      checkFailures.length === 0 ? await refusalOf(async () => results.push(await rule(row))) : undefined
    const failures = failure ? [failure] : checkFailures
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
    // A refused row is tried again alone, in case other rows caused the refusal; needless if no other row was changed.
    const again =
      byRule && results.length > 0 ? await refusalWithoutOthers(before, () => rule(row)) : undefined
    all.push(again ? reportedFor(row, again) : first, ...others)
  }
  const failures = all.flatMap(({ problem: { target }, failure }) => (failure ? [{ target, failure }] : []))
  if (failures.length === all.length && failures.every(({ failure }) => failure instanceof NotPermitted))
    throw combinedFailure(failures, rows.length)
  const problems = all.map(({ problem }) => problem)
  throw badRows(problems, { cells: problems.length, onRollback: onRollbackOf(failures) })
}

/** A failure without its stack trace, which would take too much memory for a hundred thousand failures. */
interface ReportedFailure {
  problem: Problem
  /** The failure itself, only where more than its message is needed. */
  failure: Failure | undefined
}

function reportedFailure({ target, failure }: { target: string; failure: Failure }): ReportedFailure {
  const isNeeded = failure instanceof NotPermitted || failure.rollback.onRollback !== undefined
  return { problem: problemOf({ target, failure }), failure: isNeeded ? failure : undefined }
}

/** The refusal of a file, with each problem by cell. @param cells how many cells the problems concern */
export function badRows(
  problems: LazyList<Problem>,
  { cells, onRollback }: { cells: number; onRollback?: ((trx: Trx) => Promise<void>) | undefined },
): BadInput {
  const count = cells === 1 ? 'One cell stands' : `${cells} cells stand`
  return new BadInput('bad-rows', `${count} in the way; nothing was changed.`, {
    hint: 'Correct the file, and give it to the same command again.',
    details: { problems },
    onRollback,
  })
}

/** A digest of saved rows, to detect that they have changed since a plan was made. */
export function digestOfRows(rows: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex')
}

/** How many rows were read, accepted and held back. */
export interface RowCounts {
  read: number
  accepted: number
  heldBack: number
}

export function rowCounts(
  rows: readonly unknown[],
  heldBack: readonly unknown[],
  planned?: PlannedHeldBack,
): RowCounts {
  const before = planned?.count ?? 0
  return {
    read: rows.length + before,
    accepted: rows.length - heldBack.length,
    heldBack: heldBack.length + before,
  }
}
