import { resolve } from 'node:path'
import type { Session } from '../../cli/session.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import { BadInput, Cancelled } from '../../errors.ts'
import type { Deletions } from '../../import/deletions.ts'
import type { Plan } from '../../import/plan.ts'
import type { ReviewedPlan } from '../../import/plan-file.ts'
import type { ReportFacts } from '../../import/report-facts.ts'
import type { Roster } from '../../import/roster.ts'
import { describePlan } from '../../render/import.ts'
import { count } from '../../render/text.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import type { Closing } from '../../rules/releases/what-closes.ts'
import { problemsOfIssues } from '../issues-file.ts'
import type { Opening } from '../../rules/releases/what-opens.ts'
import { notifyOtherSheets, notifyUnknownColumns, openTable } from '../read-table.ts'
import type { TableFile } from '../table-file.ts'
import type { Phases } from '../../cli/progress.ts'

/** A plan with everything needed to apply it. */
export interface PreparedImport extends ReviewedPlan {
  /** Digest of what planning read from the store. */
  storeDigest: () => string
  /** The engine's count of other writers' changes when the store was read. */
  version: number
  /** The saved name of a centre. */
  centreName: (number: string) => string | undefined
  /** Absent for a saved plan, and if rows held back are not written. */
  roster: Roster | undefined
  /** The rows' part of the report; absent without a report. */
  reportFacts: ReportFacts | undefined
  /** Open releases that deletions would close for somebody. */
  closes: readonly Closing[]
  /** Open releases for people whom it creates or restores. */
  opens: readonly Opening[]
  /** Whether the plan was shown already, before deletions were offered. */
  isPlanShown: boolean
}

/** Offers centres and users missing from the workbook for deletion, none preselected; a large choice is confirmed twice. */
async function chooseDeletionsAtTerminal(plan: Plan, { terminal }: Session): Promise<Deletions> {
  const { ask, askSeveral } = await import('../../cli/prompt.ts')
  const { needsAllowance, noDeletions } = await import('../../import/deletions.ts')
  if (plan.rows.accepted === 0) return noDeletions
  const missing = plan.missingCentres.filter(({ kept }) => !kept)
  const extra = plan.extraUsers.filter(({ kept }) => !kept)
  const centres =
    missing.length === 0
      ? []
      : await askSeveral(terminal, {
          question: `${count(missing.length, 'centre')} of the store ${missing.length === 1 ? 'is' : 'are'} not in the workbook. Delete any?`,
          choices: missing.map((centre) => ({
            value: centre,
            name: `${centre.number}  ${centre.name}  (${count(centre.users, 'user')})`,
          })),
        })
  const users =
    extra.length === 0
      ? []
      : await askSeveral(terminal, {
          question: `${count(extra.length, 'user')} of these centres ${extra.length === 1 ? 'is' : 'are'} not in the workbook. Delete any?`,
          choices: extra.map((user) => ({
            value: user,
            name: `${user.email}  ${user.centre}  ${user.lastSignedInAt ? `last signed in ${user.lastSignedInAt.slice(0, 10)}` : 'never signed in'}`,
          })),
        })
  const deletions = { centres, users }
  if (needsAllowance(plan, deletions)) {
    const total = centres.length + users.length
    const typed = await ask(terminal, {
      question: `That is more than a fifth of what is there. Type ${total} to delete ${total}:`,
    })
    if (typed.trim() !== String(total)) throw new Cancelled()
  }
  return deletions
}

export interface ImportRequest {
  file: string
  issuesOut?: string | undefined
  report?: string | undefined
  planOut?: string | undefined
  deleteMissing: boolean
  deleteExtra: boolean
  deleteCentre: readonly string[]
  deleteUser: readonly string[]
  allowDeletes?: number | undefined
  allowRenames?: number | undefined
  partial: boolean
  wholeRoster: boolean
  restoreDeleted: boolean
  sendMail: boolean
  strict: boolean
}

/** The surroundings of planning and running an import. */
export interface ImportContext {
  session: Session
  store: OpenStore
  ctx: RuleContext
  asks: boolean
  phases: Phases
}

