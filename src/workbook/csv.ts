import { maxHeadingRow, maxColumns, unescapeFormula } from './cell.ts'
import { isBlankRow, type SheetRow } from './sheet-rows.ts'
import { UnusableWorkbook } from './errors.ts'
import type { CellFault } from './cell-faults.ts'

const delimiters = [',', ';', '\t', '|']

/** The delimiter that most of the first lines contain, most evenly; Excel may also name it itself (`sep=;`). */
function detectDelimiter(text: Buffer): { delimiter: string; skip: Buffer } {
  const sample = text.subarray(0, 64 * 1024).toString('utf8')
  const separatorLine = /^"?sep=([^"\r\n])"?(?:\r\n|\n|\r)/i.exec(sample)
  if (separatorLine?.[1] !== undefined)
    return { delimiter: separatorLine[1], skip: Buffer.from(separatorLine[0]) }
  const lines = sample.split(/\r\n|\n|\r/, 20).map((line) => line.replace(/"[^"]*"/g, ''))
  const [best] = delimiters
    .map((delimiter) => ({ delimiter, ...countDelimiter(delimiter, lines) }))
    .sort((one, other) => other.lines - one.lines || other.even - one.even || other.each - one.each)
  return { delimiter: best?.delimiter ?? ',', skip: Buffer.alloc(0) }
}

/**
 * How many lines contain the delimiter, how many of these contain it equally often, and how often. Names and addresses
 * contain commas too, but not so evenly.
 */
function countDelimiter(delimiter: string, lines: readonly string[]) {
  const counts = lines.map((line) => line.split(delimiter).length - 1).filter((count) => count > 0)
  const linesWithCount = (count: number) => counts.filter((other) => other === count).length
  const [commonCount = 0] = [...counts].sort(
    (one, other) => linesWithCount(other) - linesWithCount(one) || other - one,
  )
  return { lines: counts.length, even: linesWithCount(commonCount), each: commonCount }
}

const pieceSize = 256 * 1024
/** The most lines that a cell of a workbook can have. */
const maxLinesInCell = 254
const lineFeed = 10
const carriageReturn = 13

/**
 * Reads delimited text (UTF-8, no byte order mark). CRLF, LF and CR each end a row. In a quoted cell they are line
 * breaks, unless the cell may have swallowed a row: then the row in which the quotation mark opens is refused. Rows are
 * numbered as a spreadsheet shows them.
 */
export async function readCsv(
  text: Buffer,
  onRow: (row: SheetRow) => void,
  progress?: (share: number) => void,
): Promise<void> {
  const { delimiter, skip } = detectDelimiter(text)
  const checkLength = rowLengthCheck()
  let number = skip.length > 0 ? 1 : 0
  let unfinished: { text: string; lines: number } | undefined
  /** A line is usually a whole row; otherwise it continues, or begins, a cell of several lines. */
  const readLine = (line: string) => {
    if (unfinished === undefined) number += 1
    const whole = unfinished === undefined ? line : `${unfinished.text}\n${line}`
    const read = cellsIn(whole, { delimiter, row: number })
    if (read === 'goes-on') {
      const lines = (unfinished?.lines ?? 1) + 1
      if (lines > maxLinesInCell) throw unclosedQuote(number)
      unfinished = { text: whole, lines }
      return
    }
    const row: SheetRow = { number, ...read }
    checkLength(row, { multiline: unfinished !== undefined })
    unfinished = undefined
    onRow(row)
  }
  for (let at = skip.length; at < text.length; ) {
    const end = endOfLine(text, at + pieceSize)
    const isRowTooLong = end - at > pieceSize + maxRowLength
    const lines = linesIn(text.toString('utf8', at, isRowTooLong ? at + pieceSize : end))
    if (isRowTooLong) throw tooLong(number + lines.length)
    for (const line of lines) readLine(line)
    at = end
    // Lets the event loop run, so that Ctrl-C is noticed.
    await new Promise(setImmediate)
    progress?.(Math.min(1, end / text.length))
  }
  if (unfinished !== undefined) throw unclosedQuote(number)
}

/**
 * Refuses a cell of several lines unless all rows of the list have as many cells as the headings: a forgotten quotation
 * mark and a later one turn several rows into one, which is longer or shorter. Where a line ends right after the later
 * mark, the next row has lost its first cell.
 */
function rowLengthCheck(): (row: SheetRow, about: { multiline: boolean }) => void {
  let width = 0
  let isEven = true
  let hasFirstHeading = false
  let multilineRow: number | undefined
  let rowEndingInLines: number | undefined
  return (row, { multiline }) => {
    const { cells, number } = row
    if (multiline) multilineRow ??= number
    if (isBlankRow(row)) return
    if (rowEndingInLines !== undefined && hasFirstHeading && cells[0] === undefined)
      throw unclosedQuote(rowEndingInLines)
    rowEndingInLines = cells.at(-1)?.includes('\n') ? number : undefined
    if (cells.length === width) {
      // The row is as long as the headings.
    } else if (cells.length > width && number <= maxHeadingRow) {
      // The shorter rows above were a title.
      isEven = width === 0 || multilineRow === undefined
      width = cells.length
      hasFirstHeading = cells[0] !== undefined
    } else isEven = false
    if (multilineRow !== undefined && !isEven) throw unclosedQuote(multilineRow)
  }
}

