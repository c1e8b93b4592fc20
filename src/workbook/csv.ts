import { maxHeadingRow, maxColumns, unguarded } from './cell.ts'
import { isBlankRow, type SheetRow } from './sheet-rows.ts'
import { UnusableWorkbook } from './errors.ts'
import type { CellFault } from './cell-faults.ts'

const DELIMITERS = [',', ';', '\t', '|']

/** The delimiter that stands in the most of the first lines, and as often in each; Excel may also say so itself (`sep=;`). */
function delimiterOf(text: Buffer): { delimiter: string; skip: Buffer } {
  const sample = text.subarray(0, 64 * 1024).toString('utf8')
  const said = /^"?sep=([^"\r\n])"?(?:\r\n|\n|\r)/i.exec(sample)
  if (said?.[1] !== undefined) return { delimiter: said[1], skip: Buffer.from(said[0]) }
  const lines = sample.split(/\r\n|\n|\r/, 20).map((line) => line.replace(/"[^"]*"/g, ''))
  const [best] = DELIMITERS.map((delimiter) => ({ delimiter, ...evidenceOf(delimiter, lines) })).sort(
    (one, other) => other.lines - one.lines || other.even - one.even || other.each - one.each,
  )
  return { delimiter: best?.delimiter ?? ',', skip: Buffer.alloc(0) }
}

/** In how many lines it stands, how many of them have equally many, and how many those have: names and addresses hold commas too, but not so evenly. */
function evidenceOf(delimiter: string, lines: readonly string[]) {
  const counts = lines.map((line) => line.split(delimiter).length - 1).filter((count) => count > 0)
  const linesWithCount = (count: number) => counts.filter((other) => other === count).length
  const [each = 0] = [...counts].sort(
    (one, other) => linesWithCount(other) - linesWithCount(one) || other - one,
  )
  return { lines: counts.length, even: linesWithCount(each), each }
}

const PIECE = 256 * 1024
/** As many as a cell of a workbook may have. */
const maxLinesInACell = 254
const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/**
 * Reads delimited text (UTF-8, no byte order mark). CRLF, LF and CR each end a row; in a cell in quotation
 * marks they are line breaks, where that can swallow no row, and else the row where it opens is refused.
 * Rows are numbered as a spreadsheet shows them.
 */
export async function readCsv(
  text: Buffer,
  onRow: (row: SheetRow) => void,
  progress?: (share: number) => void,
): Promise<void> {
  const { delimiter, skip } = delimiterOf(text)
  const checkLength = rowLengthCheck()
  let number = skip.length > 0 ? 1 : 0
  let open: { text: string; lines: number } | undefined
  /** Mostly it is a row. */
  const readLine = (line: string) => {
    if (open === undefined) number += 1
    const whole = open === undefined ? line : `${open.text}\n${line}`
    const read = cellsIn(whole, { delimiter, row: number })
    if (read === 'goes-on') {
      const lines = (open?.lines ?? 1) + 1
      if (lines > maxLinesInACell) throw openQuote(number)
      open = { text: whole, lines }
      return
    }
    const row: SheetRow = { number, ...read }
    checkLength(row, { multiline: open !== undefined })
    open = undefined
    onRow(row)
  }
  for (let at = skip.length; at < text.length; ) {
    const end = endOfLine(text, at + PIECE)
    const tooMuch = end - at > PIECE + maxRowLength
    const lines = linesIn(text.toString('utf8', at, tooMuch ? at + PIECE : end))
    if (tooMuch) throw tooLong(number + lines.length)
    for (const line of lines) readLine(line)
    at = end
    // Leaves room for Ctrl-C.
    await new Promise(setImmediate)
    progress?.(Math.min(1, end / text.length))
  }
  if (open !== undefined) throw openQuote(number)
}

/**
 * Refuses a cell of several lines in a list whose rows do not all have as many cells as its headings: a mark
 * that was forgotten, and another one further down, make one row of several, which is longer or shorter. Where a line
 * ends behind that other mark, a row follows that has lost its first cell.
 */
