import { formatNumber } from '../../format-number.ts'
import { applyImport, changesNothing, countsOf, noncesFor } from '../../import/apply.ts'
import type { AnswerOfChange } from '../../cli/define.ts'
import { forgetSheets } from '../../cli/leftovers.ts'
import { confirm } from '../../cli/confirm.ts'
import { checkMail } from '../../cli/session.ts'
import {
  addPendingPinSheet,
  insertUnfinishedSheet,
  type PendingPinSheet,
  pendingPinSheets,
} from '../../db/imports/imports.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import type { Trx } from '../../db/transact.ts'
import { Cancelled, changedMeanwhile, CommitUnknown, Unavailable } from '../../errors.ts'
import { comparableClosing } from '../../render/closing.ts'
import { comparableOpening } from '../../render/openings.ts'
import {
  describePlan,
  type ImportAnswer,
  importJson,
  importQuestion,
  renderImport,
} from '../../render/import.ts'
import { countStates } from '../../render/messages.ts'
import type { Closing } from '../../rules/releases/what-closes.ts'
import type { Opening } from '../../rules/releases/what-opens.ts'
import type { Nonces } from '../../import/pin-sheet.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { statusOfOwner } from '../../unfinished-files.ts'
import {
  type ImportRun,
  pinsName,
  movePinsIntoPlace,
  prepareIssues,
  preparePins,
} from './import-output-files.ts'
import { pendingPinSheetNotice } from './pin-sheets.ts'
import { closedByDeletions, openedByPlan, type PreparedImport } from './plan-import.ts'
import { moveIssuesFileIntoPlace } from '../issues-file.ts'
import { moveReportIntoPlace } from './report.ts'

/**
 * Shows the plan, confirms, writes the PINs to a temporary file, commits, moves it into place, sends the letters,
 * answers.
 */
export async function runImport(run: ImportRun): Promise<AnswerOfChange> {
  const { session, store, prepared, outputs, startTime, asks, isPlanShown } = run
  const { err } = session.terminal
  const { plan, deletions, source } = prepared
  const { dryRun } = session.common
  const counts = countsOf(plan, deletions)
  const hasNoChanges = changesNothing(counts)
  if (asks) {
    const lines = prepared.isPlanShown ? [] : describePlan(plan, deletions, err)
    for (const line of lines) session.say(line)
    if (!hasNoChanges) await confirm(session, importQuestion(counts, prepared))
  }
  if (session.context.signal.aborted) throw new Cancelled()
  // Files are prepared first, so that their errors come before any change.
  const issues = await prepareIssues(run)
  const outcome = await (hasNoChanges ? unchangedOutcome : applyOrRehearse(run)).catch(
    async (error: unknown) => {
      outputs.issues?.discard()
      throw error
    },
  )
  const areFilesPlaced = (!issues || (await moveIssuesFileIntoPlace(session, issues))) && !outcome.pending
  if (!dryRun) await notifyMessagesWaiting(run, outcome.id)
  const hasPendingPinSheet = await notifyPendingPinSheets(run, outcome.id)
  const elapsedMs = Math.round(performance.now() - startTime - session.terminal.askedMs)
  const delivery = await sendLetters(outcome.letterIds, run)
  const imported: ImportAnswer = {
    id: dryRun ? null : outcome.id,
    // An import without changes counts as applied, except where no store exists.
    state: dryRun || (store.created && outcome.id === null) ? 'planned' : 'applied',
    source,
    counts,
    plan,
    pins: { file: outcome.file, count: plan.newUsers.length },
    mail: { queued: outcome.queued },
    closes: outcome.closes,
    opens: outcome.opens,
    messageStates: delivery.states,
    elapsedMs,
    dryRun,
    isBelowPlan: isPlanShown && err.isTerminal && !session.common.quiet,
    ...(dryRun &&
      session.terminal.out.isTerminal && {
        described: describePlan(plan, deletions, session.terminal.out),
      }),
  }
  const isReportPlaced = await moveReportIntoPlace(run, imported)
  const isComplete = areFilesPlaced && isReportPlaced && !delivery.undelivered && !hasPendingPinSheet
  return {
    text: renderImport(imported, session.terminal.out),
    json: importJson(imported),
    exit: plan.rows.heldBack > 0 ? 8 : isComplete ? 0 : 9,
  }
}

