import { resolve } from 'node:path'
import { answer } from '../cli/action.ts'
import { preparedMutation } from '../cli/define.ts'
import { checkOutputFile, type OutputFile, refuseSameFileTwice } from '../cli/output-file.ts'
import { argument, flag, option, type ValuesOf } from '../cli/parameters.ts'
import { refuseWithoutStore } from '../cli/mutation.ts'
import { openModeOf, type Session } from '../cli/session.ts'
import type { Trx } from '../db/transact.ts'
import { BadInput } from '../errors.ts'
import type { PlannedNoun, SavedRows } from '../import/plan-file.ts'
import { closingQuestion, comparableClosing, renderClosing } from '../render/closing.ts'
import { renderChanges, withChanges } from '../render/changes.ts'
import { issueFields, planSavedMessage } from '../render/import.ts'
import type { JsonOfChange } from '../render/json.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import type { Table } from '../workbook/headings.ts'
import type {
  CellIssues,
  HoldableRows,
  TableRowAsWritten,
  CellIssue,
  RowCounts,
} from '../rules/table-rows.ts'
import {
  checkIssuesFile,
  issuesOutOption,
  moveIssuesFileIntoPlace,
  prepareIssuesFile,
  problemsOfIssues,
} from './issues-file.ts'
import type { ReadTable, TableRow } from './read-table.ts'
import {
  allowChangesOption,
  columnsHelp,
  headingsOf,
  type TableColumn,
  tableOptions,
  textsOf,
} from './table-file.ts'
import { oneLine, tsvLine } from '../render/clean-text.ts'
import { type Pieces, piecesOfLines } from '../render/pieces.ts'
import { count, firstOfEachKind, changeMark } from '../render/text.ts'
import type { View } from '../render/table.ts'
import { wrapLine } from '../render/wrap.ts'
import type { ImportedRows } from '../rules/imports.ts'

/** What differs between the import of Key Times and that of entries. */
export interface RowsImport<Field extends string> {
  noun: PlannedNoun
  columns: readonly TableColumn<Field>[]
  importRows: (trx: Trx, rows: HoldableRows<TableRowAsWritten<Field>>) => Promise<ImportedRows>
  /** The name of the rows in a sentence: `Key Times`. */
  title: string
  json: (imported: ImportedRows) => JsonOfChange<'keyTimesImport' | 'entriesImport'>
}

const options = {
  ...tableOptions('Exam series=Series'),
  strict: flag('any mistake: change nothing (exit code 6)'),
  issuesOut: issuesOutOption,
  planOut: option('<file>', 'save the plan for apply, and change nothing'),
  allowChanges: allowChangesOption,
}

type ImportOptions = { file: string } & ValuesOf<typeof options>

interface Request<Field extends string> extends ReadTable<Field> {
  session: Session
  strict: boolean
  allowChanges: number | undefined
  issuesFile: OutputFile | undefined
}

interface CommandTexts {
  summary: string
  description: string
  example: string
}

export function importRowsCommand<Field extends string>(
  spec: RowsImport<Field>,
  { summary, description, example }: CommandTexts,
) {
  return preparedMutation({
    name: 'import',
    summary,
    description,
    args: { file: argument('the workbook (.xlsx or .csv), or - for stdin') },
    options,
    notes: columnsHelp(spec.columns, `ssh-admin ${spec.noun} sample`),
    examples: [example, `${example} --issues-out held-back.xlsx`],
    instead: (options, session) => {
      const { planOut } = options
      return planOut === undefined ? undefined : savePlan(spec, { ...options, planOut }, session)
    },
    prepare: (options, session) => prepareImport(spec, options, session),
    act: (trx, ctx, request) => importRowsOfRequest(spec, { trx, ctx, request }),
    output: ({ issuesFile }) => issuesFile,
    beforeCommit: async (result, { request, ctx }) => void (await prepareHeldBack(request, result, ctx.at)),
    afterCommit: async (result, { request: { session, issuesFile } }) => {
      if (issuesFile && result.rows.heldBack > 0) await moveIssuesFileIntoPlace(session, issuesFile)
      return result
    },
    confirm: confirmation(spec),
    render: (result, view) => renderImportedRows(result, spec, view),
    json: spec.json,
    exit: exitOf,
  })
}