/** No row follows the last line end. */
function linesIn(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** The position after the first line end at or after `from - 1`; CR and LF together are one line end. */
function endOfLine(text: Buffer, from: number): number {
  if (from >= text.length) return text.length
  const start = from - 1
  const feed = text.indexOf(lineFeed, start)
  const within = text.subarray(0, feed === -1 ? text.length : feed)
  const carriage = within.indexOf(carriageReturn, start)
  const end = carriage === -1 ? feed : carriage
  if (end === -1) return text.length
  return end === carriage && text[end + 1] === lineFeed ? end + 2 : end + 1
}

/** The refusal of a quotation mark that does not close, or closes only after what may be other rows. */
function unclosedQuote(row: number): UnusableWorkbook {
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

/** The delimiter, and the row's number for error messages. */
interface CsvLine {
  delimiter: string
  row: number
}

/** The cells of a row; or 'goes-on' where the line leaves a quotation mark open. */
type CellsRead = { cells: (string | undefined)[]; fault?: CellFault } | 'goes-on'

/** Reads the cells of a line, or of several lines joined by a cell in quotation marks. */
function cellsIn(line: string, { delimiter, row }: CsvLine): CellsRead {
  if (line.length > maxRowLength) throw tooLong(row)
  const cells: (string | undefined)[] = []
  let fault: CellFault | undefined
  const mayHoldLineEnds = otherLineEnds.test(line)
  const addCell = (text: string) => {
    if (cells.length === maxColumns) throw unreadable(row, `has more than ${maxColumns} columns`)
    cells.push(text === '' ? undefined : unescapeFormula(text))
  }
  const addUnquoted = (text: string) => {
    addCell(text)
    if (mayHoldLineEnds && lineEnds.test(text)) fault ??= lineEndFault(text)
  }
  let maxPartsInCell = 0
  const finishRow = () => {
    // A cell of several lines with as many parts as the row has cells: the quotation mark may have swallowed a row.
    if (maxPartsInCell > 0 && maxPartsInCell >= cells.length) throw unclosedQuote(row)
    return fault === undefined ? { cells } : { cells, fault }
  }
  for (let at = 0; ; ) {
    const quote = openingQuote(line, at)
    if (quote === -1) {
      const end = line.indexOf(delimiter, at)
      addUnquoted(end === -1 ? line.slice(at) : line.slice(at, end))
      if (end === -1) return finishRow()
      at = end + delimiter.length
      continue
    }
    const close = closingQuote(line, quote)
    if (close === -1) return 'goes-on'
    const content = line.slice(quote + 1, close)
    let end = close + 1
    while (line[end] === ' ') end += 1
    const endsCell = end === line.length || line.startsWith(delimiter, end)
    if (content.includes('\n')) {
      const isWholeCell = quote === at && end === close + 1
      if (!endsCell || !isWholeCell || linesCouldBeRows(content, delimiter)) throw unclosedQuote(row)
      maxPartsInCell = Math.max(maxPartsInCell, content.split(delimiter).length)
    }
    addCell(content.replaceAll('""', '"'))
    if (end === line.length) return finishRow()
    if (!endsCell)
      throw unreadable(
        row,
        `has text behind a closing quotation mark: ${line.slice(quote, close + 12)}`,
        'look at that row: inside a cell in quotation marks, a quotation mark is written twice ("")',
      )
    at = end + delimiter.length
  }
}

// Characters that end a line in other programs, but not in CSV.
const otherLineEnds = /[\u000b\u000c\u001c-\u001e\u0085\u2028\u2029]/

/** The fault of a row with a cell that contains another program's line end. */
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

// Another program's line end between visible text, in a cell without quotation marks. U+0085 does not count where it
// may be the second byte of a letter that was read in the wrong character set.
const lineEnds =
  /[^\s\p{Cc}][\s\p{Cc}]*([\u000b\u000c\u001c-\u001e\u2028\u2029]|(?<![\u00c2-\u00f4][\u0080-\u00bf]?)\u0085)[\s\p{Cc}]*[^\s\p{Cc}]/u

/** Whether a cell of several lines has a delimiter after its first line, so that its lines could be rows. */
function linesCouldBeRows(content: string, delimiter: string): boolean {
  return content.includes(delimiter, content.indexOf('\n'))
}

/** The position of a cell's opening quotation mark, after any blanks; -1 for a cell that begins with something else. */
function openingQuote(line: string, from: number): number {
  let at = from
  while (line[at] === ' ') at += 1
  return line[at] === '"' ? at : -1
}

/** The position of the closing quotation mark, past doubled ones; -1 if there is none. */
function closingQuote(line: string, open: number): number {
  for (let at = line.indexOf('"', open + 1); at !== -1; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') return at
  }
  return -1
}
