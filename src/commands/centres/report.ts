import { type OutputFile, textOf } from '../../cli/output-file.ts'
import { type HappenedEvent, moveIntoPlaceRecorded } from '../../cli/record-event.ts'
import type { Session } from '../../cli/session.ts'
import { countryName } from '../../country-names.ts'
import { byRows, type CountryOutcome, maxReported } from '../../import/report-facts.ts'
import type { ImportAnswer } from '../../render/import.ts'
import type { ImportReport } from '../../render/import-report.ts'
import { countsIn, type ShownImport } from '../../render/imports.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import type { ImportOutputFiles } from './import-output-files.ts'
import type { PreparedImport } from './plan-import.ts'
import { pathInWords } from '../../shell-word.ts'

interface Reporting {
  session: Session
  ctx: RuleContext
  ready: PreparedImport
  outputs: Pick<ImportOutputFiles, 'report'>
}

/** Writes the page about an import that was made. @returns false where it is still owed */
export async function moveReportIntoPlace(
  { session, ctx, ready, outputs: { report: file } }: Reporting,
  { id, state, source, counts, plan, opens, dryRun }: ImportAnswer,
): Promise<boolean> {
  const { reported, deletions } = ready
  if (!file || !reported) return true
  if (dryRun) {
    notifyNoReport(session, file)
    return true
  }
  session.context.interruption.finish('the import is done, and the page about it is being written')
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
    ...reported,
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
  const again = id === null ? '' : ` To make it: ssh-admin centres imports show ${id} --report FILE`
  const notPlaced = (reason: string) => ({
    code: 'report-not-placed',
    message: `The page about the import could not be written.${reason}${again}`,
  })
  try {
    await prepareReport(file, report)
    // Whole, and named in the log before it is in its place.
    const placed = await moveIntoPlaceRecorded(session, {
      file,
      event: reportedEvent(report),
      notMoved: notPlaced,
    })
    if (placed !== undefined) session.say(`The page about it: ${placed}`)
    return placed !== undefined
  } catch (error) {
    file.discard()
    session.notify(notPlaced(error instanceof Error ? ` ${error.message}` : ''))
    return false
  }
}

export async function prepareReport(file: OutputFile, report: ImportReport): Promise<void> {
  const { importReportPage } = await import('../../render/import-report.ts')
  await file.prepare(textOf(importReportPage(report)))
}

export function reportedEvent({ id, file }: Pick<ImportReport, 'id' | 'file'>): HappenedEvent {
  return { action: 'centres.imports.reported', facts: { import: id }, personal: { file } }
}

export function notifyNoReport(session: Session, { path }: OutputFile): void {
  session.notify({
    code: 'report-not-written',
    message: `Nothing was changed: ${pathInWords(path)} with the page about the import is not written.`,
  })
}

/** The page about it, as far as the store still knows: the rows held back are not kept. */
export function reportOfShownImport(
  { row, contents, opened }: ShownImport,
  countries: ReadonlyMap<string, string>,
): ImportReport {
  const countryOf = (number: string | null) => {
    const code = number === null ? undefined : countries.get(number)
    return code === undefined ? null : countryName(code)
  }
  const outcomes = new Map<string | null, CountryOutcome>()
  for (const { centre } of contents.createdUsers) {
    const country = countryOf(centre)
    const outcome = outcomes.get(country) ?? { country, accepted: 0, heldBack: 0 }
    outcomes.set(country, { ...outcome, accepted: outcome.accepted + 1 })
  }
  const { id, state, file, sheet, digest, at, operator } = row
  const deleted = (kind: 'centre-deleted' | 'user-deleted') =>
    contents.changes.filter((change) => change.kind === kind).map(({ what }) => what ?? '')
  return {
    id,
    state,
    file,
    sheet,
    digest,
    at,
    operator,
    counts: countsIn(row.counts),
    opened,
    countries: [...outcomes.values()].sort(byRows),
    counted: 'users',
    newCentres: contents.createdCentres
      .slice(0, maxReported)
      .map(({ number, name }) => ({ number, name, country: countryOf(number) ?? '' })),
    heldBack: null,
    renames: contents.changes
      .filter(({ kind }) => kind === 'centre-renamed')
      .map(({ what, before, after }) => ({ number: what ?? '', before: before ?? '', after: after ?? '' })),
    missingCentres: [],
    extraUsers: [],
    duplicatedUsers: [],
    deleted: [...deleted('centre-deleted'), ...deleted('user-deleted')].map((what) => [what, '']),
  }
}
