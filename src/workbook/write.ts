import { extname } from 'node:path'
import { UnusableFile } from './errors.ts'
import type { FormsToWrite, SheetToWrite } from './sheet.ts'
import { writeCsv, writeJson } from './write-sheet.ts'
import { type WriteOptions, writeWorkbook } from './write-xlsx.ts'
import { pathInWords } from '../shell-word.ts'

export type { FormsToWrite, SheetToWrite } from './sheet.ts'
export { csvText, writeCsv, writeJson } from './write-sheet.ts'
export { type WriteOptions, writeWorkbook } from './write-xlsx.ts'

/** A table, and what a workbook has beside it. */
export type Tables = readonly [SheetToWrite, ...(SheetToWrite | FormsToWrite)[]]

/** Writes a table as its file's ending says: `.xlsx` with all its sheets, or the first alone as `.csv` or `.json`. */
export async function writeTableFile(
  path: string,
  sheets: Tables,
  options: WriteOptions = {},
): Promise<void> {
  const [first] = sheets
  const ending = tableEnding(path)
  if (ending === '.xlsx') await writeWorkbook(path, sheets, options)
  else if (ending === '.csv') await writeCsv(path, first)
  else await writeJson(path, first)
}

const tableEndings = ['.xlsx', '.csv', '.json'] as const

type TableEnding = (typeof tableEndings)[number]

/** The ending of a table's file, small letters; throws UnusableFile for any other. */
export function tableEnding(path: string, known: readonly TableEnding[] = tableEndings): TableEnding {
  const typed = extname(path).toLowerCase()
  const ending = known.find((one) => one === typed)
  if (ending) return ending
  const endings = `${known.slice(0, -1).join(', ')} or ${known.at(-1)}`
  throw new UnusableFile('workbook-unknown-ending', `the ending of ${pathInWords(path)} is not known`, {
    hint: `end the name with ${endings}`,
  })
}