/** Plans the roster against the present store, deletions included. */
export async function planWorkbook(
  request: ImportRequest,
  { session, store, ctx, roster, asks, phases }: ImportContext & { roster: Roster },
): Promise<PreparedImport> {
  const { planImport } = await import('../../import/plan.ts')
  const { readStore, referencesOf } = await import('../../import/read-store.ts')
  const { digestOfView } = await import('../../db/imports/view.ts')
  const { chooseDeletions, checkAllowance, noDeletions } = await import('../../import/deletions.ts')
  const { checkRenames } = await import('../../import/renames.ts')
  const partial = await isPartial(request, { session, roster })
  await phases.begin('comparing', 'Comparing with the store …', roster.rows.length)
  const touched = referencesOf(roster, { sender: session.settings.mailFrom.value, partial })
  const { view, version } = await readStore(store, touched, roster)
  const { restoreDeleted, wholeRoster } = request
  const plan = planImport(roster, { view, restoreDeleted, partial, wholeRoster })
  phases.hide()
  await notifyLeftAsideNames({ roster, plan }, { session, isPlanShown: asks })
  if (plan.elsewhere) await checkPartialRoster(request, { session, roster, plan })
  if (request.strict) refuseAnyIssue(plan)
  checkRenames(plan, request.allowRenames)

  const requested = {
    allMissing: request.deleteMissing,
    allExtra: request.deleteExtra,
    centres: request.deleteCentre,
    users: request.deleteUser,
  }
  const requestsDeletions =
    requested.allMissing || requested.allExtra || requested.centres.length > 0 || requested.users.length > 0
  const offersDeletions = asks && !requestsDeletions && session.terminal.canAsk && session.common.input
  if (offersDeletions)
    for (const line of describePlan(plan, noDeletions, session.terminal.err)) session.say(line)
  const deletions = offersDeletions
    ? await chooseDeletionsAtTerminal(plan, session)
    : chooseDeletions(plan, requested, roster)
  if (!asks || requestsDeletions || request.allowDeletes !== undefined)
    checkAllowance(plan, deletions, request.allowDeletes)
  if (requestsDeletions && plan.rows.accepted === 0) {
    const message = 'No row could be used, so nothing is deleted.'
    session.notify({ code: 'nothing-deleted', message })
  }
  const { file, sheet, digest } = roster
  return {
    source: { file, sheet, digest },
    path: request.file === '-' ? null : resolve(session.context.cwd, request.file),
    plan,
    deletions,
    sendMail: request.sendMail,
    touched,
    storeDigest: () => digestOfView(view),
    version,
    centreName: (number) => view.centres.get(number)?.name,
    // Kept only to write out the rows held back.
    roster: request.issuesOut === undefined ? undefined : roster,
    reportFacts: request.report === undefined ? undefined : await loadReportFacts(store, { roster, plan }),
    closes: await closedByDeletions(store.db, { deletions, at: ctx.at }),
    // A dry run or saved plan lists every opening; otherwise they are listed after the commit.
    opens: await openedByPlan(store.db, {
      plan,
      at: ctx.at,
      listed: session.common.json && request.planOut !== undefined,
    }),
    isPlanShown: offersDeletions,
  }
}

/** The open releases that deletions close, and for whom. */
export async function closedByDeletions(
  db: OpenStore['db'],
  { deletions: { centres, users }, at }: { deletions: Deletions; at: Date },
): Promise<readonly Closing[]> {
  if (centres.length + users.length === 0) return []
  const { closedByDeleting } = await import('../../rules/releases/what-closes.ts')
  return closedByDeleting(db, {
    centres: centres.map(({ number }) => number),
    users: users.map(({ id }) => id),
    at,
  })
}

