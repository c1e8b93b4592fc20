import { checkOutputFile, type OutputFile, type OutputKind } from '../../cli/output-file.ts'
import { Usage } from '../../errors.ts'
import type { Session } from '../../cli/session.ts'

/** The place of a workbook or CSV file that an import could read. */
export async function workbookToWrite(
  session: Session,
  { kind, file, asksLater }: { kind: OutputKind; file: string; asksLater?: true },
): Promise<OutputFile> {
  const { tableEnding } = await import('../../workbook/write.ts')
  if (tableEnding(file) === '.json') {
    throw new Usage(`${file} would be JSON, which an import does not read.`, {
      code: 'unknown-ending',
      hint: 'End the name with .xlsx or .csv.',
    })
  }
  return checkOutputFile(session, { kind, file, ...(asksLater ? { asksLater } : {}) })
}
