import { firstFew, formatNumber } from '../format-number.ts'
import {
  type Group,
  mergeGroups,
  type Merged,
  type NewResult,
  mergeOutcome,
} from '../db/progression-tests/import.ts'
import { addTo } from '../db/rows.ts'
import type { Trx } from '../db/transact.ts'
import { centresOfUsers } from '../db/users/users.ts'
import type { BadInput, Problem } from '../errors.ts'
import { permit } from './permissions/decide.ts'
import { shellWord } from '../shell-word.ts'
import { appendAudit } from './audit/append.ts'
import { dayHint, isPlausibleDate } from './dates-and-times.ts'
import {
  badRows,
  type CellChanges,
  type ChangedField,
  changesOf,
  checkChanges,
  type RowsToImport,
  type TableRowAsWritten,
} from './table-rows.ts'
import { type Comparison, countChanged, slippedCells, slippedFault } from './slipped-columns.ts'
import { findSite, progressionTestSites } from './roles/catalogue.ts'
import { readAddress } from './users/email.ts'

export interface ImportedResults extends Merged {
  file: string
  rows: number
  /** Each saved mark that changes, old and new. */
  changes: CellChanges
}

/**
 * Imports learner groups, tests and results, all or none. The same rows again change nothing, a different mark is a
 * correction, and a blank mark leaves the saved mark as it is. @throws `bad-rows`
 */
export async function importProgressionTests(
  trx: Trx,
  { file, digest, rows, allowChanges, ctx }: RowsToImport<ResultRow>,
): Promise<ImportedResults> {
  permit(ctx, 'progression-tests.import', { name: file })
  const outcomes = rows.map(checkRow)
  const keys = new Set(outcomes.flatMap(({ teacherKey }) => teacherKey ?? []))
  const owners = await centresOfUsers(trx, [...keys])
  const groups = new Map<string, Group>()
  const rowsOfNoOwner = new Map<string, ResultRow[]>()
  const refused: (ResultRow | Problem)[] = []
  let cells = 0
  for (const { row, read, wrongCells, teacherKey } of outcomes) {
    const owner = teacherKey === undefined ? undefined : owners.get(teacherKey)
    const isUsable = owner !== undefined && owner.centreId !== null
    if (teacherKey !== undefined && !isUsable) addTo(rowsOfNoOwner, teacherKey, row)
    const problem = read && isUsable ? addToGroup(groups, read, owner.id) : undefined
    if (wrongCells > 0) refused.push(row)
    else if (problem) refused.push(problem)
    cells += problem ? 1 : wrongCells
  }
  if (cells + rowsOfNoOwner.size > 0) throw rowsRefusal({ refused, cells, rowsOfNoOwner, owners })

  const merged = await mergeGroups(trx, [...groups.values()])
  const results = outcomes.flatMap(({ read }) => read ?? [])
  const corrected = results.filter((one) => mergeOutcome(one) === 'corrected')
  refuseSlipped(results, { allowChanges })
  const counts = { rows: rows.length, ...merged }
  if (merged.results.created + merged.results.corrected > 0) {
    await appendAudit(trx, {
      ...ctx,
      action: 'progression-tests.imported',
      subject: file,
      facts: { digest, ...counts },
    })
  }
  return { file, ...counts, changes: changesOf(corrected.map(changedMark)) }
}

/** The columns that say whose mark it is, of which test. */
const resultKeys = ['teacher', 'site', 'group', 'subject', 'test', 'takenOn', 'learner'] as const

type ResultKey = (typeof resultKeys)[number]
type ResultCells = Readonly<Record<ResultKey, string>>

interface ResultInFile extends Pick<ReadResult, 'mark' | 'saved'> {
  /** Made when they are needed, which is hardly ever. */
  cells: () => ResultCells
}

/** Compares marks with those saved for the rows of the file; no others are known. */
function comparisonOf(results: readonly ReadResult[]): Comparison<ResultField, ResultInFile, ResultKey> {
  const rows = results.map((one): ResultInFile => {
    const { teacherKey: teacher, site, takenOn, row, mark } = one
    const cells = () => ({ ...row.texts, teacher, site, takenOn })
    return { mark, saved: (one.repeats ?? one).saved, cells }
  })
  const keyOfCells = (cells: ResultCells) => keyOf(...resultKeys.map((field) => cells[field]))
  let saved: ReadonlyMap<string, ResultInFile['saved']> | undefined
  const savedMarks = () => (saved ??= new Map(rows.map((one) => [keyOfCells(one.cells()), one.saved])))
  const compare = ({ mark, saved: before }: ResultInFile) => {
    if (mark === null || before === null) return undefined
    return { saved: before === undefined ? before : String(before), now: String(mark) }
  }
  return {
    rows,
    compare,
    valueColumns: [{ field: 'mark', compare }],
    keyColumns: resultKeys.map((field) => [field] as const),
    cellsOf: ({ cells }) => cells(),
    withCells: ({ mark }, cells) => {
      const key = keyOfCells(cells)
      return savedMarks().has(key) ? { mark, saved: savedMarks().get(key), cells: () => cells } : undefined
    },
    keyOf: ({ cells }) => keyOfCells(cells()),
  }
}

