import { extname } from 'node:path'
import { pathInWords } from '../shell-word.ts'
import { columnLetters, maxRows } from './cell.ts'
import { UnusableFile } from './errors.ts'
import { type Form, type FormCell, type FormsToWrite, sheetName, type SheetToWrite } from './sheet.ts'
import { writeNewFile } from './write-file.ts'
import {
  contentTypesXml,
  linksXml,
  type NamedSheet,
  noteLinksXml,
  packageParts,
  workbookXml,
  type ZipWriter,
  zipWriter,
} from './write-package.ts'
import {
  columnsXml,
  commentsXml,
  truncateToCell,
  maxRowHeight,
  letterSize,
  worksheetOpening,
  pageXml,
  pieceLength,
  shapesXml,
  sheetXml,
  styles,
  stylesXml,
  typeface,
  writeCsv,
  writeJson,
} from './write-sheet.ts'
import { textElement } from './xml.ts'

/** A table, and the further sheets that only a workbook has. */
export type Tables = readonly [SheetToWrite, ...(SheetToWrite | FormsToWrite)[]]

/**
 * Writes a table in the format that the file's ending names: `.xlsx` with all sheets, `.csv` or `.json` with the first.
 */
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

export type TableEnding = (typeof tableEndings)[number]

/** The ending of a table's file, in small letters. @throws UnusableFile for any other ending */
export function tableEnding(path: string, known: readonly TableEnding[] = tableEndings): TableEnding {
  const typed = extname(path).toLowerCase()
  const ending = known.find((one) => one === typed)
  if (ending) return ending
  const endings = `${known.slice(0, -1).join(', ')} or ${known.at(-1)}`
  throw new UnusableFile('workbook-unknown-ending', `the ending of ${pathInWords(path)} is not known`, {
    hint: `end the name with ${endings}`,
  })
}

const zipEpoch = new Date(Date.UTC(1980, 0, 1))

/** The properties of the file; the same sheets written with the same time are the same bytes. */
interface WriteOptions {
  creator?: string
  at?: Date
  /** The names of custom properties, each with the value true: marks that a program can read again. */
  marks?: readonly string[]
}

/** Writes a new `.xlsx` workbook, readable by its owner only; every text stays text, leading zeros and all. */
export async function writeWorkbook(
  path: string,
  sheets: readonly (SheetToWrite | FormsToWrite)[],
  { creator = '', at = zipEpoch, marks = [] }: WriteOptions = {},
): Promise<void> {
  const tables = sheets.filter((sheet) => 'columns' in sheet)
  if (tables.some(({ columns }) => columns.some(({ choices = [] }) => choices.length > 0))) {
    const { writeWithChoices } = await import('./write-with-choices.ts')
    return writeWithChoices(path, tables, { creator, at })
  }
  await writeNewFile(path, async (append) => {
    const zip = zipWriter(append, at)
    for (const [name, xml] of packageParts({ creator, at, marks })) await zip.add(name, [xml])
    const written: NamedSheet[] = []
    for (const sheet of sheets) {
      if ('columns' in sheet) await addTable(zip, sheet, { written, creator })
      else await addForms(zip, sheet, written)
    }
    await zip.add('xl/workbook.xml', workbookXml(written))
    await zip.add('xl/_rels/workbook.xml.rels', linksXml(written))
    await zip.add('xl/styles.xml', stylesXml())
    await zip.add('[Content_Types].xml', contentTypesXml(written, { marked: marks.length > 0 }))
    zip.end()
  })
}

async function addTable(
  zip: ZipWriter,
  sheet: SheetToWrite,
  { written, creator }: { written: NamedSheet[]; creator: string },
): Promise<void> {
  const namedSheet = addNamedSheet(written, { name: sheet.name, columns: sheet.columns.length })
  const number = written.length
  await zip.add(`xl/worksheets/sheet${number}.xml`, sheetXml(sheet, namedSheet))
  if (namedSheet.notes.length === 0) return
  await zip.add(`xl/comments${number}.xml`, commentsXml(namedSheet.notes, creator))
  await zip.add(`xl/drawings/vmlDrawing${number}.vml`, shapesXml(namedSheet.notes))
  await zip.add(`xl/worksheets/_rels/sheet${number}.xml.rels`, [noteLinksXml(number)])
}