/** Reports PIN sheets still pending. @returns whether one is of the same file, which importing again does not write */
async function notifyPendingPinSheets(
  { session, store, prepared }: ImportRun,
  id: number | null,
): Promise<boolean> {
  // The import is committed; a failure of this look-up is ignored.
  const pending = (await findPendingPinSheets(store).catch(() => [])).filter(
    ({ importId }) => importId !== id,
  )
  for (const sheet of pending) session.notify(pendingPinSheetNotice(sheet))
  const ofThisFile = pending.filter(({ digest }) => digest === prepared.source.digest)
  return !session.common.dryRun && ofThisFile.some(({ isBeingWritten }) => !isBeingWritten)
}

/** Reports messages that wait since an interrupted import of the same file. */
async function notifyMessagesWaiting(
  { session, store, prepared }: ImportRun,
  id: number | null,
): Promise<void> {
  const { messagesWaitingOf } = await import('../../db/messages.ts')
  const { digest } = prepared.source
  // The import is committed; a failure of this look-up is ignored.
  const waiting = await messagesWaitingOf(store.db, { digest }).catch(() => [])
  for (const { importId, count } of waiting) {
    if (importId === id) continue
    const what = count === 1 ? 'One message' : `${formatNumber(count)} messages`
    const message = `${what} of import ${importId} ${count === 1 ? 'waits' : 'wait'} to be sent: ssh-admin mail send --import ${importId}`
    session.notify({ code: 'mail-waiting', message })
  }
}

/** Looks twice: the process that writes a sheet may finish between two queries. */
async function findPendingPinSheets(
  store: OpenStore,
): Promise<(PendingPinSheet & { isBeingWritten: boolean })[]> {
  const sheets = (await pendingPinSheets(store.db)).map((sheet) => ({
    ...sheet,
    isBeingWritten: statusOfOwner(sheet.unfinished) === 'running',
  }))
  if (sheets.every(({ isBeingWritten }) => isBeingWritten)) return sheets
  const stillPending = new Set((await pendingPinSheets(store.db)).map(({ importId }) => importId))
  return sheets.filter(({ importId }) => stillPending.has(importId))
}

const unchangedOutcome = Promise.resolve({
  id: null,
  file: null,
  queued: 0,
  letterIds: [],
  pending: false,
  closes: [],
  opens: [],
})

interface ImportOutcome {
  id: number
  file: string | null
  queued: number
  /** Ids of the letters to deliver. */
  letterIds: readonly number[]
  pending: boolean
  closes: readonly Closing[]
  opens: readonly Opening[]
}

