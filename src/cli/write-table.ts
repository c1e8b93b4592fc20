import { Cancelled } from '../errors.ts'
import type { CellToWrite, SheetToWrite } from '../workbook/sheet.ts'
import type { Tables } from '../workbook/write.ts'
import type { OutputFile } from './output-file.ts'

interface Writing {
  sheets: Tables
  at: Date
  signal: AbortSignal
  /** What the workbook says of itself, for a program to read again. */
  marks?: readonly string[]
}

/** Writes sheets beside the place of a file, as its ending says; a signal ends it between two rows. */
export async function prepareTable(
  file: OutputFile,
  { sheets: [first, ...others], at, signal, marks = [] }: Writing,
): Promise<void> {
  const { writeTableFile } = await import('../workbook/write.ts')
  const stoppable = (sheet: SheetToWrite) => ({ ...sheet, rows: untilStopped(sheet.rows, signal) })
  const sheets: Tables = [
    stoppable(first),
    ...others.map((sheet) => ('rows' in sheet ? stoppable(sheet) : sheet)),
  ]
  await file.prepare({ writeTo: (path) => writeTableFile(path, sheets, { creator: 'ssh-admin', at, marks }) })
}

async function* untilStopped(
  rows: SheetToWrite['rows'],
  signal: AbortSignal,
): AsyncGenerator<readonly CellToWrite[]> {
  let made = 0
  for await (const row of rows) {
    if (signal.aborted) throw new Cancelled()
    made += 1
    // Leaves room for Ctrl-C.
    if (made % 1000 === 0) await new Promise(setImmediate)
    yield row
  }
}
