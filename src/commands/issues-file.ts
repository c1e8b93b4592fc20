import { checkOutputFile, type OutputFile, prepareTable, refuseUnimportable } from '../cli/output-file.ts'
import { option } from '../cli/parameters.ts'
import type { Session } from '../cli/session.ts'
import type { CellIssue } from '../rules/table-rows.ts'
import type { SheetAsWritten } from '../import/issues-sheet.ts'
import { mapped } from '../render/pieces.ts'
import { pathInWords } from '../shell-word.ts'

export const issuesOutOption = option(
  '<file>',
  'write the rows held back, with the reasons, to be corrected and imported',
)

/** Looks at the place of the rows held back before anything is read. */
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
  sheet: SheetAsWritten
  issues: Iterable<CellIssue>
  /** How many rows. */
  count: number
  at: Date
  /** What the workbook says of itself. */
  marks?: readonly string[]
}

/** The rows held back, whole on the disk beside their place. @returns the file, where there are any to be put there */
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

/** @returns whether they are where they were wanted */
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

/** Each by its cell, where none of the rows may go in; made as it is told. */
export function problemsOf(issues: Iterable<ReportedIssue> & { readonly length: number }) {
  return mapped(issues, ({ cell, code, message, hint }) => ({
    target: cell,
    code,
    message,
    ...(hint ? { hint } : {}),
  }))
}
