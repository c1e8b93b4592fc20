import { maxColumns } from './cell.ts'
import { holdsLineEnd, lineEndFault } from './cells-without-heading.ts'
import { unguarded } from './csv-guard.ts'
import { openQuote, quoteBeforeText, tooLong, tooManyColumns } from './csv-errors.ts'
import type { CellFault } from './sheet-xml.ts'

export const maxRowLength = 1024 * 1024

/** What a row is read by: its own number, for the words of an error, and what parts its cells. */
interface CsvLine {
  delimiter: string
  row: number
}

/** The cells of a row, or how it goes on: a quotation mark opened that the line does not close. */
export type CellsRead = { cells: (string | undefined)[]; fault?: CellFault } | 'goes-on'

/** Reads the cells of a line, or of several that one cell holds together. */
export function cellsIn(line: string, { delimiter, row }: CsvLine): CellsRead {
  if (line.length > maxRowLength) throw tooLong(row)
  const cells: (string | undefined)[] = []
  let fault: CellFault | undefined
  const mayHoldLineEnds = otherLineEnds.test(line)
  const put = (text: string) => {
    if (cells.length === maxColumns) throw tooManyColumns(row, maxColumns)
    cells.push(text === '' ? undefined : unguarded(text))
  }
  const putBare = (text: string) => {
    put(text)
    if (mayHoldLineEnds && holdsLineEnd(text)) fault ??= lineEndFault(text)
  }
  const read = () => (fault === undefined ? { cells } : { cells, fault })
  if (!line.includes('"')) {
    for (let at = 0; ; ) {
      const end = line.indexOf(delimiter, at)
      putBare(end === -1 ? line.slice(at) : line.slice(at, end))
      if (end === -1) return read()
      at = end + delimiter.length
    }
  }
  let inOneCell = 0
  const whole = () => {
    // As many as stand in a row: the mark may have swallowed one.
    if (inOneCell > 0 && inOneCell >= cells.length) throw openQuote(row)
    return read()
  }
  for (let at = 0; ; ) {
    const quote = openingQuote(line, at)
    if (quote === -1) {
      const end = line.indexOf(delimiter, at)
      putBare(end === -1 ? line.slice(at) : line.slice(at, end))
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
    if (!closes) throw quoteBeforeText(row, line.slice(quote, close + 12))
    at = end + delimiter.length
  }
}

// What ends a line in other programs, and not in CSV.
const otherLineEnds = /[\u000b\u000c\u001c-\u001e\u0085\u2028\u2029]/

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