async function addForms(zip: ZipWriter, sheet: FormsToWrite, written: NamedSheet[]): Promise<void> {
  for (const forms of sheetsOfForms(sheet.forms)) {
    addNamedSheet(written, { name: sheet.name, columns: 0 })
    await zip.add(`xl/worksheets/sheet${written.length}.xml`, formsXml(sheet, forms))
  }
}

function addNamedSheet(
  written: NamedSheet[],
  { name, columns }: { name: string; columns: number },
): NamedSheet {
  const taken = written.map((other) => other.name)
  const sheet = { name: sheetName(name, taken), columns, lastRow: 1, notes: [], pagesAcross: 1 }
  written.push(sheet)
  return sheet
}

/** Excel accepts 1,026 page breaks, and calls a sheet with more of them damaged. */
const maxBreaks = 1000

/** Spreads forms over as many sheets as Excel's limits on rows and page breaks make necessary. */
function* sheetsOfForms(forms: Iterable<Form>): Generator<Form[]> {
  let sheet: Form[] = []
  let breaks = 0
  for (const form of forms) {
    sheet.push(form)
    if (form.endsPage) breaks += 1
    if (breaks < maxBreaks && sheet.length < maxRows) continue
    yield sheet
    sheet = []
    breaks = 0
  }
  if (sheet.length > 0) yield sheet
}

/** The XML of a sheet with one form in each row: a spreadsheet program never cuts a row across two pages. */
function* formsXml({ widths, print = {} }: FormsToWrite, forms: readonly Form[]): Generator<string> {
  // Without fitToPage, which would make Excel ignore the page breaks.
  let piece = `${worksheetOpening}<sheetViews><sheetView showGridLines="0" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/>${columnsXml({ widths: [...widths] }, styles.text)}<sheetData>`
  const write = formCellWriter()
  for (const [at, { cells, height }] of forms.entries()) {
    let inside = ''
    for (const [column, cell] of cells.entries()) inside += write(cell, { column, row: at + 1 })
    piece += `<row r="${at + 1}" ht="${Math.min(maxRowHeight, height)}" customHeight="1">${inside}</row>`
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  const breaks = forms.flatMap(({ endsPage }, at) =>
    endsPage && at < forms.length - 1 ? [`<brk id="${at + 1}" max="16383" man="1"/>`] : [],
  )
  const breaksXml =
    breaks.length === 0
      ? ''
      : `<rowBreaks count="${breaks.length}" manualBreakCount="${breaks.length}">${breaks.join('')}</rowBreaks>`
  const page = pageXml(print, { landscape: print.landscape ?? false })
  yield `${piece}</sheetData>${page}${breaksXml}</worksheet>`
}

/** Returns a function that writes the cells of forms, and reuses the XML of a cell that successive forms share. */
function formCellWriter(): (cell: FormCell, at: { column: number; row: number }) => string {
  const last: { cell: FormCell; text: string }[] = []
  return (cell, { column, row }) => {
    const before = last[column]
    const text = before?.cell === cell ? before.text : formCellXml(cell)
    if (before?.cell !== cell) last[column] = { cell, text }
    const style = cell.centred === true ? styles.formCentred : styles.form
    return `<c r="${columnLetters(column)}${row}" s="${style}" t="inlineStr"><is>${text}</is></c>`
  }
}

function formCellXml({ runs }: FormCell): string {
  let text = ''
  for (const { text: letters, bold = false, size = letterSize } of runs)
    text += `<r><rPr>${bold ? '<b/>' : ''}<sz val="${size}"/><color rgb="FF000000"/><rFont val="${typeface}"/><family val="2"/></rPr>${textElement(truncateToCell(letters))}</r>`
  return text
}
