import * as z from 'zod'
import { retryLostRead } from '../../cli/action.ts'
import { type AnswerOfChange, command } from '../../cli/define.ts'
import { optionalArgument } from '../../cli/parameters.ts'
import { checkOutputFile, type OutputFile, prepareTable, refuseUnimportable } from '../../cli/output-file.ts'
import type { OutputKind } from '../../cli/output-notes.ts'
import { recordAndMoveIntoPlace } from '../../cli/record-event.ts'
import { type Session, withStore } from '../../cli/session.ts'
import { countLeftOut, exportedUsers, type ExportedUser } from '../../db/centres/people.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import { AnswerNotWritten, Cancelled, Usage } from '../../errors.ts'
import { tsvLine } from '../../render/clean-text.ts'
import { count } from '../../render/text.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import type { SheetToWrite, CellToWrite } from '../../workbook/sheet.ts'
import { pathInWords } from '../../shell-word.ts'
import { countryName } from '../../country-names.ts'
import { type WrittenField, writtenColumns } from '../../import/columns.ts'

/** Of no other kind: it writes a file, or streams its rows to stdout, and can be rehearsed. */
export const exportCentres = () =>
  command({
    name: 'export',
    summary: 'write the centres and users as a workbook that import reads',
    description:
      'Write every centre and its users as a workbook, one row for each user, or as CSV. Importing it again changes nothing. ' +
      'CSV is for programs: a spreadsheet program drops the zeros of 00123 when it opens it. ' +
      'Deleted centres and accounts, and users without a centre, are left out. In a pipe: file, centres, users.',
    args: {
      file: optionalArgument(
        '.xlsx or .csv, or - for CSV on stdout (default: centres-YYYY-MM-DD.xlsx here)',
        z.string().min(1, 'the name of a file').optional(),
      ),
    },
    examples: ['ssh-admin centres export centres-today.xlsx --yes', 'ssh-admin centres export -'],
    changes: true,
    run: async ({ file }, session) => {
      const { common, context } = session
      if (file === '-' && common.json) {
        throw new Usage('With - the CSV goes to stdout, and --json wants that too.', {
          code: 'stdout-twice',
          hint: 'Name a file, or leave out --json.',
        })
      }
      const fileName = file ?? `centres-${context.now().toISOString().slice(0, 10)}.xlsx`
      const output =
        fileName === '-'
          ? undefined
          : await checkWorkbookOutput(session, { kind: 'export', file: fileName, asksLater: true })
      return withStore(session, common.dryRun ? 'rehearse' : 'read', async (store) => {
        const { actor } = await session.ctx(store)
        const counts: ExportCounts = { centres: 0, users: 0 }
        const exportTo = (write: (sheet: StreamedSheet) => Promise<void>) =>
          retryLostRead(
            store,
            async () => {
              Object.assign(counts, { centres: 0, users: 0 })
              const exported = exportedUsers(store.db, visibleCentres(actor)).stream()
              const rows = exportRows(exported, { counts, signal: context.signal })
              await write({ name: 'Centres', columns: writtenColumns, rows })
            },
            () => fileName === '-' && counts.centres > 0,
          )
        if (common.dryRun) {
          await output?.confirmReplacing()
          await exportTo(async ({ rows }) => {
            for await (const _ of rows);
          })
        } else if (!output) await exportTo((sheet) => writeToStdout(sheet, session))
        else {
          await output.confirmReplacing()
          session.busy('Writing the centres and their users …')
          await exportTo((sheet) =>
            prepareTable(output, { sheets: [sheet], at: context.now(), signal: context.signal }),
          )
          const event = { action: 'centres.exported', facts: { ...counts } }
          if ((await recordAndMoveIntoPlace(session, { file: output, event })) === undefined)
            return { text: '', json: { file: null, ...counts }, exit: 9 }
        }
        if (actor.kind === 'staff') await retryLostRead(store, () => notifyLeftOut(store, session))
        if (/\.csv$/i.test(fileName)) {
          const message =
            'Spreadsheet programs drop the zeros of numbers such as 00123 when they open CSV: for people, write .xlsx.'
          session.notify({ code: 'csv-loses-zeros', message })
        }
        return fileName === '-'
          ? { text: '', json: { file: fileName, ...counts } }
          : exportAnswer({ file: fileName, counts }, session)
      })
    },
  })

type StreamedSheet = SheetToWrite & { rows: AsyncIterable<CellToWrite[]> }

async function writeToStdout(sheet: SheetToWrite, { terminal }: Session): Promise<void> {
  const { csvText } = await import('../../workbook/write-sheet.ts')
  try {
    for await (const piece of csvText(sheet)) await terminal.write(piece)
  } catch (error) {
    throw error instanceof AnswerNotWritten ? error.beforeAnyChange() : error
  }
}

async function notifyLeftOut({ db }: OpenStore, session: Session): Promise<void> {
  const { centres, users, withoutCentre } = await countLeftOut(db)
  const parts = [
    ...(centres > 0 ? [`${count(centres, 'deleted centre')} with ${count(users, 'user')}`] : []),
    ...(withoutCentre > 0 ? [`${count(withoutCentre, 'user')} without a centre`] : []),
  ]
  if (parts.length > 0) session.notify({ code: 'left-out', message: `Left out: ${parts.join(', and ')}.` })
}

function exportAnswer(
  { file, counts }: { file: string; counts: ExportCounts },
  session: Session,
): AnswerOfChange {
  const { dryRun } = session.common
  const { centres, users } = counts
  const what = `${count(centres, 'centre')} and ${count(users, 'user')}`
  const text = session.terminal.out.isTerminal
    ? `${dryRun ? 'Would write' : 'Wrote'} ${what} to ${pathInWords(file)}.`
    : tsvLine([file, centres, users])
  return { text, json: { file, centres, users } }
}

/** The output file, of a format that an import can read. */
export async function checkWorkbookOutput(
  session: Session,
  { kind, file, asksLater }: { kind: OutputKind; file: string; asksLater?: true },
): Promise<OutputFile> {
  await refuseUnimportable(file)
  return checkOutputFile(session, { kind, file, ...(asksLater ? { asksLater } : {}) })
}

/** Counts of what was written, updated while rows are produced. */
interface ExportCounts {
  centres: number
  users: number
}

/** The cells; importing them again changes nothing. */
async function* exportRows(
  rows: AsyncIterable<ExportedUser>,
  { counts, signal }: { counts: ExportCounts; signal: AbortSignal },
): AsyncGenerator<CellToWrite[]> {
  let lastNumber: string | undefined
  let rowCount = 0
  for await (const row of rows) {
    if (signal.aborted) throw new Cancelled()
    rowCount += 1
    // Lets the event loop handle signals.
    if (rowCount % 1000 === 0) await new Promise(setImmediate)
    if (row.number !== lastNumber) counts.centres += 1
    if (row.email !== null) counts.users += 1
    lastNumber = row.number
    const cells = cellsByField(row)
    yield writtenColumns.map(({ field }) => cells[field])
  }
}

function cellsByField(row: ExportedUser): Readonly<Record<WrittenField, string>> {
  const { number, name, address, town, postcode, country, kind, associate } = row
  return {
    number,
    name,
    address,
    town,
    postcode,
    country: countryName(country),
    firstName: row.first_name ?? '',
    lastName: row.last_name ?? '',
    email: row.email ?? '',
    role: [...(row.hub_role ? [row.hub_role] : []), ...(row.roles ? row.roles.split(',') : [])].join(', '),
    kind,
    associate: associate ?? '',
  }
}
