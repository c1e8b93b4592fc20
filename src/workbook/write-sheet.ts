import { stringify } from 'csv-stringify/sync'
import { columnLetters, escapeFormula, maxColumns, maxRows } from './cell.ts'
import { UnusableFile } from './errors.ts'
import { type CellToWrite, type PrintSetup, type SheetToWrite, textOfCell } from './sheet.ts'
import { writeNewFile } from './write-file.ts'
import {
  mainNamespace,
  relationshipsNamespace,
  textElement,
  xmlDeclaration,
  xmlAttribute,
  xmlText,
} from './xml.ts'

export const pieceLength = 64 * 1024
/** The most characters of a cell in Excel; more would be lost, or make Excel call the workbook damaged. */
const maxCellLength = 32_767
const lineHeight = 15
export const maxRowHeight = 409
// The share of a column's width that words fill before they wrap.
const usableWidthShare = 0.85

/** What is known about a sheet when its rows have been written. */
export interface WrittenSheet {
  lastRow: number
  notes: Note[]
  /** How many pages lie side by side; where there are several, the first column is printed on each. */
  pagesAcross: number
}

/** The XML of a table in pieces: headings, rows, filter and page setup. Fills in `written` on the way. */
export async function* sheetXml(
  { columns, rows, wrapped = false, print = {} }: SheetToWrite,
  written: WrittenSheet,
): AsyncGenerator<string> {
  if (columns.length > maxColumns) throw sheetTooLarge(`more than ${maxColumns} columns`)
  const layout = layoutOf(columns.map(widthOf), { landscape: print.landscape ?? false, wrapped })
  written.pagesAcross = layout.pagesAcross
  const letters = columns.map((_, column) => columnLetters(column))
  const { notes } = written
  const style = wrapped ? styles.wrapped : styles.text
  const write = rowWriter({ letters, style, notes, widths: wrapped ? layout.widths : undefined })
  const headings = columns.map(({ heading: text, note }) => (note === undefined ? text : { text, note }))
  let piece =
    `${worksheetOpening}<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
    `<sheetFormatPr defaultRowHeight="15"/>${columnsXml(layout, style)}<sheetData>` +
    rowWriter({ letters, style: styles.heading, notes })(headings, 1)
  for await (const cells of rows) {
    written.lastRow += 1
    if (written.lastRow > maxRows) throw sheetTooLarge(`more than ${maxRows} rows`)
    piece += write(cells, written.lastRow)
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  const filter = columns.length > 0 ? `<autoFilter ref="A1:${letters.at(-1) ?? 'A'}${written.lastRow}"/>` : ''
  const drawing = notes.length > 0 ? '<legacyDrawing r:id="rId1"/>' : ''
  yield `${piece}</sheetData>${filter}${pageXml(print, { landscape: layout.landscape, fit: `fitToWidth="${layout.pagesAcross}" fitToHeight="0" ` })}${drawing}</worksheet>`
}

export const worksheetOpening = `${xmlDeclaration}<worksheet xmlns="${mainNamespace}" xmlns:r="${relationshipsNamespace}">`

export function columnsXml({ widths }: Pick<Layout, 'widths'>, style: number): string {
  if (widths.length === 0) return ''
  const columns = widths.map(
    (width, column) =>
      `<col min="${column + 1}" max="${column + 1}" width="${width}" style="${style}" customWidth="1"/>`,
  )
  return `<cols>${columns.join('')}</cols>`
}

export function widthOf({ heading, width }: SheetToWrite['columns'][number]): number {
  return width ?? Math.max(12, Math.min(40, heading.length + 4))
}

/** The number of lines that a text takes in a column, with room to spare for wide letters. */
function linesOf(text: string, width: number): number {
  if (text.length < width * usableWidthShare && !text.includes('\n')) return 1
  return text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / (width * usableWidthShare))), 0)
}

interface RowSetup {
  letters: readonly string[]
  style: number
  notes: Note[]
  /** The widths of the columns, where long texts wrap. */
  widths?: readonly number[] | undefined
}

/**
 * Returns a function that writes one row after another; a row without content is left out, and its number stays free.
 */
function rowWriter({ letters, style, notes, widths }: RowSetup) {
  // Beside wrapped texts, a number stands at the height of their first line.
  const numberStyle = style === styles.wrapped ? styles.wrappedNumber : styles.number
  return (cells: readonly CellToWrite[], number: number): string => {
    let xml = ''
    for (let column = 0; column < letters.length; column++) {
      const cell = cells[column]
      if (cell === null || cell === undefined || cell === '') continue
      const at = `${letters[column]}${number}`
      if (typeof cell === 'string') xml += textCell(at, cell, style)
      else if (typeof cell === 'number') xml += `<c r="${at}" s="${numberStyle}"><v>${cell}</v></c>`
      else {
        const cellStyle = cell.struck ? styles.struck : cell.marked ? styles.marked : style
        xml += cell.text === '' ? `<c r="${at}" s="${cellStyle}"/>` : textCell(at, cell.text, cellStyle)
        if (cell.note !== undefined && notes.length < maxNotes)
          notes.push({ column, row: number - 1, text: truncateToCell(cell.note) })
      }
    }
    if (xml === '') return ''
    const height = widths && heightOfRow(cells, widths)
    const heightAttributes = height === undefined ? '' : ` ht="${height}" customHeight="1"`
    return `<row r="${number}"${heightAttributes}>${xml}</row>`
  }
}

/** The height in points of a row with more than one line: LibreOffice does not work it out by itself. */
export function heightOfRow(cells: readonly CellToWrite[], widths: readonly number[]): number | undefined {
  let lines = 1
  for (const [column, width] of widths.entries()) {
    const text = textOfCell(cells[column])
    if (typeof text === 'string') lines = Math.max(lines, linesOf(text, width))
  }
  return lines === 1 ? undefined : Math.min(maxRowHeight, lines * lineHeight)
}

// Texts are stored inline: a list of shared strings, as Excel makes it, would be held in memory to the end.
function textCell(at: string, text: string, style: number): string {
  return `<c r="${at}" s="${style}" t="inlineStr"><is>${textElement(truncateToCell(text))}</is></c>`
}

/** A text of the length that Excel accepts; where something was cut, the last letter is `…`. */
export function truncateToCell(text: string): string {
  if (text.length <= maxCellLength) return text
  return `${text.slice(0, maxCellLength - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

function sheetTooLarge(what: string): UnusableFile {
  return new UnusableFile('file-too-large', `a sheet cannot hold ${what}`, {
    hint: 'end the name with .csv, or write less',
  })
}

export const paperSizeA4 = 9
/** Letters of the usual size that fit across a page of A4, within its margins. */
const lettersAcrossPage = { portrait: 92, landscape: 138 } as const
/** The smallest scale at which letters can be read on paper. */
const minScale = 0.6
const minColumnWidth = 10
const maxHeaderLength = 200

/** How a sheet is laid out on paper. */
interface Layout {
  widths: number[]
  landscape: boolean
  pagesAcross: number
}

/**
 * Makes columns fit on a page at a size that can be read: landscape where portrait would be too small, long
 * columns narrower where their texts are wrapped, and several pages side by side where there are too many columns.
 */
export function layoutOf(
  widths: readonly number[],
  { landscape, wrapped }: { landscape: boolean; wrapped: boolean },
): Layout {
  const maxWidth = (isLandscape: boolean) =>
    lettersAcrossPage[isLandscape ? 'landscape' : 'portrait'] / minScale
  const total = sum(widths)
  const isLandscape = landscape || total > maxWidth(false)
  const fitting =
    wrapped && total > maxWidth(isLandscape) ? narrowColumns(widths, maxWidth(isLandscape)) : [...widths]
  return {
    widths: fitting,
    landscape: isLandscape,
    pagesAcross: Math.max(1, Math.ceil(sum(fitting) / maxWidth(isLandscape) - 0.01)),
  }
}

/** Narrows columns in proportion to how much wider they are than the minimum. */
function narrowColumns(widths: readonly number[], max: number): number[] {
  const spare = widths.map((width) => Math.max(0, width - minColumnWidth))
  const excess = sum(widths) - max
  const share = Math.min(1, excess / Math.max(1, sum(spare)))
  return widths.map((width, column) => Math.floor((width - (spare[column] ?? 0) * share) * 100) / 100)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** The elements for the page that follow the rows. */
export function pageXml(
  { title }: PrintSetup,
  { landscape, fit = '' }: { landscape: boolean; fit?: string },
): string {
  const header =
    title === undefined
      ? ''
      : `<oddHeader>${xmlText(`&L${title.slice(0, maxHeaderLength).replaceAll('&', '&&')}`)}</oddHeader>`
  return (
    `<pageMargins left="0.5" right="0.5" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>` +
    `<pageSetup paperSize="${paperSizeA4}" ${fit}orientation="${landscape ? 'landscape' : 'portrait'}"/>` +
    `<headerFooter>${header}<oddFooter>&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter>`
  )
}

/** The most notes of a sheet: with more a workbook opens slowly, and one block of shape numbers has room for these. */
const maxNotes = 1000

/** A comment beside a cell; column and row count from 0. */
interface Note {
  column: number
  row: number
  text: string
}

/** The part with the comments of a sheet. */
export function* commentsXml(notes: readonly Note[], author: string): Generator<string> {
  yield `${xmlDeclaration}<comments xmlns="${mainNamespace}"><authors><author>${xmlAttribute(author)}</author></authors><commentList>`
  for (const { column, row, text } of notes)
    yield `<comment ref="${columnLetters(column)}${row + 1}" authorId="0"><text><r>${textElement(text)}</r></text></comment>`
  yield '</commentList></comments>'
}

/** The shapes that show the comments when somebody points at a cell: programs show no comment without its shape. */
export function* shapesXml(notes: readonly Note[]): Generator<string> {
  yield '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">'
  yield '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
  yield '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
  for (const [at, { column, row, text }] of notes.entries()) {
    const lines = Math.min(20, 2 + text.split('\n').reduce((sum, line) => sum + 1 + line.length / 40, 0))
    const corners = [column + 1, 12, Math.max(0, row - 1), 8, column + 4, 12, row + Math.ceil(lines), 4]
    yield `<v:shape id="_x0000_s${1025 + at}" type="#_x0000_t202" style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>`
    yield `<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>${corners.join(', ')}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>${row}</x:Row><x:Column>${column}</x:Column></x:ClientData></v:shape>`
  }
  yield '</xml>'
}

/**
 * Writes a sheet as CSV that Excel opens with its accents (UTF-8 with a byte order mark). A text that a spreadsheet
 * program would run as a formula gets an apostrophe in front, which `openWorkbook` takes away again.
 */
export async function writeCsv(path: string, sheet: SheetToWrite): Promise<void> {
  await writeNewFile(path, async (append) => {
    append('\ufeff')
    for await (const piece of csvText(sheet)) append(piece)
  })
}

/** The CSV text of a sheet for another program to read, in pieces and without the byte order mark. */
export async function* csvText({ columns, rows }: SheetToWrite): AsyncGenerator<string> {
  const line = (cells: readonly CellToWrite[]) => columns.map((_, column) => csvCell(cells[column]))
  // The headings wait for rows: nothing is written yet if the first read fails, and it can be repeated.
  let waiting = [line(columns.map(({ heading }) => heading))]
  let length = 0
  for await (const cells of rows) {
    const texts = line(cells)
    waiting.push(texts)
    for (const text of texts) length += text.length + 1
    if (length < pieceLength) continue
    yield csv(waiting)
    waiting = []
    length = 0
  }
  if (waiting.length > 0) yield csv(waiting)
}

function csvCell(cell: CellToWrite): string {
  const text = textOfCell(cell)
  // A program that reads the file may take a line end for the end of a row, even within quotation marks.
  if (typeof text === 'string') return escapeFormula(text.replace(/\r\n|[\n\r]/g, ' '))
  return text === null ? '' : String(text)
}

// All texts are quoted, so that no delimiter or line break inside a text can be mistaken for one between cells.
function csv(lines: string[][]): string {
  return stringify(lines, { quoted: true, quoted_empty: false, record_delimiter: '\r\n' })
}

/** Writes a sheet as a JSON array of objects, whose keys are the headings; an empty cell is null. */
export async function writeJson(path: string, { columns, rows }: SheetToWrite): Promise<void> {
  await writeNewFile(path, async (append) => {
    let text = '['
    let separator = '\n'
    for await (const cells of rows) {
      const record = Object.fromEntries(
        columns.map(({ heading }, column) => [heading, textOfCell(cells[column])]),
      )
      text += `${separator}  ${JSON.stringify(record)}`
      separator = ',\n'
      if (text.length < pieceLength) continue
      append(text)
      text = ''
    }
    append(`${text}\n]\n`)
  })
}

/** The cell styles, by their position in `cellXfs`. */
export const styles = {
  number: 0,
  text: 1,
  wrapped: 2,
  heading: 3,
  marked: 4,
  form: 5,
  formCentred: 6,
  wrappedNumber: 7,
  struck: 8,
} as const

/** One typeface throughout. */
export const typeface = 'Calibri'
export const letterSize = 11

const textFormatId = 49
const font = (more: string) =>
  `<font>${more}<sz val="${letterSize}"/><color rgb="FF000000"/><name val="${typeface}"/><family val="2"/></font>`
const fill = (colour: string) =>
  `<fill><patternFill patternType="solid"><fgColor rgb="FF${colour}"/><bgColor indexed="64"/></patternFill></fill>`
const cutLine = (side: string) => `<${side} style="dashed"><color rgb="FF7F7F7F"/></${side}>`

interface CellStyle {
  font?: number
  fill?: number
  border?: number
  alignment?: string
}

function styleXml({ font: ofFont = 0, fill: ofFill = 0, border = 0, alignment }: CellStyle): string {
  const start = `<xf numFmtId="${textFormatId}" fontId="${ofFont}" fillId="${ofFill}" borderId="${border}" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1"`
  return alignment === undefined ? `${start}/>` : `${start} applyAlignment="1"><alignment ${alignment}/></xf>`
}

/** The part with the cell styles; texts have the text format, so that they stay as they were typed. */
export function* stylesXml(): Generator<string> {
  yield `${xmlDeclaration}<styleSheet xmlns="${mainNamespace}">`
  yield `<fonts count="3">${font('')}${font('<b/>')}${font('<strike/>')}</fonts>`
  yield `<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>${fill('E7E6E6')}${fill('FFD9B3')}</fills>`
  yield `<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/>${cutLine('top')}${cutLine('bottom')}<diagonal/></border></borders>`
  yield '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
  yield '<cellXfs count="9"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
  yield styleXml({})
  yield styleXml({ alignment: 'vertical="top" wrapText="1"' })
  yield styleXml({ font: 1, fill: 2, alignment: 'vertical="center" wrapText="1"' })
  yield styleXml({ fill: 3, alignment: 'vertical="top" wrapText="1"' })
  // An indent, so that one text of a form does not run into the next.
  yield styleXml({ border: 1, alignment: 'horizontal="left" vertical="center" wrapText="1" indent="1"' })
  yield styleXml({ border: 1, alignment: 'horizontal="center" vertical="center" wrapText="1"' })
  yield '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top"/></xf>'
  yield styleXml({ font: 2, fill: 3, alignment: 'vertical="top" wrapText="1"' })
  yield '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
}
