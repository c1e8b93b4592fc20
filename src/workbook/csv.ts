import { parse } from 'csv-parse'
import { MOST_COLUMNS } from './cell.ts'
import { UnusableWorkbook } from './errors.ts'
import type { SheetRow } from './sheet-rows.ts'

const PIECE = 256 * 1024
const LONGEST_RECORD = 1024 * 1024
const DELIMITERS = [',', ';', '\t', '|']

// A spreadsheet program would run such a cell as a formula; behind an apostrophe it is text.
const DANGEROUS = /^'*[=+\-@\t\r]/
const GUARDED = /^'+[=+\-@\t\r]/

/** Puts an apostrophe before what a spreadsheet program would run as a formula; `unguarded` takes it away again. */
export function guarded(text: string): string {
  return DANGEROUS.test(text) ? `'${text}` : text
}

/** The text that was guarded: one apostrophe less, where one stands before a formula's first character. */
export function unguarded(text: string): string {
  return GUARDED.test(text) ? text.slice(1) : text
}

/** Reads delimited text (UTF-8, no byte order mark), one record a row. */
export async function readCsv(
  text: Buffer,
  onRow: (row: SheetRow) => void,
  progress?: (share: number) => void,
): Promise<void> {
  const { delimiter, skip } = delimiterOf(text)
  let number = skip.length > 0 ? 1 : 0
  const parser = parse({
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: false,
    max_record_size: LONGEST_RECORD,
    on_record: (record: readonly string[]) => {
      number += 1
      if (record.length > MOST_COLUMNS) throw unreadable(number, `more than ${MOST_COLUMNS} columns`)
      onRow({ number, cells: record.map((cell) => (cell === '' ? undefined : unguarded(cell))) })
      return null
    },
  })

  const failed = new Promise<never>((_, reject) => {
    parser.once('error', (error: Error) => {
      reject(
        'code' in error && String(error.code).startsWith('CSV_')
          ? unreadable(number + 1, reason(error), error)
          : error,
      )
    })
  })
  const ended = new Promise<void>((resolve) => {
    parser.once('end', resolve)
  })
  parser.resume()
  const feed = async () => {
    for (let at = skip.length; at < text.length; at += PIECE) {
      if (!parser.write(text.subarray(at, at + PIECE))) {
        await new Promise<void>((resolve) => {
          parser.once('drain', resolve)
        })
      }
      // Leaves room for Ctrl-C.
      await new Promise(setImmediate)
      progress?.(Math.min(1, (at + PIECE) / text.length))
    }
    parser.end()
    await ended
  }
  try {
    await Promise.race([feed(), failed])
  } finally {
    parser.destroy()
  }
}

function reason(error: Error): string {
  if ('code' in error && error.code === 'CSV_QUOTE_NOT_CLOSED') return 'a quotation mark that is never closed'
  if ('code' in error && error.code === 'CSV_MAX_RECORD_SIZE')
    return 'more than a million characters; perhaps a quotation mark is not closed'
  return error.message
}

function unreadable(row: number, what: string, cause?: unknown): UnusableWorkbook {
  return new UnusableWorkbook('workbook-damaged', `the CSV file cannot be read: row ${row} has ${what}`, {
    hint: 'open it in Excel, look at that row, and save it as .xlsx',
    cause,
  })
}

/** The delimiter that stands in the most of the first lines, and as often in each; Excel may also say so itself (`sep=;`). */
function delimiterOf(text: Buffer): { delimiter: string; skip: Buffer } {
  const sample = text.subarray(0, 64 * 1024).toString('utf8')
  const said = /^"?sep=([^"\r\n])"?\r?\n/i.exec(sample)
  if (said?.[1] !== undefined) return { delimiter: said[1], skip: Buffer.from(said[0]) }
  const lines = sample
    .replace(/"[^"]*"/g, '')
    .split(/\r\n|\n|\r/)
    .slice(0, 20)
  const [best = ','] = DELIMITERS.map((delimiter) => ({ delimiter, evidence: evidenceOf(delimiter, lines) }))
    .sort((one, other) => compareEvidence(other.evidence, one.evidence))
    .map(({ delimiter }) => delimiter)
  return { delimiter: best, skip: Buffer.alloc(0) }
}

/** In how many lines it stands, how many of them have equally many, and how many those have: names and addresses hold commas too, but not so evenly. */
function evidenceOf(
  delimiter: string,
  lines: readonly string[],
): [lines: number, even: number, each: number] {
  const counts = lines.map((line) => line.split(delimiter).length - 1).filter((count) => count > 0)
  const evenness = (count: number) => counts.filter((other) => other === count).length
  const [each = 0] = [...counts].sort((one, other) => evenness(other) - evenness(one) || other - one)
  return [counts.length, evenness(each), each]
}

function compareEvidence(
  [lines, even, each]: [number, number, number],
  [otherLines, otherEven, otherEach]: [number, number, number],
): number {
  return lines - otherLines || even - otherEven || each - otherEach
}