/**
 * Refuses marks that look as if they, or what says whose they are, had slipped by a row, unless they are allowed.
 *
 * @throws `bad-rows` or `change-limit`
 */
function refuseSlipped(
  results: readonly ReadResult[],
  { allowChanges }: { allowChanges: number | undefined },
): void {
  const table = comparisonOf(results)
  const slipped = slippedCells(table)
  const total = countChanged(table, slipped.keys())
  if (allowChanges !== undefined) checkChanges(total, allowChanges)
  if (slipped.size === 0 || allowChanges !== undefined) return
  const rows = results.map(({ row }) => row)
  function* problems(): Generator<Problem> {
    for (const [at, row] of rows.entries()) {
      const cell = slipped.get(at)
      if (cell === undefined) continue
      const { field, message, ...fault } = slippedFault({ rows, at, cell, total })
      yield { ...fault, target: row.cellOf(field), message: `The ${names[field]} ${message}.` }
    }
  }
  throw badRows({ length: slipped.size, [Symbol.iterator]: problems }, { cells: slipped.size })
}

function changedMark({ row, mark, saved, takenOn }: ReadResult): ChangedField<ResultField> {
  const describe = () => {
    const { teacher, group, subject, test, learner } = row.texts
    return [teacher, group, subject, test, takenOn, learner].join(', ')
  }
  return { row, field: 'mark', what: describe, from: describeMark(saved ?? null), to: describeMark(mark) }
}

function describeMark(mark: number | null): string | null {
  return mark === null ? null : String(mark)
}

/** Checks a row. Only the number of problems is kept; `problemsOf` makes them again when they are reported. */
function checkRow(row: ResultRow) {
  const outcome = readResult(row)
  if ('read' in outcome)
    return { row, read: outcome.read, wrongCells: 0, teacherKey: outcome.read.teacherKey }
  return { row, read: undefined, wrongCells: outcome.problems.length, teacherKey: outcome.teacherKey }
}

interface RefusedRows {
  refused: readonly (ResultRow | Problem)[]
  /** The number of wrong cells, apart from those of rows without an owner. */
  cells: number
  rowsOfNoOwner: ReadonlyMap<string, readonly ResultRow[]>
  owners: ReadonlyMap<string, unknown>
}

/** The refusal with every problem by cell; hundreds of thousands are possible, so each is made when reported. */
function rowsRefusal({ refused, cells, rowsOfNoOwner, owners }: RefusedRows): BadInput {
  function* problems(): Generator<Problem> {
    for (const [key, rows] of rowsOfNoOwner) yield problemWithoutOwner(rows, { isKnown: owners.has(key) })
    for (const one of refused) {
      if ('target' in one) yield one
      else yield* problemsOf(one)
    }
  }
  const rowsWithoutOwner = [...rowsOfNoOwner.values()].reduce((sum, rows) => sum + rows.length, 0)
  const length = cells + rowsOfNoOwner.size
  return badRows({ length, [Symbol.iterator]: problems }, { cells: cells + rowsWithoutOwner })
}

function problemsOf(row: ResultRow): readonly Problem[] {
  const outcome = readResult(row)
  return 'problems' in outcome ? outcome.problems : []
}

const maxCellsNamed = 5

/** One problem for all rows of an address without an account, or without a centre, which transferring data needs. */
function problemWithoutOwner(rows: readonly ResultRow[], { isKnown }: { isKnown: boolean }): Problem {
  const cells = rows.map((row) => row.cellOf('teacher'))
  const [target = ''] = cells
  const where =
    cells.length === 1
      ? ''
      : `, in ${formatNumber(cells.length)} rows: ${firstFew(cells, { max: maxCellsNamed })}`
  const address = rows[0]?.texts.teacher ?? ''
  return {
    target,
    code: isKnown ? 'no-centre' : 'user-not-found',
    message: isKnown
      ? `${address} belongs to no centre${where}.`
      : `Nobody has the address ${address}${where}.`,
    hint: `ssh-admin users add ${shellWord(`Name <${address}>`)} --centre CENTRE`,
    ...(cells.length === 1 ? {} : { cells }),
  }
}

