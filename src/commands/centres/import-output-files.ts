import { existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import { counted } from '../../import/apply.ts'
import {
  checkOutputFile,
  endingOfTable,
  type OutputFile,
  prepareTable,
  refuseSameFileTwice,
  refuseUnimportable,
} from '../../cli/output-file.ts'
import type { Session } from '../../cli/session.ts'
import {
  type Nonces,
  noSlipsNotice,
  pinsOfNewUsers,
  pinTables,
  type SlipLayout,
} from '../../import/pin-sheet.ts'
import { prepareIssuesFile } from '../issues-file.ts'
import { sheetIsThere } from './pin-sheets.ts'
import type { ImportContext, PreparedImport } from './plan-import.ts'

export interface ImportOutputFiles {
  pins: OutputFile
  /** The sheet is called `new-user-pins-ID.xlsx`, or another name that is free. */
  pinsNameIsOurs: boolean
  /** How the slips were asked for. */
  slips: SlipLayout | undefined
  issues: OutputFile | undefined
  plan: OutputFile | undefined
  report: OutputFile | undefined
}

export interface ImportRun extends ImportContext {
  ready: PreparedImport
  outputs: ImportOutputFiles
  /** When it was called, by `performance.now()`; what questions have taken since is no time of the import. */
  started: number
  /** The plan stands above the answer, of which that repeats nothing. */
  isPlanShown: boolean
  /** None was begun, as there is nothing to keep: no log names a page about that. */
  hasNoStore?: boolean
}

/** One that is planned, and may be no more than that. */
export type PlannedRun = Pick<ImportRun, 'session' | 'ctx' | 'ready' | 'outputs' | 'hasNoStore'>

interface OutputFileOptions {
  input: string | undefined
  pinsOut?: string | undefined
  issuesOut?: string | undefined
  planOut?: string | undefined
  report?: string | undefined
  slips?: SlipLayout | undefined
}

/** Looks at every place that will be written to before anything is read; asks about files that are there. */
export async function checkOutputFiles(
  session: Session,
  { input, slips, ...paths }: OutputFileOptions,
): Promise<ImportOutputFiles> {
  const { pinsOut, issuesOut, planOut, report } = paths
  refuseSameFileTwice(session, {
    '--pins-out': pinsOut,
    '--issues-out': issuesOut,
    '--plan-out': planOut,
    '--report': report,
  })
  if (pinsOut !== undefined && pinsOut.trim() !== '') await endingOfTable(pinsOut)
  if (issuesOut !== undefined && issuesOut.trim() !== '') await refuseUnimportable(issuesOut)
  const pinsNameIsOurs = pinsOut === undefined
  const from = { input: input === '-' ? undefined : input }
  const file = pinsOut ?? 'new-user-pins.xlsx'
  return {
    pins: await checkOutputFile(session, {
      ...from,
      kind: 'pins',
      file,
      flag: '--pins-out',
      nameIsOurs: pinsNameIsOurs,
    }),
    pinsNameIsOurs,
    slips,
    issues: await optional('issues', issuesOut, '--issues-out'),
    plan: await optional('plan', planOut, '--plan-out'),
    report: await optional('page', report, '--report'),
  }

  async function optional(kind: 'issues' | 'plan' | 'page', named: string | undefined, flag: string) {
    return named === undefined ? undefined : checkOutputFile(session, { ...from, kind, file: named, flag })
  }
}

/** The sheet of PINs, whole on the disk beside its place before anything is committed. */
export async function preparePins(
  { session, store, ctx, ready, outputs }: ImportRun,
  { nonces, onUser }: { nonces: Nonces; onUser: (done: number) => void },
): Promise<void> {
  const { plan } = ready
  const rows = {
    [Symbol.iterator]: () =>
      counted(
        pinsOfNewUsers({
          users: plan.newUsers,
          nonces,
          pinKey: store.keys().pin,
          centreNames: { get: centreNamesAfter(ready) },
          at: ctx.at,
        }),
        onUser,
      ),
  }
  const hub = session.settings.baseUrl.value
  const sheets = pinTables({ rows, count: plan.newUsers.length, layout: outputs.slips, hub })
  const { signal } = session.context
  await prepareTable(outputs.pins, { sheets, at: ctx.at, signal })
}

/** What centres are called after an import, asked for in the order of its users, which is that of the new centres. */
function centreNamesAfter({ plan, centreName }: PreparedImport): (number: string) => string | undefined {
  const renamed = new Map(plan.renames.map(({ number, after }) => [number, after]))
  const made = plan.newCentres[Symbol.iterator]()
  let next = made.next()
  return (number) => {
    while (!next.done && next.value.number < number) next = made.next()
    if (!next.done && next.value.number === number) return next.value.name
    return renamed.get(number) ?? centreName(number)
  }
}

/** A sheet of another import is never overwritten by default. */
function nameOfSheet(id: number): (attempt: number) => string {
  return (attempt) => `new-user-pins-${id}${attempt > 1 ? `-${attempt}` : ''}.xlsx`
}

export function nameOfPins({ session, outputs }: ImportRun, id: number): string {
  if (!outputs.pinsNameIsOurs) return outputs.pins.shown
  const name = nameOfSheet(id)
  let attempt = 1
  while (existsSync(join(session.context.cwd, name(attempt)))) attempt += 1
  return name(attempt)
}

export async function movePinsIntoPlace(
  { session, store, outputs, ready }: ImportRun,
  id: number,
): Promise<{ file: string | null; pending: boolean }> {
  session.context.interruption.finish('the import is done, and its PIN sheet is being put in its place')
  try {
    const file = await outputs.pins.moveIntoPlace(outputs.pinsNameIsOurs ? nameOfSheet(id) : undefined)
    await sheetIsThere(store, id)
    if (extname(file).toLowerCase() === '.xlsx') {
      const count = ready.plan.newUsers.length
      const notice = noSlipsNotice({ count, layout: outputs.slips }, id)
      if (notice) session.notify(notice)
    }
    return { file, pending: false }
  } catch (error) {
    // The import stands; only its sheet could not be put in place.
    outputs.pins.discard()
    const reason = error instanceof Error ? ` ${error.message}` : ''
    session.notify({
      code: 'pins-not-placed',
      message: `The import is done, but its PIN sheet could not be put in its place.${reason} To make it again: ssh-admin centres pins ${id} --out FILE`,
    })
    return { file: null, pending: true }
  }
}

/** @returns the sheet, where there is one to be put in its place */
export async function prepareIssues({
  session,
  ctx,
  ready: { roster, plan },
  outputs,
}: PlannedRun): Promise<OutputFile | undefined> {
  if (!roster) return undefined
  const { partOfRoster } = await import('../../import/issues-sheet.ts')
  return prepareIssuesFile(session, outputs.issues, {
    sheet: roster,
    issues: plan.issues,
    count: plan.rows.heldBack,
    at: ctx.at,
    marks: [partOfRoster],
  })
}
