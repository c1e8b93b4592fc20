import { createHash } from 'node:crypto'
import { changesNothing, countsOf } from '../../import/apply.ts'
import { existsSync } from 'node:fs'
import { type AnswerOfChange, command } from '../../cli/define.ts'
import { retryLostRead } from '../../cli/action.ts'
import type { OutputFile } from '../../cli/output-file.ts'
import { argument, flag, option, choiceOption, listOption, type ValuesOf } from '../../cli/parameters.ts'
import { phaseProgress } from '../../cli/progress.ts'
import { confirm } from '../../cli/confirm.ts'
import { type Session, withStore } from '../../cli/session.ts'
import { optional, wholeNumber } from '../../cli/typed-values.ts'
import { changedMeanwhile, Refused, Usage } from '../../errors.ts'
import { centreColumns } from '../../import/columns.ts'
import type { Roster } from '../../import/roster.ts'
import { comparableClosing } from '../../render/closing.ts'
import { closingAndOpeningLines, comparableOpening } from '../../render/openings.ts'
import {
  changesAnything,
  describePlan,
  importJson,
  importQuestion,
  planSavedMessage,
  renderImport,
} from '../../render/import.ts'
import { pathInWords } from '../../shell-word.ts'
import { issuesOutOption, moveIssuesFileIntoPlace } from '../issues-file.ts'
import { columnsHelp, tableOptions } from '../table-file.ts'
import { checkOutputFiles, type ImportRun, prepareIssues } from './import-output-files.ts'
import { slipsOption } from './pin-sheets.ts'
import { planWorkbook, type PreparedImport, type ImportRequest, readWorkbook } from './plan-import.ts'
import { notifyNoReport } from './report.ts'
import { runImport } from './run-import.ts'

const options = {
  ...tableOptions('Org ID=Centre number'),
  pinsOut: option('<file>', 'where the PINs go: .xlsx, .csv or .json (default: new-user-pins-ID.xlsx here)'),
  slips: slipsOption,
  issuesOut: issuesOutOption,
  report: option(
    '<file>',
    'write a page to look at: what was done, by country, and the rows held back (.html)',
  ),
  planOut: option('<file>', 'save the plan for centres apply, and change nothing'),
  deleteMissing: flag('delete every centre that is not in the workbook'),
  deleteExtra: flag('delete every user of its centres who is not in the workbook'),
  deleteCentre: listOption('<centres>', 'delete only these missing centres'),
  deleteUser: listOption('<emails>', 'delete only these extra users'),
  allowDeletes: option(
    '<n>',
    'how many centres and users may go, when it is more than a fifth',
    optional(wholeNumber('a whole number', { min: 0 })),
  ),
  allowRenames: option(
    '<n>',
    'how many centres may be renamed, when it is more than a fifth',
    optional(wholeNumber('a whole number', { min: 0 })),
  ),
  partial: flag('this is part of a roster: nobody is missing or extra'),
  wholeRoster: flag('this is a whole roster, though the workbook says or looks like part of one'),
  restoreDeleted: flag('restore the deleted centres that the workbook names'),
  sendMail: flag('send each new user a message that says how to activate the account'),
  progress: choiceOption(['json'], '<form>', 'how far it is, on stderr: json for a document a line'),
  strict: flag('any mistake: change nothing (exit code 6)'),
}

type Options = { file: string } & ValuesOf<typeof options>

/** Attempts; each failed one means that another process committed a change in between. */
const maxAttempts = 100

/** Of no other kind: planning is its rehearsal, repeated when the store has changed; its sheets have separate phases. */
export const importCentres = () =>
  command({
    name: 'import',
    summary: 'bring centres and users in from a workbook, PINs out',
    description: `Read a workbook of centres and their users, show what it will change, ask, and apply it.
New centres are added with their name and location; existing ones have their name updated only.
New users are created, each with a PIN; the PINs come back as a workbook to hand out.
Rows with a mistake are held back and change nothing; the rest goes in (exit code 8).
Centres and users that are not in the workbook are listed, and deleted only when you say so.`,
    args: { file: argument('the workbook (.xlsx or .csv), or - for stdin') },
    options,
    notes: columnsHelp(centreColumns, 'ssh-admin centres sample'),
    examples: [
      'ssh-admin centres import centres.xlsx --dry-run',
      'ssh-admin centres import centres.xlsx --yes --pins-out pins.xlsx',
      'ssh-admin centres import centres.xlsx --yes --issues-out held-back.xlsx',
      'ssh-admin centres import centres.xlsx --yes --report import.html',
    ],
    changes: true,
    run: importWorkbook,
  })

