import type { OutputFile } from '../../cli/output-file.ts'
import { type EventToRecord, recordAndMoveIntoPlace } from '../../cli/record-event.ts'
import type { Session } from '../../cli/session.ts'
import type { ImportAnswer } from '../../render/import.ts'
import type { ImportReport } from '../../render/import-report.ts'
import type { PlannedRun } from './import-output-files.ts'
import { pathInWords } from '../../shell-word.ts'

/** Writes the report of a completed import. @returns false if it could not be written */
export async function moveReportIntoPlace(
  { session, ctx, prepared, hasNoStore, outputs: { report: file } }: PlannedRun,
  { id, state, source, counts, plan, opens, dryRun }: ImportAnswer,
): Promise<boolean> {
  const { reportFacts, deletions } = prepared
  if (!file || !reportFacts) return true
  if (dryRun) {
    notifyNoReport(session, file)
    return true
  }
  session.context.interruption.startFinishing('the import is done, and the page about it is being written')
  const { operator } = session.context
  const { renames, missingCentres, extraUsers, duplicatedUsers } = plan
  const report: ImportReport = {
    id,
    state: state === 'undone' ? state : 'applied',
    ...source,
    at: ctx.at.toISOString(),
    operator,
    counts,
    opened: opens,
    ...reportFacts,
    counted: 'rows',
    renames,
    missingCentres,
    extraUsers,
    duplicatedUsers,
    deleted: [
      ...deletions.centres.map(({ number, name }) => [number, name] as const),
      ...deletions.users.map(({ email, centre }) => [email, centre] as const),
    ],
  }
  const retryHint = id === null ? '' : ` To make it: ssh-admin centres imports show ${id} --report FILE`
  const notPlacedNotice = (reason: string) => ({
    code: 'report-not-placed',
    message: `The page about the import could not be written.${reason}${retryHint}`,
  })
  try {
    await prepareReport(file, report)
    // Completely written, and recorded in the log, before it is moved into place.
    const placed = hasNoStore
      ? await file.moveIntoPlace()
      : await recordAndMoveIntoPlace(session, { file, event: reportEvent(report), notMoved: notPlacedNotice })
    if (placed !== undefined) session.say(`The page about it: ${placed}`)
    return placed !== undefined
  } catch (error) {
    file.discard()
    session.notify(notPlacedNotice(error instanceof Error ? ` ${error.message}` : ''))
    return false
  }
}

export async function prepareReport(file: OutputFile, report: ImportReport): Promise<void> {
  const { importReportPage } = await import('../../render/import-report.ts')
  await file.prepare(importReportPage(report))
}

export function reportEvent({ id, file }: Pick<ImportReport, 'id' | 'file'>): EventToRecord {
  return { action: 'centres.imports.reported', facts: { import: id }, personal: { file } }
}

export function notifyNoReport(session: Session, { path }: OutputFile): void {
  session.notify({
    code: 'report-not-written',
    message: `Nothing was changed: ${pathInWords(path)} with the page about the import is not written.`,
  })
}
