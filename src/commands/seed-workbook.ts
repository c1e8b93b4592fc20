import { basename, extname } from 'node:path'
import { answer } from '../cli/action.ts'
import { checkOutputFile, type OutputFile, prepareTable, textOf } from '../cli/output-file.ts'
import type { Session } from '../cli/session.ts'
import { Usage } from '../errors.ts'
import { type ExpectedImport, madeUpRoster } from '../import/made-up-roster.ts'
import { grouped } from '../grouped.ts'
import type { JsonAnswer } from '../render/json.ts'
import { count } from '../render/text.ts'
import { workbookToWrite } from './centres/export.ts'

interface WorkbookOptions {
  centres: number
  users: number
  seed: number
  xlsx: string
  faults?: number | undefined
  expect?: string | undefined
}

/** Writes what would fill a store as a workbook to be imported, with known mistakes; no store is opened. @returns the exit code */
export async function writeSeedWorkbook(session: Session, options: WorkbookOptions): Promise<number> {
  const { xlsx, expect, faults = 0 } = options
  const files = await outputFilesFor(session, options)
  try {
    const csvName = basename(xlsx, extname(xlsx))
    const sheetName = /\.csv$/i.test(xlsx) ? { sheet: csvName } : {}
    const { sheet, expected } = madeUpRoster({ ...options, faults, ...sheetName })
    if (!session.common.dryRun) await writeFiles(session, files, { sheet, expected })
    const { rows } = expected
    await answer(session, {
      text: sentence({ rows, options, dryRun: session.common.dryRun }),
      json: { file: xlsx, expect: expect ?? null, rows, dryRun: session.common.dryRun } satisfies Omit<
        Extract<JsonAnswer<'seededStore'>, { file: string }>,
        'notices'
      >,
    })
    return 0
  } finally {
    for (const file of files) file.discard()
  }
}

async function outputFilesFor(session: Session, { xlsx, expect }: WorkbookOptions): Promise<OutputFile[]> {
  if (expect !== undefined && expect === xlsx) {
    throw new Usage(`--expect ${expect} is what --xlsx names.`, {
      code: 'file-named-twice',
      hint: 'Choose another name.',
    })
  }
  const workbook = await workbookToWrite(session, { kind: 'sample', file: xlsx })
  if (expect === undefined) return [workbook]
  return [workbook, await checkOutputFile(session, { kind: 'sample', file: expect, flag: '--expect' })]
}

async function writeFiles(
  { context }: Session,
  [workbook, answerFile]: readonly OutputFile[],
  { sheet, expected }: ReturnType<typeof madeUpRoster>,
): Promise<void> {
  if (!workbook) return
  await prepareTable(workbook, { sheets: [sheet], at: context.now(), signal: context.signal })
  await answerFile?.prepare(textOf(`${JSON.stringify(expected, null, 2)}\n`))
  await workbook.moveIntoPlace()
  await answerFile?.moveIntoPlace()
}

function sentence({
  rows,
  options: { xlsx, expect },
  dryRun,
}: {
  rows: ExpectedImport['rows']
  options: WorkbookOptions
  dryRun: boolean
}): string {
  const mistakes = rows.heldBack === 0 ? '' : `, ${grouped(rows.heldBack)} of them with a mistake`
  const wrote = `${dryRun ? 'Would write' : 'Wrote'} ${count(rows.read, 'row')}${mistakes} to ${xlsx}`
  return expect === undefined
    ? `${wrote}.`
    : `${wrote}, and what an import into an empty store must answer to ${expect}.`
}
