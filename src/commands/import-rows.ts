import { resolve } from 'node:path'
import { answer } from '../cli/action.ts'
import { preparedMutation } from '../cli/define.ts'
import { checkOutputFile, type OutputFile, refuseSameFileTwice, textOf } from '../cli/output-file.ts'
import { argument, flag, option, type ValuesOf } from '../cli/parameters.ts'
import type { Session } from '../cli/session.ts'
import type { Trx } from '../db/transact.ts'
import { BadInput } from '../errors.ts'
import type { SheetAsWritten } from '../import/issues-sheet.ts'
import type { PlannedNoun, SavedRows } from '../import/plan-file.ts'
import { closingQuestion, comparableClosing } from '../render/closing.ts'
import { planSaved } from '../render/import.ts'
import { renderImportedRows } from '../render/imported-rows.ts'
import type { JsonOfChange } from '../render/json.ts'
import { mapped } from '../render/pieces.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import type { CellIssues, ImportedRows, RowsToImport, TableRowAsWritten } from '../rules/table-rows.ts'
import type { ColumnSpec } from '../workbook/headings.ts'
import {
  checkIssuesFile,
  issuesOutOption,
  moveIssuesFileIntoPlace,
  prepareIssuesFile,
} from './issues-file.ts'
import { columnsHelp, readTableFile, type TableFile, type TableRow, tableOptions } from './read-table.ts'

/** An import of rows that a rule reads, holds back and saves: of Key Times, or of entries. */
export interface RowsImport<Field extends string> {
  of: PlannedNoun
  columns: readonly (ColumnSpec & { field: Field })[]
  importRows: (trx: Trx, rows: RowsToImport<TableRowAsWritten<Field>>) => Promise<ImportedRows>
  /** What they are called in a sentence: `Key Times`. */
  title: string
  json: (imported: ImportedRows) => JsonOfChange<'keyTimesImport' | 'entriesImport'>
}

const options = {
  ...tableOptions('Exam series=Series'),
  strict: flag('any mistake: change nothing (exit code 6)'),
  issuesOut: issuesOutOption,
  planOut: option('<file>', 'save the plan for apply, and change nothing'),
}

type ImportOptions = { file: string } & ValuesOf<typeof options>

interface Request<Field extends string> extends RowsAsWritten<Field> {
  session: Session
  issuesFile: OutputFile | undefined
}

interface Words {
  summary: string
  description: string
  example: string
}

/** The command that imports them. */
export function importOfRows<Field extends string>(
  spec: RowsImport<Field>,
  { summary, description, example }: Words,
) {
  return preparedMutation({
    name: 'import',
    summary,
    description,
    args: { file: argument('the workbook (.xlsx or .csv), or - for stdin') },
    options,
    notes: columnsHelp(spec.columns, `ssh-admin ${spec.of} sample`),
    examples: [example, `${example} --issues-out held-back.xlsx`],
    instead: (options, session) => {
      const { planOut } = options
      return planOut === undefined ? undefined : savePlan(spec, { ...options, planOut }, session)
    },
    prepare: (options, session) => prepared(spec, options, session),
    act: (trx, ctx, request) => imported(spec, { trx, ctx, request }),
    output: ({ issuesFile }) => issuesFile,
    beforeCommit: async (result, { request, ctx }) => void (await prepareHeldBack(request, result, ctx.at)),
    afterCommit: async (result, { request: { session, issuesFile } }) => {
      if (issuesFile && result.rows.heldBack > 0) await moveIssuesFileIntoPlace(session, issuesFile)
      return result
    },
    confirm: confirmation(spec),
    render: (result, view) => renderImportedRows(result, spec, view),
    json: spec.json,
    exit: ({ issues }) => (issues.length > 0 ? 8 : 0),
  })
}

/** The command that applies a plan of it. */
export function applicationOfRows<Field extends string>(
  spec: RowsImport<Field>,
  { summary, description, example }: Words,
) {
  return preparedMutation({
    name: 'apply',
    summary,
    description,
    args: { plan: argument('the saved plan') },
    examples: [`${example} --plan-out changes.plan`, `ssh-admin ${spec.of} apply changes.plan`],
    prepare: async ({ plan }, { context }) => ({ path: resolve(context.cwd, plan) }),
    act: async (trx, ctx, { path }, store) => {
      const { readPlanOfRows, refuseChangedWorkbook, storeChanged } = await import('../import/plan-file.ts')
      const saved = readPlanOfRows(path, store.keys().plan, spec.of)
      refuseChangedWorkbook(saved)
      const done = await spec.importRows(trx, { ...saved.source, rows: rowsOfPlan(spec, saved), ctx })
      if (done.storeDigest() !== saved.storeDigest) throw storeChanged(spec.of)
      return done
    },
    confirm: confirmation(spec),
    render: (result, view) => renderImportedRows(result, spec, view),
    json: spec.json,
  })
}

function confirmation<Field extends string>({ title }: RowsImport<Field>) {
  return {
    question: ({ closes, opens }: ImportedRows) => closingQuestion(closes, `Change these ${title}`, opens),
    comparable: (result: ImportedRows) => [
      result.rows,
      result.counts,
      comparableClosing(result.closes, result.opens),
    ],
  }
}

async function prepared<Field extends string>(
  { columns }: RowsImport<Field>,
  options: ImportOptions,
  session: Session,
): Promise<Request<Field>> {
  const { file, issuesOut } = options
  const issuesFile = await checkIssuesFile(session, { file: issuesOut, input: file })
  return { ...(await readRows(options, columns, session)), session, issuesFile }
}

