import { checkOutputFile, type OutputFile, prepareTable, refuseUnimportable } from '../cli/output-file.ts'
import { option } from '../cli/parameters.ts'
import type { Session } from '../cli/session.ts'
import type { CellIssue } from '../rules/table-rows.ts'
import type { OriginalSheet } from '../import/original-sheet.ts'
import { type LazyList, lazyMap } from '../lazy-list.ts'
import { pathInWords } from '../shell-word.ts'

export const issuesOutOption = option(
  '<file>',
  'write the rows held back, with the reasons, to be corrected and imported',
)

/** Checks the output file for rows held back before anything is read. */
export async function checkIssuesFile(
  session: Session,
  { file, input }: { file: string | undefined; input: string },
): Promise<OutputFile | undefined> {
  if (file === undefined) return undefined
  if (file.trim() !== '') await refuseUnimportable(file)
  const read = input === '-' ? undefined : input
  return checkOutputFile(session, { kind: 'issues', file, flag: '--issues-out', input: read })
}

interface HeldBack {
  sheet: OriginalSheet
  issues: Iterable<CellIssue>
  /** Number of rows. */
  count: number
  at: Date
  /** Marks written into the workbook's properties. */
  marks?: readonly string[]
}

/** Writes the rows held back to a temporary file. @returns the file, if there are any rows */
export async function prepareIssuesFile(
  session: Session,
  file: OutputFile | undefined,
  { sheet, issues, count, at, marks = [] }: HeldBack,
): Promise<OutputFile | undefined> {
  if (!file || count === 0) return undefined
  if (session.common.dryRun) {
    session.notify({
      code: 'issues-not-written',
      message: `This is a rehearsal: ${pathInWords(file.path)} with the rows held back (${count}) is not written.`,
    })
    return undefined
  }
  const { issuesSheet } = await import('../import/issues-sheet.ts')
  const { signal } = session.context
  await prepareTable(file, { sheets: [issuesSheet(sheet, issues)], at, signal, marks })
  return file
}

/** @returns whether the file was moved into place */
export async function moveIssuesFileIntoPlace(session: Session, file: OutputFile): Promise<boolean> {
  try {
    session.say(`The rows held back, with the reasons: ${await file.moveIntoPlace()}`)
    return true
  } catch (error) {
    file.discard()
    const reason = error instanceof Error ? ` ${error.message}` : ''
    session.notify({
      code: 'issues-not-placed',
      message: `The rows held back could not be written.${reason} To get them: import the workbook again with --issues-out FILE`,
    })
    return false
  }
}

type ReportedIssue = Pick<CellIssue, 'cell' | 'code' | 'message'> & { hint?: string | null }

/** The issues as problems by cell, produced lazily. */
export function problemsOfIssues(issues: LazyList<ReportedIssue>) {
  return lazyMap(issues, ({ cell, code, message, hint }) => ({
    target: cell,
    code,
    message,
    ...(hint ? { hint } : {}),
  }))
}