async function applyOrRehearse(run: ImportRun): Promise<ImportOutcome> {
  const { session, store, ctx, prepared, outputs, phases } = run
  const { plan, deletions, source } = prepared
  const nonces = noncesFor(plan, ctx.random)
  const hasPins = plan.newUsers.length > 0
  const sheetWriter = hasPins && !session.common.dryRun ? pinSheetWriter(run, nonces) : undefined
  const work = async (trx: Trx, ctx: RuleContext) => {
    await refuseChangedStore(trx, { store, prepared })
    const closes = await closedByDeletions(trx, { deletions, at: ctx.at })
    const opens = await openedByPlan(trx, { plan, at: ctx.at, listed: session.common.json })
    const comparable = (of: Pick<PreparedImport, 'closes' | 'opens'>) =>
      JSON.stringify([comparableClosing({ closes: of.closes }), comparableOpening(of.opens)])
    // Releases also open as time passes. Without a confirmation the present state is reported; with one it must not differ.
    if (run.asks && comparable({ closes, opens }) !== comparable(prepared)) throw changedMeanwhile()
    let isSavingShown = false
    const showSaving = async () => {
      const label = session.common.dryRun ? 'Rehearsing …' : 'Saving …'
      await phases.begin('saving', label, plan.newUsers.length)
      isSavingShown = true
    }
    const sheetWritten = Promise.resolve(sheetWriter?.write()).then(showSaving)
    // If saving fails first, that error is reported.
    sheetWritten.catch(() => undefined)
    if (!store.engine.isShared) await sheetWritten
    const onUser = (done: number) => {
      if (isSavingShown) phases.update(done)
    }
    const id = await applyImport(trx, { plan, deletions, source, opens, nonces, ctx, onUser })
    if (sheetWriter) await addPendingPinSheet(trx, { importId: id, unfinished: outputs.pins.unfinished })
    const queued = prepared.sendMail ? await queueMail(trx, { id, ctx }) : 0
    await checkMail(trx, { session })
    await sheetWritten
    return { id, queued, closes, opens }
  }
  if (session.common.dryRun) {
    const { id, queued, closes, opens } = await session.rehearse(store, work)
    const file = hasPins ? pinsName(run, id) : null
    return { id, closes, opens, queued, letterIds: [], file, pending: false }
  }
  const { commitUnlogged } = await import('../../db/transact.ts')
  try {
    if (sheetWriter) {
      await commitUnlogged(store, (trx) => insertUnfinishedSheet(trx, outputs.pins.unfinished))
      if (!store.engine.isShared) await sheetWriter.write()
    }
    const { result, queued: letterIds } = await session.commit(store, work)
    phases.hide()
    if (!hasPins) return { ...result, letterIds, file: null, pending: false }
    const placed = await movePinsIntoPlace(run, result.id)
    return { ...result, letterIds, ...placed }
  } catch (error) {
    await sheetWriter?.waitUntilEnded()
    outputs.pins.discard()
    // Do not wait for a lost server again: the note is removed by the next command that opens the store.
    const isServerLost =
      error instanceof CommitUnknown || (error instanceof Unavailable && error.code === 'store-unavailable')
    if (hasPins && !isServerLost) await forgetSheets(store, [outputs.pins.unfinished])
    throw error
  }
}

/**
 * Writes the PIN sheet once, completely, before the commit: for a file before the store is locked, for a server in
 * parallel with saving the rows.
 */
function pinSheetWriter(run: ImportRun, nonces: Nonces) {
  const { prepared, phases } = run
  let writing: Promise<void> | undefined
  const writeSheet = async () => {
    await phases.begin('making-pins', 'Making PINs and their sheet …', prepared.plan.newUsers.length)
    await preparePins(run, { nonces, onUser: (done) => phases.update(done) })
  }
  return {
    write: () => (writing ??= writeSheet()),
    /** Resolves once writing has ended. */
    waitUntilEnded: async () => {
      await writing?.catch(() => undefined)
    },
  }
}

async function queueMail(trx: Trx, { id, ctx }: { id: number; ctx: RuleContext }): Promise<number> {
  const { queueActivationLetters } = await import('../../rules/mail/activation-letters.ts')
  return queueActivationLetters(trx, { importId: id, ctx })
}

/** Refuses to apply the plan if what it read from the store has changed since. */
async function refuseChangedStore(
  trx: Trx,
  { store, prepared }: { store: OpenStore; prepared: PreparedImport },
): Promise<void> {
  const { digestOfView } = await import('../../db/imports/view.ts')
  if ((await store.engine.dataVersion()) === prepared.version) return
  const { viewWithin } = await import('../../import/read-store.ts')
  const view = await viewWithin(trx, prepared.touched)
  if (digestOfView(view) !== prepared.storeDigest()) throw changedMeanwhile()
}

/**
 * Delivers the letters of a committed import. Letters that cannot be sent now stay queued, as do the rest after Ctrl-C.
 * @returns their outcomes, and whether some are still queued
 */
async function sendLetters(
  messageIds: readonly number[],
  { session, store, ctx, phases }: ImportRun,
): Promise<{ states: string; undelivered: boolean }> {
  if (messageIds.length === 0) return { states: '', undelivered: false }
  const { deliverQueued } = await import('../../mail/deliver.ts')
  const progress = await phases.countMessages(messageIds.length)
  const { messages, undelivered } = await deliverQueued({
    store,
    session,
    actor: ctx.actor,
    messageIds,
    progress,
  })
  return { states: countStates(messages), undelivered }
}