async function importWorkbook(options: Options, session: Session): Promise<AnswerOfChange> {
  const { dryRun, yes } = session.common
  if (options.partial && options.wholeRoster) {
    throw new Usage('A workbook is part of a roster, or a whole one.', {
      hint: 'Leave out --partial, or --whole-roster.',
    })
  }
  const asks = !dryRun && !yes && options.planOut === undefined
  const startTime = performance.now()
  const outputs = await checkOutputFiles(session, { ...options, input: options.file })
  const phases = phaseProgress(session, options.progress)
  let rosterInMemory: Roster | undefined = await readWorkbook(options, session, phases)

  const location = session.settings.db.value
  const mayCreateStore = !dryRun && options.planOut === undefined && !existsSync(location)
  const confirmed =
    mayCreateStore && (asks || canRefuseAfterPlanning(options) || hasNoUsableRow(rosterInMemory))
      ? await planWithoutStore(options, { session, roster: rosterInMemory, asks, outputs, startTime, phases })
      : undefined
  if (confirmed && 'answer' in confirmed) return confirmed.answer
  const store = await session.open(dryRun ? 'rehearse-creation' : 'create')
  try {
    const ctx = await session.ctx(store)
    const stillAsks = confirmed === undefined && asks
    // Without a question in between, the plan made without a store still holds, unless others have filled the store.
    let reusablePlan = asks ? undefined : confirmed
    const makePlan = async () => {
      const roster = rosterInMemory ?? (await readWorkbook(options, session, phases))
      // A second attempt reads the workbook again, so the rows need not stay in memory; stdin cannot be read twice.
      rosterInMemory = options.file === '-' ? roster : undefined
      const prepared = reusablePlan
      reusablePlan = undefined
      if (prepared) return { ...prepared, version: noStoreVersion }
      return planWorkbook(options, { session, store, ctx, roster, asks: stillAsks, phases })
    }
    // With --yes nobody confirmed a certain plan: if the store has changed meanwhile, plan again.
    for (let attempt = 1; ; attempt += 1) {
      try {
        const prepared = await retryLostRead(store, makePlan)
        if (asks && confirmed !== undefined && comparable(prepared) !== comparable(confirmed))
          throw changedMeanwhile()
        if (outputs.plan)
          return await savePlanOnly(outputs.plan, { session, store, ctx, prepared, outputs, startTime })
        return await runImport({
          session,
          store,
          ctx,
          prepared,
          outputs,
          startTime,
          asks: stillAsks,
          isPlanShown: asks,
          phases,
        })
      } catch (error) {
        const shouldRetry =
          error instanceof Refused && error.code === 'changed-meanwhile' && !asks && attempt < maxAttempts
        if (!shouldRetry) throw error
      }
    }
  } finally {
    phases.hide()
    await store.close()
  }
}

/** Whether an option can refuse the import after planning. */
function canRefuseAfterPlanning(options: Options): boolean {
  const { strict, deleteMissing, deleteExtra, deleteCentre, deleteUser, allowDeletes, allowRenames } = options
  const deletes = deleteMissing || deleteExtra || deleteCentre.length > 0 || deleteUser.length > 0
  return strict || deletes || allowDeletes !== undefined || allowRenames !== undefined
}

/** Whether no row is free of issues and has the country that a new centre needs. */
function hasNoUsableRow({ rows }: Roster): boolean {
  for (const { issues, country } of rows) if (!issues && country !== '') return false
  return true
}

/** No valid count of other writers' changes: forces a comparison with the store's contents. */
const noStoreVersion = -1