/** Adds a row to its learner group and test. @returns a problem if it contradicts an earlier row */
function addToGroup(groups: Map<string, Group>, read: ReadResult, ownerId: number): Problem | undefined {
  const { row, site, takenOn } = read
  const { group: name, stage, subject, test: title, learner } = row.texts
  const group = getOrInsert(groups, keyOf(String(ownerId), site, name), () => {
    return { ownerId, site, name, stage, tests: new Map() }
  })
  if (group.stage !== stage) {
    const message = `The learner group ${name} has stage ${group.stage || 'none'} in another row.`
    return { target: row.cellOf('stage'), code: 'rows-differ', message }
  }
  const test = getOrInsert(group.tests, keyOf(subject, title, takenOn), () => {
    return { subject, title, takenOn, results: new Map() }
  })
  const before = test.results.get(learner)
  if (before === undefined) test.results.set(learner, read)
  else if (before.mark === read.mark && before.isBlank === read.isBlank) read.repeats = before
  else {
    const message = `${learner} has ${before.isBlank ? 'no mark' : `the mark ${before.mark ?? 'none'}`} in another row of the same test.`
    return { target: row.cellOf('mark'), code: 'rows-differ', message }
  }
  return undefined
}

function getOrInsert<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const existing = map.get(key)
  if (existing !== undefined) return existing
  const created = create()
  map.set(key, created)
  return created
}

export type ResultField =
  | 'teacher'
  | 'site'
  | 'group'
  | 'stage'
  | 'subject'
  | 'test'
  | 'takenOn'
  | 'learner'
  | 'mark'

export type ResultRow = TableRowAsWritten<ResultField>

/** A row without mistakes of its own. */
interface ReadResult extends NewResult {
  row: ResultRow
  teacherKey: string
  site: (typeof progressionTestSites)[number]
  takenOn: string
  /** The earlier row that says the same; only there the saved mark is set. */
  repeats?: ReadResult
}

interface Unreadable {
  problems: Problem[]
  /** The key of the teacher's address, where the address can be read. */
  teacherKey: string | undefined
}

/** Reads one row, or returns the problems of its cells; of a row that sums the list up only that. */
function readResult(row: ResultRow): { read: ReadResult } | Unreadable {
  const outcome = readCells(row)
  const total = 'problems' in outcome ? row.totalsFault : undefined
  if (total === undefined) return outcome
  const { field, code, message, hint } = total
  const problem = { target: row.cellOf(field), code, message: `The cell ${message}.`, hint }
  return { problems: [problem], teacherKey: undefined }
}

function readCells(row: ResultRow): { read: ReadResult } | Unreadable {
  const { texts, faults } = row
  const address = readAddress(texts.teacher)
  const site = progressionTestSites.find((name) => name === findSite(texts.site))
  const mark = readMark(texts.mark)
  const problems: Problem[] = []
  const addFault = (field: ResultField, code: string, message: string, hint?: string) =>
    problems.push({ target: row.cellOf(field), code, message, ...(hint === undefined ? {} : { hint }) })
  for (const { field, code, message, hint } of faults)
    problems.push({ target: row.cellOf(field), code, message: `The cell ${message}.`, hint })
  if (problems.length > 0) return { problems, teacherKey: undefined }
  if (!('key' in address))
    addFault('teacher', 'invalid-email', `The address ${address.problem}.`, address.hint)
  if (!site) addFault('site', 'unknown-site', `The site is one of ${progressionTestSites.join(', ')}.`)
  for (const field of ['group', 'subject', 'test', 'learner'] as const) {
    if (texts[field] === '') addFault(field, 'missing-value', `The ${names[field]} is missing.`)
  }
  if (!isPlausibleDate(texts.takenOn)) {
    const message = `${texts.takenOn || 'Nothing'} is not a date: write 2026-03-02.`
    addFault('takenOn', 'invalid-date', message, dayHint(texts.takenOn))
  }
  if (mark === undefined)
    addFault(
      'mark',
      'invalid-mark',
      `${texts.mark} is not a mark: a number, nothing, or none to take one away.`,
      markHint(texts.mark),
    )
  if (problems.length > 0 || !('key' in address) || !site || mark === undefined) {
    return { problems, teacherKey: 'key' in address ? address.key : undefined }
  }
  const isBlank = texts.mark === ''
  return { read: { row, teacherKey: address.key, site, takenOn: texts.takenOn, mark, isBlank } }
}

const names: Readonly<Record<ResultField, string>> = {
  teacher: 'address',
  site: 'site',
  group: 'learner group',
  stage: 'stage',
  subject: 'subject',
  test: 'test',
  takenOn: 'day',
  learner: 'learner',
  mark: 'mark',
}

/** Null for a blank cell, and for `none`, which removes a saved mark; undefined where the text is no number. */
function readMark(text: string): number | null | undefined {
  if (text === '' || text.toLowerCase() === 'none') return null
  return /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined
}

/** A hint for a decimal comma or a percentage. 87% is refused, because the full mark is not known. */
function markHint(text: string): string | undefined {
  const point = /^\d{1,6},\d{1,6}$/.test(text) ? text.replace(',', '.') : undefined
  if (point !== undefined) return `write it with a point: ${point}`
  return text.includes('%')
    ? 'write the mark as a number without %, and format the cells as numbers'
    : undefined
}

/** The identity of a learner group or a test. */
function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts)
}