export function applyRowsCommand<Field extends string>(
  spec: RowsImport<Field>,
  { summary, description, example }: CommandTexts,
) {
  return preparedMutation({
    name: 'apply',
    summary,
    description,
    args: { plan: argument('the saved plan') },
    examples: [`${example} --plan-out changes.plan`, `ssh-admin ${spec.noun} apply changes.plan`],
    prepare: async ({ plan }, { context }) => ({ path: resolve(context.cwd, plan) }),
    act: async (trx, ctx, { path }, store) => {
      const { readPlanOfRows, refuseChangedWorkbook, storeChanged } = await import('../import/plan-file.ts')
      const saved = readPlanOfRows(path, store.keys().plan, spec.noun)
      refuseChangedWorkbook(saved)
      const done = await spec.importRows(trx, {
        ...saved.source,
        rows: rowsOfPlan(spec, saved),
        planned: saved.heldBack,
        ctx,
      })
      if (done.storeDigest() !== saved.storeDigest) throw storeChanged(spec.noun)
      return done
    },
    confirm: confirmation(spec),
    render: (result, view) => renderImportedRows(result, spec, view),
    json: spec.json,
    exit: exitOf,
  })
}

function exitOf({ issues }: ImportedRows): number {
  return issues.length > 0 ? 8 : 0
}

function confirmation<Field extends string>({ title }: RowsImport<Field>) {
  return {
    question: (result: ImportedRows) =>
      withChanges(closingQuestion(result, `Change these ${title}`), result.changes),
    comparable: (result: ImportedRows) => [
      result.rows,
      result.counts,
      result.changes,
      comparableClosing(result),
    ],
  }
}

async function prepareImport<Field extends string>(
  { columns }: RowsImport<Field>,
  options: ImportOptions,
  session: Session,
): Promise<Request<Field>> {
  const { file, issuesOut, strict, allowChanges } = options
  const issuesFile = await checkIssuesFile(session, { file: issuesOut, input: file })
  const { readTableFile } = await import('./read-table.ts')
  return { ...(await readTableFile(options, columns, session)), session, strict, allowChanges, issuesFile }
}

async function importRowsOfRequest<Field extends string>(
  spec: RowsImport<Field>,
  { trx, ctx, request }: { trx: Trx; ctx: RuleContext; request: Request<Field> },
): Promise<ImportedRows> {
  const { file, digest, rows, strict, allowChanges } = request
  const result = await spec.importRows(trx, { file, digest, rows, allowChanges, ctx })
  refuseIssues(result.issues, { strict })
  if (request.session.common.dryRun) await prepareHeldBack(request, result, ctx.at)
  return result
}

/** Prepares the workbook of the rows held back. @returns the file, unless there is none to be moved into place */
async function prepareHeldBack<Field extends string>(
  { session, issuesFile, asWritten }: Request<Field>,
  { rows, issues }: ImportedRows,
  at: Date,
): Promise<OutputFile | undefined> {
  if (!issuesFile) return undefined
  return prepareIssuesFile(session, issuesFile, { sheet: asWritten(), issues, count: rows.heldBack, at })
}

/** Saves the plan for `apply`, and changes nothing in the store. @returns the exit code */
async function savePlan<Field extends string>(
  spec: RowsImport<Field>,
  options: ImportOptions & { planOut: string },
  session: Session,
): Promise<number> {
  const { serializePlan } = await import('../import/plan-file.ts')
  const { planOut, issuesOut, file } = options
  const { dryRun } = session.common
  refuseSameFileTwice(session, { '--issues-out': issuesOut, '--plan-out': planOut })
  const input = file === '-' ? undefined : file
  const output = await checkOutputFile(session, { kind: 'plan', file: planOut, flag: '--plan-out', input })
  const mode = openModeOf({ dryRun, createsStore: false })
  const request = await prepareImport(spec, options, session).catch(async (error: unknown) => {
    await refuseWithoutStore(error, session, mode)
    throw error
  })
  const store = await session.open(mode)
  try {
    const { at } = await session.ctx(store)
    const result = await session.rehearse(store, (trx, ctx) =>
      importRowsOfRequest(spec, { trx, ctx, request }),
    )
    if (!dryRun) {
      const path = input === undefined ? null : resolve(session.context.cwd, input)
      const saved = rowsToSave(spec, { request, result, path })
      await output.prepare(serializePlan({ saved, planKey: store.keys().plan }))
      const heldBack = await prepareHeldBack(request, result, at)
      await output.moveIntoPlace()
      if (heldBack) await moveIssuesFileIntoPlace(session, heldBack)
    }
    const answered = spec.json(result)
    const json = { ...answered, changed: false, plan: dryRun ? null : output.shown, dryRun }
    await answer(session, { text: renderImportedRows(result, spec, session.terminal.out), json })
    session.say(
      dryRun
        ? 'The plan was made, and not saved.'
        : planSavedMessage(output.shown, {
            apply: `ssh-admin ${spec.noun} apply`,
            changes: answered.changed,
          }),
    )
    return exitOf(result)
  } finally {
    output.discard()
    request.issuesFile?.discard()
    await store.close()
  }
}