/**
 * Plans and confirms in memory while there is no store, so that a refusal, a No, or an import without changes creates none.
 * @returns what was confirmed; or the answer if there is nothing to do; undefined if a server has a store after all
 */
async function planWithoutStore(
  request: ImportRequest,
  run: Omit<ImportRun, 'store' | 'ctx' | 'prepared' | 'isPlanShown'> & { roster: Roster },
): Promise<PreparedImport | { answer: AnswerOfChange } | undefined> {
  const { session, asks } = run
  return withStore(session, 'rehearse-creation', async (store) => {
    if (!store.created) return undefined
    const ctx = await session.ctx(store)
    const prepared = await planWorkbook(request, { ...run, store, ctx })
    const { plan, deletions } = prepared
    const counts = countsOf(plan, deletions)
    if (changesNothing(counts)) {
      const message = 'No store was begun: this workbook has nothing that it would keep.'
      session.notify({ code: 'no-store-begun', message })
      return {
        answer: await runImport({ ...run, store, ctx, prepared, isPlanShown: asks, hasNoStore: true }),
      }
    }
    if (asks) {
      const lines = prepared.isPlanShown ? [] : describePlan(plan, deletions, session.terminal.err)
      for (const line of lines) session.say(line)
      session.say(`There is no store at ${pathInWords(session.settings.db.value)} yet; this begins one.`)
      await confirm(session, importQuestion(counts, prepared))
    }
    return prepared
  })
}

/** Equal for two plans that do the same; a large plan is digested rather than written out. */
function comparable({ plan, deletions, closes, opens }: PreparedImport): string {
  const { rows, newCentres, newUsers, renames } = plan
  const digest = createHash('sha256')
  for (const additions of [newCentres, newUsers]) {
    digest.update(`${additions.length}`)
    for (const row of additions) digest.update(JSON.stringify(row))
  }
  return JSON.stringify([
    rows,
    digest.digest('hex'),
    renames,
    deletions,
    comparableClosing({ closes }),
    comparableOpening(opens),
  ])
}

/** Saves the plan for `centres apply`, and changes nothing. */
async function savePlanOnly(
  output: OutputFile,
  { session, store, ctx, prepared, outputs, startTime }: Omit<ImportRun, 'asks' | 'isPlanShown' | 'phases'>,
): Promise<AnswerOfChange> {
  const { serializePlan } = await import('../../import/plan-file.ts')
  const { source, path, plan, deletions, sendMail, touched } = prepared
  const { dryRun } = session.common
  const { shown: file } = output
  if (!dryRun) {
    const saved = { source, path, plan, deletions, sendMail, touched, storeDigest: prepared.storeDigest() }
    await output.prepare(serializePlan({ saved, planKey: store.keys().plan }))
  }
  const issues = await prepareIssues({ session, ctx, prepared, outputs }).catch((error: unknown) => {
    output.discard()
    throw error
  })
  if (!dryRun) await output.moveIntoPlace()
  const placed = !issues || (await moveIssuesFileIntoPlace(session, issues))
  if (outputs.report) notifyNoReport(session, outputs.report)
  const lines = [...describePlan(plan, deletions, session.terminal.err), ...closingAndOpeningLines(prepared)]
  for (const line of lines) session.say(line)
  const planned = {
    id: null,
    state: 'planned' as const,
    source,
    counts: countsOf(plan, deletions),
    plan,
    pins: { file: null, count: plan.newUsers.length },
    mail: { queued: 0 },
    closes: prepared.closes,
    opens: prepared.opens,
    elapsedMs: Math.round(performance.now() - startTime - session.terminal.askedMs),
    dryRun,
  }
  return {
    text: session.terminal.out.isTerminal
      ? dryRun
        ? 'The plan was made, and not saved: this was a rehearsal.'
        : planSavedMessage(file, {
            apply: 'ssh-admin centres apply',
            changes: changesAnything(planned.counts),
          })
      : renderImport(planned, session.terminal.out),
    json: { ...importJson(planned), plan: dryRun ? null : file },
    exit: plan.rows.heldBack > 0 ? 8 : placed ? 0 : 9,
  }
}
