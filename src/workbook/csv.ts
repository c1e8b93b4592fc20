import { MOST_COLUMNS } from './cell.ts'
import { UnusableWorkbook } from './errors.ts'
import type { SheetRow } from './sheet-rows.ts'

const PIECE = 256 * 1024
const LONGEST_ROW = 1024 * 1024
const DELIMITERS = [',', ';', '\t', '|']
const LINE_FEED = 10
const CARRIAGE_RETURN = 13

// A spreadsheet program would run such a cell as a formula, in full width too; behind an apostrophe it is text.
const DANGEROUS = /^'*[=+\-@\t\r＝＋－＠]/
const GUARDED = /^'+[=+\-@\t\r＝＋－＠]/

/** Puts an apostrophe before what a spreadsheet program would run as a formula; `unguarded` takes it away again. */
export function guarded(text: string): string {
  return DANGEROUS.test(text) ? `'${text}` : text
}

/** The text that was guarded: one apostrophe less, where one stands before a formula's first character. */
export function unguarded(text: string): string {
  return GUARDED.test(text) ? text.slice(1) : text
}

/**
 * Reads delimited text (UTF-8, no byte order mark). CRLF, LF and CR each end a row, between quotation
 * marks too: a mark that closes in another row would swallow the rows between, and is refused.
 */
export async function readCsv(
  text: Buffer,
  onRow: (row: SheetRow) => void,
  progress?: (share: number) => void,
): Promise<void> {
  const { delimiter, skip } = delimiterOf(text)
  let number = skip.length > 0 ? 1 : 0
  for (let at = skip.length; at < text.length; ) {
    const end = endOfLine(text, at + PIECE)
    const tooMuch = end - at > PIECE + LONGEST_ROW
    const lines = linesIn(text.toString('utf8', at, tooMuch ? at + PIECE : end))
    if (tooMuch) throw tooLong(number + lines.length)
    for (const line of lines) {
      number += 1
      onRow({ number, cells: cellsOf(line, { delimiter, row: number }) })
    }
    at = end
    // Leaves room for Ctrl-C.
    await new Promise(setImmediate)
    progress?.(Math.min(1, end / text.length))
  }
}

/** Behind the last line end there is no row. */
function linesIn(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** Where the line ends that goes on at `from`; CR and LF together are one end. */
function endOfLine(text: Buffer, from: number): number {
  if (from >= text.length) return text.length
  const start = from - 1
  const feed = text.indexOf(LINE_FEED, start)
  const within = text.subarray(0, feed === -1 ? text.length : feed)
  const carriage = within.indexOf(CARRIAGE_RETURN, start)
  const end = carriage === -1 ? feed : carriage
  if (end === -1) return text.length
  return end === carriage && text[end + 1] === LINE_FEED ? end + 2 : end + 1
}

function cellsOf(
  line: string,
  { delimiter, row }: { delimiter: string; row: number },
): (string | undefined)[] {
  if (line.length > LONGEST_ROW) throw tooLong(row)
  const cells: (string | undefined)[] = []
  const put = (text: string) => {
    if (cells.length === MOST_COLUMNS) throw unreadable(row, `has more than ${MOST_COLUMNS} columns`)
    cells.push(text === '' ? undefined : unguarded(text))
  }
  if (!line.includes('"')) {
    for (let at = 0; ; ) {
      const end = line.indexOf(delimiter, at)
      put(end === -1 ? line.slice(at) : line.slice(at, end))
      if (end === -1) return cells
      at = end + delimiter.length
    }
  }
  for (let at = 0; ; ) {
    const quote = openingQuote(line, at)
    if (quote === -1) {
      const end = line.indexOf(delimiter, at)
      put(end === -1 ? line.slice(at) : line.slice(at, end))
      if (end === -1) return cells
      at = end + delimiter.length
      continue
    }
    const close = closingQuote(line, quote)
    if (close === -1) throw openQuote(row)
    put(line.slice(quote + 1, close).replaceAll('""', '"'))
    let end = close + 1
    while (line[end] === ' ') end += 1
    if (end === line.length) return cells
    if (!line.startsWith(delimiter, end)) throw quoteBeforeText(row, line.slice(quote, close + 12))
    at = end + delimiter.length
  }
}

/** Where a cell's quotation mark stands, blanks before it aside; -1 for a cell that begins with something else. */
function openingQuote(line: string, from: number): number {
  let at = from
  while (line[at] === ' ') at += 1
  return line[at] === '"' ? at : -1
}

/** The mark that is not one of two. */
function closingQuote(line: string, open: number): number {
  for (let at = line.indexOf('"', open + 1); at !== -1; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') return at
  }
  return -1
}

function openQuote(row: number): UnusableWorkbook {
  return unreadable(
    row,
    'opens a quotation mark that does not close in the same row',
    'look at that row: take the mark away, or close it. A cell of several lines belongs in an .xlsx workbook: save it as one',
  )
}

function quoteBeforeText(row: number, text: string): UnusableWorkbook {
  return unreadable(
    row,
    `has text behind a closing quotation mark: ${text}`,
    'look at that row: inside a cell in quotation marks, a quotation mark is written twice ("")',
  )
}

function tooLong(row: number): UnusableWorkbook {
  return unreadable(row, 'has more than a million characters')
}

function unreadable(
  row: number,
  what: string,
  hint = 'open it in your spreadsheet program, look at that row, and save it as .xlsx',
): UnusableWorkbook {
  return new UnusableWorkbook('workbook-damaged', `the CSV file cannot be read: row ${row} ${what}`, {
    hint,
    details: { row },
  })
}

/** The delimiter that stands in the most of the first lines, and as often in each; Excel may also say so itself (`sep=;`). */
function delimiterOf(text: Buffer): { delimiter: string; skip: Buffer } {
  const sample = text.subarray(0, 64 * 1024).toString('utf8')
  const said = /^"?sep=([^"\r\n])"?(?:\r\n|\n|\r)/i.exec(sample)
  if (said?.[1] !== undefined) return { delimiter: said[1], skip: Buffer.from(said[0]) }
  const lines = sample.split(/\r\n|\n|\r/, 20).map((line) => line.replace(/"[^"]*"/g, ''))
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