function rowsToSave<Field extends string>(
  { noun, columns }: RowsImport<Field>,
  {
    request: { file, digest, rows },
    result: { rows: counted, issues, storeDigest },
    path,
  }: { request: Request<Field>; result: ImportedRows; path: string | null },
): SavedRows {
  const heldBack = new Set<number>()
  for (const { row } of issues) heldBack.add(row)
  const accepted = rows.filter(({ row }) => !heldBack.has(row))
  return {
    of: noun,
    source: { file, digest },
    path,
    rows: accepted.map(({ row, texts }) => ({ row, texts })),
    columns: columnsOfRows(accepted, columns),
    heldBack: { count: counted.heldBack, issues: [...issues] },
    storeDigest: storeDigest(),
  }
}

function columnsOfRows<Field extends string>(
  rows: readonly TableRow<Field>[],
  columns: readonly TableColumn<Field>[],
): SavedRows['columns'] {
  const saved: { fromRow: number; byField: Record<string, string> }[] = []
  let table: Table | undefined
  for (const row of rows) {
    if (row.table === table) continue
    table = row.table
    const byField = textsOf(columns, ({ field }) => row.cellOf(field).slice(0, -String(row.row).length))
    saved.push({ fromRow: row.row, byField })
  }
  return saved
}

function rowsOfPlan<Field extends string>(
  { columns }: RowsImport<Field>,
  saved: SavedRows,
): TableRowAsWritten<Field>[] {
  const headingOf = headingsOf(columns)
  return saved.rows.map(({ row, texts }) => ({
    row,
    texts: textsOf(columns, ({ field }) => texts[field] ?? ''),
    faults: [],
    cellOf: (field) =>
      `${saved.columns.findLast(({ fromRow }) => fromRow <= row)?.byField[field] ?? ''}${row}`,
    headingOf,
  }))
}

/** With --strict, a single row with a mistake refuses the whole import. @throws `has-issues` */
function refuseIssues(issues: CellIssues, { strict }: { strict: boolean }): void {
  if (!strict || issues.length === 0) return
  throw new BadInput(
    'has-issues',
    `${issues.length === 1 ? 'One cell has a mistake' : `${issues.length} cells have mistakes`}; nothing was changed.`,
    {
      hint: 'Correct them, or leave out --strict to hold their rows back.',
      details: { problems: problemsOfIssues(issues) },
    },
  )
}

/** @param title the name of the rows in a sentence: `Key Times` */
function renderImportedRows(
  imported: ImportedRows,
  { noun, title }: { noun: string; title: string },
  view: View,
): Pieces {
  return piecesOfLines(linesThatFit(linesOf(imported, { noun, title, view }), view))
}

function* linesThatFit(lines: Iterable<string>, { isTerminal, width }: View): Generator<string> {
  for (const line of lines) yield isTerminal ? wrapLine(line, width) : line
}

function* linesOf(
  { rows, counts, issues, changes, closes, opens }: ImportedRows,
  { noun, title, view }: { noun: string; title: string; view: View },
): Generator<string> {
  const { created, changed, unchanged } = counts
  yield* renderRowCounts(rows, { changed: created + changed > 0, view })
  yield view.isTerminal
    ? `  New ${title}: ${created}. Changed: ${changed}. There already: ${unchanged}.`
    : tsvLine([noun, created, changed, unchanged])
  yield* renderChanges(changes, view)
  yield* renderIssues(issues, view)
  yield* renderClosing({ closes, opens }, view)
}

/** @param counted the counts, under their name in the JSON answer */
export function importedRowsJson<Counted extends object>(
  { file, rows, issues, changes, counts, closes, opens }: ImportedRows,
  counted: Counted,
) {
  const changed = counts.created + counts.changed > 0
  return { file, rows, issues, changes, ...counted, closed: closes, opened: opens, changed }
}

function renderRowCounts(
  { read, accepted, heldBack }: RowCounts,
  { changed, view }: { changed: boolean; view: View },
): string[] {
  if (!view.isTerminal) return [tsvLine(['rows', read, accepted, heldBack])]
  const back = heldBack === 0 ? '' : ` ${count(heldBack, 'row')} held back.`
  return [
    `${heldBack === 0 ? changeMark(changed, view) : view.chalk.yellow('!')} ${count(read, 'row')} read.${back}`,
  ]
}

const maxIssues = 30

/** The issues by cell; a terminal shows at most `maxIssues`, or else the first of each kind and how to see the rest. */
function* renderIssues(issues: CellIssues, view: View): Generator<string> {
  if (!view.isTerminal) {
    for (const issue of issues) yield tsvLine(['issue', ...issueFields(issue)])
    return
  }
  if (issues.length === 0) return
  yield '  Held back:'
  if (issues.length <= maxIssues) {
    for (const issue of issues) yield `    ${issueText(issue)}`
    return
  }
  for (const line of firstOfEachKind(issues, issueText)) yield `    ${line}`
  yield view.chalk.dim('    All of them: --json')
}

function issueText({ cell, message, hint }: CellIssue): string {
  return oneLine(`${cell}  ${message}${hint === null ? '' : ` (${hint})`}`)
}
