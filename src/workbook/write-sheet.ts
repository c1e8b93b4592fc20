import { columnLetters, MOST_COLUMNS, MOST_ROWS } from './cell.ts'
import { UnusableFile } from './errors.ts'
import { type CellToWrite, type SheetToWrite, textOfCell } from './sheet.ts'
import { MOST_NOTES, type Note } from './write-notes.ts'
import { type Layout, layoutOf, pageXml } from './write-page.ts'
import { styles } from './write-styles.ts'
import { MAIN, RELATIONSHIPS, textElement, XML_HEAD } from './xml.ts'

const PIECE = 64 * 1024
/** What a cell holds in Excel; the rest would be lost, or the workbook called damaged. */
const LONGEST_CELL = 32_767
const LINE = 15
const HIGHEST_ROW = 409
// Of a column's width, what words fill before they go on below.
const ROOM = 0.85

/** What is known of a sheet when its rows have been written. */
export interface WrittenSheet {
  lastRow: number
  notes: Note[]
  /** Whether its first column is needed on every page, because its columns go over several. */
  pagesAcross: number
}

/** Headings, rows, filter and page of a table, in pieces. `written` is filled in on the way. */
export async function* sheetXml(
  { columns, rows, wrapped = false, print = {} }: SheetToWrite,
  written: WrittenSheet,
): AsyncGenerator<string> {
  if (columns.length > MOST_COLUMNS) throw tooMany(`more than ${MOST_COLUMNS} columns`)
  const layout = layoutOf(columns.map(widthOf), { landscape: print.landscape ?? false, wrapped })
  written.pagesAcross = layout.pagesAcross
  const letters = columns.map((_, column) => columnLetters(column))
  const writer = new RowWriter({
    letters,
    style: wrapped ? styles.wrapped : styles.text,
    notes: written.notes,
    widths: wrapped ? layout.widths : undefined,
  })
  const headings = columns.map(({ heading: text, note }) => (note === undefined ? text : { text, note }))
  let piece =
    `${OPENING}<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
    `<sheetFormatPr defaultRowHeight="15"/>${columnsXml(layout, writer.style)}<sheetData>` +
    new RowWriter({ letters, style: styles.heading, notes: written.notes, widths: undefined }).row(
      headings,
      1,
    )
  for await (const cells of rows) {
    written.lastRow += 1
    if (written.lastRow > MOST_ROWS) throw tooMany(`more than ${MOST_ROWS} rows`)
    piece += writer.row(cells, written.lastRow)
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  const filter = columns.length > 0 ? `<autoFilter ref="A1:${letters.at(-1) ?? 'A'}${written.lastRow}"/>` : ''
  const notes = written.notes.length > 0 ? '<legacyDrawing r:id="rId1"/>' : ''
  yield `${piece}</sheetData>${filter}${pageXml(print, { landscape: layout.landscape, fit: `fitToWidth="${layout.pagesAcross}" fitToHeight="0" ` })}${notes}</worksheet>`
}

export const OPENING = `${XML_HEAD}<worksheet xmlns="${MAIN}" xmlns:r="${RELATIONSHIPS}">`

export function columnsXml({ widths }: Pick<Layout, 'widths'>, style: number): string {
  if (widths.length === 0) return ''
  const columns = widths.map(
    (width, column) =>
      `<col min="${column + 1}" max="${column + 1}" width="${width}" style="${style}" customWidth="1"/>`,
  )
  return `<cols>${columns.join('')}</cols>`
}

function widthOf({ heading, width }: SheetToWrite['columns'][number]): number {
  return width ?? Math.max(12, Math.min(40, heading.length + 4))
}

interface RowSetup {
  letters: readonly string[]
  style: number
  notes: Note[]
  widths: readonly number[] | undefined
}

/** Lines that a text takes in a column, with room to spare for wide letters. */
function linesOf(text: string, width: number): number {
  if (text.length < width * ROOM && !text.includes('\n')) return 1
  return text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / (width * ROOM))), 0)
}

class RowWriter {
  readonly style: number
  private readonly letters: readonly string[]
  private readonly notes: Note[]
  /** Of the columns, where long texts go on below. */
  private readonly widths: readonly number[] | undefined

  constructor({ letters, style, notes, widths }: RowSetup) {
    this.letters = letters
    this.style = style
    this.notes = notes
    this.widths = widths
  }

  /** A row with nothing in it is left out; its number stays free. */
  row(cells: readonly CellToWrite[], number: number): string {
    let xml = ''
    for (let column = 0; column < this.letters.length; column++) {
      const cell = cells[column]
      if (cell === null || cell === undefined || cell === '') continue
      const at = `${this.letters[column]}${number}`
      if (typeof cell === 'string') xml += textCell(at, cell, this.style)
      else if (typeof cell === 'number') xml += `<c r="${at}" s="${styles.number}"><v>${cell}</v></c>`
      else {
        const style = cell.marked ? styles.marked : this.style
        xml += cell.text === '' ? `<c r="${at}" s="${style}"/>` : textCell(at, cell.text, style)
        if (cell.note !== undefined && this.notes.length < MOST_NOTES)
          this.notes.push({ column, row: number - 1, text: fitting(cell.note) })
      }
    }
    if (xml === '') return ''
    const height = this.widths && heightOfRow(cells, this.widths)
    const said = height === undefined ? '' : ` ht="${height}" customHeight="1"`
    return `<row r="${number}"${said}>${xml}</row>`
  }
}

/** In points, where a row is higher than one line: LibreOffice does not find it out by itself. */
export function heightOfRow(cells: readonly CellToWrite[], widths: readonly number[]): number | undefined {
  let lines = 1
  for (const [column, width] of widths.entries()) {
    const text = textOfCell(cells[column])
    if (typeof text === 'string') lines = Math.max(lines, linesOf(text, width))
  }
  return lines === 1 ? undefined : Math.min(HIGHEST_ROW, lines * LINE)
}

// The text stands in its cell: a list of them all, as Excel makes it, would be held in memory to the end.
function textCell(at: string, text: string, style: number): string {
  return `<c r="${at}" s="${style}" t="inlineStr"><is>${textElement(fitting(text))}</is></c>`
}

/** What Excel takes; where something had to go, the last letter is `…`. */
export function fitting(text: string): string {
  if (text.length <= LONGEST_CELL) return text
  return `${text.slice(0, LONGEST_CELL - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

function tooMany(what: string): UnusableFile {
  return new UnusableFile('file-too-large', `a sheet cannot hold ${what}`, {
    hint: 'end the name with .csv, or write less',
  })
}