function rowLengthCheck(): (row: SheetRow, about: { multiline: boolean }) => void {
  let width = 0
  let isEven = true
  let hasFirstHeading = false
  let opened: number | undefined
  let endsInLines: number | undefined
  return (row, { multiline }) => {
    const { cells, number } = row
    if (multiline) opened ??= number
    if (isBlankRow(row)) return
    if (endsInLines !== undefined && hasFirstHeading && cells[0] === undefined) throw openQuote(endsInLines)
    endsInLines = cells.at(-1)?.includes('\n') ? number : undefined
    if (cells.length === width) {
      // Nothing new.
    } else if (cells.length > width && number <= maxHeadingRow) {
      // What stood above was a title.
      isEven = width === 0 || opened === undefined
      width = cells.length
      hasFirstHeading = cells[0] !== undefined
    } else isEven = false
    if (opened !== undefined && !isEven) throw openQuote(opened)
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

/** A mark that does not close, or closes where rows may lie between. */
function openQuote(row: number): UnusableWorkbook {
  return unreadable(
    row,
    'opens a quotation mark that does not close in the same row',
    'look at that row: take the mark away, or close it. If the cell is meant to have several lines, save the list as an .xlsx workbook',
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

const maxRowLength = 1024 * 1024

/** What a row is read by: its own number, for the words of an error, and what parts its cells. */
interface CsvLine {
  delimiter: string
  row: number
}

/** The cells of a row, or how it goes on: a quotation mark opened that the line does not close. */
type CellsRead = { cells: (string | undefined)[]; fault?: CellFault } | 'goes-on'

/** Reads the cells of a line, or of several that one cell holds together. */
function cellsIn(line: string, { delimiter, row }: CsvLine): CellsRead {
  if (line.length > maxRowLength) throw tooLong(row)
  const cells: (string | undefined)[] = []
  let fault: CellFault | undefined
  const mayHoldLineEnds = otherLineEnds.test(line)
  const put = (text: string) => {
    if (cells.length === maxColumns) throw unreadable(row, `has more than ${maxColumns} columns`)
    cells.push(text === '' ? undefined : unguarded(text))
  }
  const addUnquoted = (text: string) => {
    put(text)
    if (mayHoldLineEnds && lineEnds.test(text)) fault ??= lineEndFault(text)
  }
  let inOneCell = 0
  const whole = () => {
    // As many as stand in a row: the mark may have swallowed one.
    if (inOneCell > 0 && inOneCell >= cells.length) throw openQuote(row)
    return fault === undefined ? { cells } : { cells, fault }
  }
  for (let at = 0; ; ) {
    const quote = openingQuote(line, at)
    if (quote === -1) {
      const end = line.indexOf(delimiter, at)
      addUnquoted(end === -1 ? line.slice(at) : line.slice(at, end))
      if (end === -1) return whole()
      at = end + delimiter.length
      continue
    }
    const close = closingQuote(line, quote)
    if (close === -1) return 'goes-on'
    const content = line.slice(quote + 1, close)
    let end = close + 1
    while (line[end] === ' ') end += 1
    const closes = end === line.length || line.startsWith(delimiter, end)
    if (content.includes('\n')) {
      const bare = quote === at && end === close + 1
      if (!closes || !bare || linesCouldBeRows(content, delimiter)) throw openQuote(row)
      inOneCell = Math.max(inOneCell, content.split(delimiter).length)
    }
    put(content.replaceAll('""', '"'))
    if (end === line.length) return whole()
    if (!closes)
      throw unreadable(
        row,
        `has text behind a closing quotation mark: ${line.slice(quote, close + 12)}`,
        'look at that row: inside a cell in quotation marks, a quotation mark is written twice ("")',
      )
    at = end + delimiter.length
  }
}

// What ends a line in other programs, and not in CSV.
const otherLineEnds = /[\u000b\u000c\u001c-\u001e\u0085\u2028\u2029]/

/** A row whose cell in CSV holds the end of a line as other programs write it. */
function lineEndFault(text: string): CellFault {
  const character = lineEnds.exec(text)?.[1] ?? ''
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return {
    code: 'two-rows-in-one',
    value: text,
    message: `stands in a row with an end of a line inside a cell (U+${code}): perhaps two rows in one`,
    hint: 'Part the rows, or take that character away.',
  }
}

/** The end of a line that is none in CSV, between what else a cell holds that stands in no quotation marks. */
// A letter that was read as two in the wrong character set may have U+0085 for its second.
const lineEnds =
  /[^\s\p{Cc}][\s\p{Cc}]*([\u000b\u000c\u001c-\u001e\u2028\u2029]|(?<![\u00c2-\u00f4][\u0080-\u00bf]?)\u0085)[\s\p{Cc}]*[^\s\p{Cc}]/u

/** Whether a line behind the first of a cell has several cells itself. */
function linesCouldBeRows(content: string, delimiter: string): boolean {
  return content.includes(delimiter, content.indexOf('\n'))
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