/** The open releases for people whom the plan creates or restores; one query if nothing is released. */
export async function openedByPlan(
  db: OpenStore['db'],
  { plan: { newCentres, restores, newUsers }, at, listed }: { plan: Plan; at: Date; listed: boolean },
): Promise<readonly Opening[]> {
  if (newCentres.length + restores.length + newUsers.length === 0) return []
  const { findReleases } = await import('../../db/releases.ts')
  const releases = await findReleases(db, { states: ['released'] })
  if (releases.length === 0) return []
  const { openingsFor } = await import('../../rules/releases/what-opens.ts')
  const restored = restores.map(({ number }) => number)
  return openingsFor(db, { centres: newCentres, restored, users: newUsers, releases, at, listed })
}

async function loadReportFacts({ db }: OpenStore, of: { roster: Roster; plan: Plan }): Promise<ReportFacts> {
  const { reportFacts } = await import('../../import/report-facts.ts')
  return reportFacts(db, of)
}

/** @throws `partial-workbook` if a partial roster would delete somebody */
async function isPartial(
  request: ImportRequest,
  { session, roster }: { session: Session; roster: Roster },
): Promise<boolean> {
  const { isPartOfRoster } = await import('../../import/part-of-roster.ts')
  if (request.wholeRoster || !(request.partial || isPartOfRoster(roster))) return false
  await checkPartialRoster(request, { session, roster })
  return true
}

/** @throws `partial-workbook` if a partial roster would delete somebody */
async function checkPartialRoster(
  { deleteMissing, deleteExtra, deleteCentre, deleteUser, partial }: ImportRequest,
  { session, roster, plan }: { session: Session; roster: Roster; plan?: Plan },
): Promise<void> {
  const { partialWorkbook, describeOtherSheets } = await import('../../import/part-of-roster.ts')
  if (deleteMissing || deleteExtra || deleteCentre.length > 0 || deleteUser.length > 0)
    throw partialWorkbook(roster, plan)
  const what = describeOtherSheets(roster, plan) ?? 'This is part of a roster'
  const message = `${what}: who does not stand in it is neither missing nor extra. If it is a whole one: --whole-roster`
  if (!partial) session.notify({ code: 'partial-workbook', message })
}

/** Tells columns of names that are left aside; a plan that is shown says itself how many users get no name. */
export async function notifyLeftAsideNames(
  { roster, plan }: { roster: Roster; plan: Plan },
  { session, isPlanShown }: { session: Session; isPlanShown: boolean },
): Promise<void> {
  const { leftAsideNamesNotice } = await import('../../import/left-aside-names.ts')
  const users = isPlanShown ? undefined : plan.withoutNames?.users
  for (const notice of leftAsideNamesNotice(roster.namesLeftAside, users)) session.notify(notice)
}

function refuseAnyIssue({ issues, rows }: Plan): void {
  if (issues.length === 0) return
  throw new BadInput(
    'has-issues',
    `${rows.heldBack} of ${rows.read} rows ${rows.heldBack === 1 ? 'has' : 'have'} a mistake; nothing was changed.`,
    {
      hint: 'Correct them, or leave out --strict to import the others.',
      details: { problems: problemsOfIssues(issues) },
    },
  )
}

interface WorkbookOptions extends TableFile {
  issuesOut?: string | undefined
}

/** Reads the workbook's rows, showing progress at a terminal. */
export async function readWorkbook(
  options: WorkbookOptions,
  session: Session,
  phases: Phases,
): Promise<Roster> {
  const { centreColumns } = await import('../../import/columns.ts')
  const { readRoster } = await import('../../import/roster.ts')
  const { workbook, map } = await openTable(options, centreColumns, session)
  if (options.sheet === undefined) await notifyOtherSheets(workbook, session)
  await phases.begin('reading', `Reading ${workbook.file} …`)
  try {
    const roster = await readRoster(workbook, {
      map,
      keepCells: options.issuesOut !== undefined,
      progress: (share, rows) => {
        if (session.context.signal.aborted) throw new Cancelled()
        phases.update(rows, share)
      },
    })
    for (const notice of roster.notices) session.notify(notice)
    const { namesLeftAside, unknownColumns, columns } = roster
    const others = unknownColumns.filter((heading) => !namesLeftAside.includes(heading))
    await notifyUnknownColumns(others, { session, specs: centreColumns, columns })
    return roster
  } finally {
    phases.hide()
    await workbook.close()
  }
}