async function imported<Field extends string>(
  spec: RowsImport<Field>,
  { trx, ctx, request }: { trx: Trx; ctx: RuleContext; request: Request<Field> },
): Promise<ImportedRows> {
  const { file, digest, rows, strict } = request
  const result = await spec.importRows(trx, { file, digest, rows, ctx })
  refuseIssues(result.issues, { strict })
  if (request.session.common.dryRun) await prepareHeldBack(request, result, ctx.at)
  return result
}

/** @returns whether there are any to be put in their place */
async function prepareHeldBack<Field extends string>(
  { session, issuesFile, asWritten }: Request<Field>,
  { rows, issues }: ImportedRows,
  at: Date,
): Promise<boolean> {
  if (!issuesFile) return false
  return prepareIssuesFile(session, issuesFile, { sheet: asWritten(), issues, count: rows.heldBack, at })
}

/** Saves the plan for `apply`, and changes nothing. @returns the exit code */
async function savePlan<Field extends string>(
  spec: RowsImport<Field>,
  options: ImportOptions & { planOut: string },
  session: Session,
): Promise<number> {
  const { textOfPlan } = await import('../import/plan-file.ts')
  const { planOut, issuesOut, file } = options
  const { dryRun } = session.common
  refuseSameFileTwice(session, { '--issues-out': issuesOut, '--plan-out': planOut })
  const input = file === '-' ? undefined : file
  const output = await checkOutputFile(session, { kind: 'plan', file: planOut, flag: '--plan-out', input })
  const request = await prepared(spec, options, session)
  const store = await session.open(dryRun ? 'rehearse' : 'use')
  try {
    const { at } = await session.ctx(store)
    const result = await session.rehearse(store, (trx, ctx) => imported(spec, { trx, ctx, request }))
    if (!dryRun) {
      const path = input === undefined ? null : resolve(session.context.cwd, input)
      const saved = planned(spec.of, { request, result, path })
      await output.prepare(textOf(textOfPlan({ saved, planKey: store.keys().plan })))
      const hasHeldBack = await prepareHeldBack(request, result, at)
      await output.moveIntoPlace()
      if (hasHeldBack && request.issuesFile) await moveIssuesFileIntoPlace(session, request.issuesFile)
    }
    const answered = spec.json(result)
    const json = { ...answered, changed: false, plan: dryRun ? null : output.shown, dryRun }
    await answer(session, { text: renderImportedRows(result, spec, session.terminal.out), json })
    session.say(
      dryRun
        ? 'The plan was made, and not saved.'
        : planSaved(output.shown, { apply: `ssh-admin ${spec.of} apply`, changes: answered.changed }),
    )
    return result.rows.heldBack > 0 ? 8 : 0
  } finally {
    output.discard()
    request.issuesFile?.discard()
    await store.close()
  }
}

function planned<Field extends string>(
  of: PlannedNoun,
  {
    request: { file, digest, rows },
    result: { issues, storeDigest },
    path,
  }: { request: Request<Field>; result: ImportedRows; path: string | null },
): SavedRows {
  const heldBack = new Set<number>()
  for (const { row } of issues) heldBack.add(row)
  const accepted = rows.filter(({ row }) => !heldBack.has(row)).map(({ row, texts }) => ({ row, texts }))
  return { of, source: { file, digest }, path, rows: accepted, storeDigest: storeDigest() }
}

/** The rows of a plan, as they were read. */
function rowsOfPlan<Field extends string>(
  { columns }: RowsImport<Field>,
  { rows }: SavedRows,
): TableRowAsWritten<Field>[] {
  const headings = new Map<Field, string>(columns.map(({ field, heading }) => [field, heading]))
  return rows.map(({ row, texts }) => ({
    row,
    texts: textsOf(columns, (field) => texts[field] ?? ''),
    faults: [],
    cellOf: (field) => `${headings.get(field) ?? field} in row ${row}`,
    headingOf: (field) => headings.get(field) ?? field,
  }))
}

interface RowsAsWritten<Field extends string> {
  file: string
  digest: string
  rows: TableRowAsWritten<Field>[]
  strict: boolean
  asWritten: () => SheetAsWritten
}

/** Reads the rows of a table; what is wrong in their cells is for the rule to say. */
async function readRows<Field extends string>(
  { strict, ...tableFile }: TableFile & { strict: boolean },
  columns: readonly (ColumnSpec & { field: Field })[],
  session: Session,
): Promise<RowsAsWritten<Field>> {
  const { cleanText } = await import('../workbook/cell.ts')
  const { file, digest, rows, asWritten } = await readTableFile(tableFile, columns, session)
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
interface SharedByRows<Field extends string> {
  columns: readonly { field: Field }[]
  headingOf: (field: Field) => string
  cleanText: (text: string) => string
}

/** Its texts and faults are found anew whenever they are asked for: a sheet may have one in every cell. */
class RowAsWritten<Field extends string> implements TableRowAsWritten<Field> {
  private readonly written: TableRow<Field>
  private readonly alike: SharedByRows<Field>

  constructor(written: TableRow<Field>, alike: SharedByRows<Field>) {
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

function textsOf<Field extends string>(
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
function refuseIssues(issues: CellIssues, { strict }: { strict: boolean }): void {
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
