import { Readable, type Writable } from 'node:stream'
import type excel from 'exceljs'
import { columnLetters, MOST_ROWS } from './cell.ts'
import { withRows, written } from './rows-xml.ts'
import type { SheetToWrite } from './sheet-to-write.ts'
import { writeNewFile } from './write-file.ts'
import { escapeText } from './xml.ts'

const CHOICES_SHEET = 'Choices'
const LONGEST_INLINE_CHOICES = 255
const A4 = 9
const BEGINNING_OF_ZIP_TIME = new Date(Date.UTC(1980, 0, 1))

type Workbook = excel.stream.xlsx.WorkbookWriter

/** What the file says of itself; the same sheets written at the same time are the same bytes. */
export interface WriteOptions {
  creator?: string
  at?: Date
}

/** Writes a new `.xlsx` workbook, readable by its owner only; every text stays text, leading zeros and all. */
export async function writeWorkbook(
  path: string,
  sheets: SheetToWrite[],
  { creator = '', at = BEGINNING_OF_ZIP_TIME }: WriteOptions = {},
): Promise<void> {
  await writeNewFile(path, async (stream) => {
    const bodies = new Map<string, Body>()
    const workbook = await workbookDated(at, { stream, bodies })
    Object.assign(workbook, { creator, lastModifiedBy: creator, created: at, modified: at })
    const lists: (readonly string[])[] = []
    for (const [position, sheet] of sheets.entries()) {
      bodies.set(`/xl/worksheets/sheet${position + 1}.xml`, sheet)
      writeSheet(workbook, sheet, lists)
    }
    if (lists.length > 0) writeLists(workbook, lists)
    await workbook.commit()
  })
}

type Body = Pick<SheetToWrite, 'columns' | 'rows'>

/** exceljs stamps each part with the present time, which would make no two files alike; the rows of a sheet go in here. */
async function workbookDated(
  at: Date,
  { stream, bodies }: { stream: Writable; bodies: ReadonlyMap<string, Body> },
): Promise<Workbook> {
  const { default: WorkbookWriter } = await import('exceljs/lib/stream/xlsx/workbook-writer.js')
  class Dated extends WorkbookWriter {
    override addThemes(): Promise<void> {
      const zip: unknown = Reflect.get(this, 'zip')
      if (hasAppend(zip)) {
        const append = zip.append.bind(zip)
        zip.append = (source, part) => {
          const body = bodies.get(part.name)
          const parts = body && isReader(source) ? Readable.from(sheetOf(source, body)) : source
          append(parts, { ...part, date: at })
        }
        // What a row throws ends the writing, whenever it comes.
        zip.on('error', (error) => stream.destroy(error))
      }
      return super.addThemes()
    }
  }
  // Texts in their cells: a list of them all, as Excel makes it, would be held in memory to the end.
  return new Dated({ stream, useStyles: true, useSharedStrings: false })
}

/** Runs when exceljs has said all it has to say of the sheet. */
async function* sheetOf(source: Reader, body: Body): AsyncGenerator<string> {
  yield* withRows(source.read().toString('utf8'), body)
}

interface Reader {
  read(): Buffer
}

function isReader(source: unknown): source is Reader {
  return typeof source === 'object' && source !== null && 'read' in source
}

interface Zip {
  append(source: unknown, part: { name: string; date?: Date }): void
  on(event: 'error', listener: (error: Error) => void): void
}

function hasAppend(zip: unknown): zip is Zip {
  return typeof zip === 'object' && zip !== null && 'append' in zip && typeof zip.append === 'function'
}

/** Everything of a sheet but its rows. `lists` takes the choices too long for a cell's own rule; they go to a hidden sheet. */
function writeSheet(
  workbook: Workbook,
  { name, columns, print }: SheetToWrite,
  lists: (readonly string[])[],
): void {
  const title = print?.title === undefined ? {} : { oddHeader: `&L${print.title.replaceAll('&', '&&')}` }
  const sheet = workbook.addWorksheet(name, {
    views: [{ state: 'frozen', ySplit: 1 }],
    pageSetup: {
      orientation: print?.landscape ? 'landscape' : 'portrait',
      paperSize: A4,
      fitToPage: true,
      fitToWidth: 1,
      fitToHeight: 0,
      printTitlesRow: '1:1',
    },
    headerFooter: { ...title, oddFooter: '&RPage &P of &N' },
  })
  sheet.columns = columns.map(({ heading, width }) => ({
    width: width ?? Math.max(12, Math.min(40, heading.length + 4)),
    style: { numFmt: '@' },
  }))
  const headings = sheet.addRow(columns.map(({ heading }) => escapeText(heading)))
  headings.font = { bold: true }
  for (const [column, { note }] of columns.entries())
    if (note !== undefined) headings.getCell(column + 1).note = note
  headings.commit()
  for (const [column, { choices = [] }] of columns.entries()) {
    if (choices.length > 0) offer(sheet, column, formulaOf(choices, lists))
  }
  if (columns.length > 0) sheet.autoFilter = `A1:${columnLetters(columns.length - 1)}1`
  sheet.commit()
}

/** A drop-down list in every cell below the heading; anything not on it can still be typed. */
function offer(sheet: excel.Worksheet, column: number, formula: string): void {
  const rules: unknown = Reflect.get(sheet, 'dataValidations')
  if (typeof rules !== 'object' || rules === null || !('add' in rules) || typeof rules.add !== 'function')
    return
  const letters = columnLetters(column)
  rules.add(`${letters}2:${letters}${MOST_ROWS}`, {
    type: 'list',
    allowBlank: true,
    showErrorMessage: true,
    errorStyle: 'warning',
    error: 'This is not on the list.',
    formulae: [formula],
  })
}

function formulaOf(choices: readonly string[], lists: (readonly string[])[]): string {
  const joined = choices.join(',')
  if (joined.length <= LONGEST_INLINE_CHOICES && !choices.some((choice) => /[",]/.test(choice)))
    return `"${joined}"`
  lists.push(choices)
  const letters = columnLetters(lists.length - 1)
  return `${CHOICES_SHEET}!$${letters}$1:$${letters}$${choices.length}`
}

function writeLists(workbook: Workbook, lists: readonly (readonly string[])[]): void {
  const sheet = workbook.addWorksheet(CHOICES_SHEET, { state: 'hidden' })
  const longest = Math.max(...lists.map((list) => list.length))
  for (let row = 0; row < longest; row++) sheet.addRow(lists.map((list) => written(list[row]))).commit()
  sheet.commit()
}
