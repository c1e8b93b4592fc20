import { existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import { withProgress } from '../../import/progress.ts'
import {
  checkOutputFile,
  tableEndingOf,
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
import { markSheetWritten } from './pin-sheets.ts'
import type { ImportContext, PreparedImport } from './plan-import.ts'

export interface ImportOutputFiles {
  pins: OutputFile
  /** Whether the name is generated: `new-user-pins-ID.xlsx`, or the next free one. */
  isPinsNameGenerated: boolean
  /** The layout of slips, if asked for. */
  slips: SlipLayout | undefined
  issues: OutputFile | undefined
  plan: OutputFile | undefined
  report: OutputFile | undefined
}

export interface ImportRun extends ImportContext {
  prepared: PreparedImport
  outputs: ImportOutputFiles
  /** Start by `performance.now()`, moved on by the time that questions took. */
  startTime: number
  /** Whether the plan was shown already, so that the answer does not repeat it. */
  isPlanShown: boolean
  /** Whether no store was created because nothing is to be saved; then a report is not recorded either. */
  hasNoStore?: boolean
}

/** A run that may stop after planning. */
export type PlannedRun = Pick<ImportRun, 'session' | 'ctx' | 'prepared' | 'outputs' | 'hasNoStore'>

interface OutputFileOptions {
  input: string | undefined
  pinsOut?: string | undefined
  issuesOut?: string | undefined
  planOut?: string | undefined
  report?: string | undefined
  slips?: SlipLayout | undefined
}

/** Checks every output file before anything is read, and asks about existing ones. */
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
  if (pinsOut !== undefined && pinsOut.trim() !== '') await tableEndingOf(pinsOut)
  if (issuesOut !== undefined && issuesOut.trim() !== '') await refuseUnimportable(issuesOut)
  const isPinsNameGenerated = pinsOut === undefined
  const inputOption = { input: input === '-' ? undefined : input }
  const file = pinsOut ?? 'new-user-pins.xlsx'
  return {
    pins: await checkOutputFile(session, {
      ...inputOption,
      kind: 'pins',
      file,
      flag: '--pins-out',
      isGeneratedName: isPinsNameGenerated,
    }),
    isPinsNameGenerated,
    slips,
    issues: await checkOptionalFile('issues', issuesOut, '--issues-out'),
    plan: await checkOptionalFile('plan', planOut, '--plan-out'),
    report: await checkOptionalFile('page', report, '--report'),
  }

  async function checkOptionalFile(kind: 'issues' | 'plan' | 'page', file: string | undefined, flag: string) {
    return file === undefined ? undefined : checkOutputFile(session, { ...inputOption, kind, file, flag })
  }
}

/** Writes the PIN sheet completely to a temporary file before the commit. */
export async function preparePins(
  { session, store, ctx, prepared, outputs }: ImportRun,
  { nonces, onUser }: { nonces: Nonces; onUser: (done: number) => void },
): Promise<void> {
  const { plan } = prepared
  const rows = {
    [Symbol.iterator]: () =>
      withProgress(
        pinsOfNewUsers({
          users: plan.newUsers,
          nonces,
          pinKey: store.keys().pin,
          centreNames: { get: centreNamesAfterImport(prepared) },
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

/** Looks up centre names after the import; called in the order of users, which is that of the new centres. */
function centreNamesAfterImport({
  plan,
  centreName,
}: PreparedImport): (number: string) => string | undefined {
  const renamed = new Map(plan.renames.map(({ number, after }) => [number, after]))
  const newCentres = plan.newCentres[Symbol.iterator]()
  let next = newCentres.next()
  return (number) => {
    while (!next.done && next.value.number < number) next = newCentres.next()
    if (!next.done && next.value.number === number) return next.value.name
    return renamed.get(number) ?? centreName(number)
  }
}

/** Default names for the sheet, which never overwrite that of another import. */
function defaultPinsName(id: number): (attempt: number) => string {
  return (attempt) => `new-user-pins-${id}${attempt > 1 ? `-${attempt}` : ''}.xlsx`
}

export function pinsName({ session, outputs }: ImportRun, id: number): string {
  if (!outputs.isPinsNameGenerated) return outputs.pins.shown
  const name = defaultPinsName(id)
  let attempt = 1
  while (existsSync(join(session.context.cwd, name(attempt)))) attempt += 1
  return name(attempt)
}

export async function movePinsIntoPlace(
  { session, store, outputs, prepared }: ImportRun,
  id: number,
): Promise<{ file: string | null; pending: boolean }> {
  session.context.interruption.startFinishing(
    'the import is done, and its PIN sheet is being put in its place',
  )
  try {
    const file = await outputs.pins.moveIntoPlace(
      outputs.isPinsNameGenerated ? defaultPinsName(id) : undefined,
    )
    await markSheetWritten(store, id)
    if (extname(file).toLowerCase() === '.xlsx') {
      const count = prepared.plan.newUsers.length
      const notice = noSlipsNotice({ count, layout: outputs.slips }, `ssh-admin centres pins ${id}`)
      if (notice) session.notify(notice)
    }
    return { file, pending: false }
  } catch (error) {
    // The import is committed; only its sheet could not be moved into place.
    outputs.pins.discard()
    const reason = error instanceof Error ? ` ${error.message}` : ''
    session.notify({
      code: 'pins-not-placed',
      message: `The import is done, but its PIN sheet could not be put in its place.${reason} To make it again: ssh-admin centres pins ${id} --out FILE`,
    })
    return { file: null, pending: true }
  }
}

/** @returns the prepared sheet, if there are issues to write */
export async function prepareIssues({
  session,
  ctx,
  prepared: { roster, plan },
  outputs,
}: PlannedRun): Promise<OutputFile | undefined> {
  if (!roster) return undefined
  const { partOfRosterProperty } = await import('../../import/part-of-roster.ts')
  return prepareIssuesFile(session, outputs.issues, {
    sheet: roster,
    issues: plan.issues,
    count: plan.rows.heldBack,
    at: ctx.at,
    marks: [partOfRosterProperty],
  })
}
