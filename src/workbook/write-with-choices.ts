import type excel from 'exceljs'
import { columnLetters, maxRows } from './cell.ts'
import { sheetName, type SheetToWrite, textOfCell } from './sheet.ts'
import { writeNewFile } from './write-file.ts'
import { paperSizeA4, heightOfRow, layoutOf, letterSize, typeface, widthOf } from './write-sheet.ts'
import { escapeText } from './xml.ts'

const choicesSheet = 'Choices'
const maxInlineChoicesLength = 255
const textFormat = '@'

/** Writes a small workbook to be filled in, whose columns offer drop-down lists. */
export async function writeWithChoices(
  path: string,
  sheets: readonly SheetToWrite[],
  { creator, at }: { creator: string; at: Date },
): Promise<void> {
  const { default: exceljs } = await import('exceljs')
  const workbook = new exceljs.Workbook()
  Object.assign(workbook, { creator, lastModifiedBy: creator, created: at, modified: at })
  const lists: (readonly string[])[] = []
  for (const sheet of sheets) await addSheet(workbook, sheet, lists)
  if (lists.length > 0) addLists(workbook, lists)
  const bytes = Buffer.from(await workbook.xlsx.writeBuffer())
  await writeNewFile(path, (append) => append(bytes))
}

/** Adds a sheet; `lists` collects the choices that are too long for an inline rule and go to a hidden sheet. */
async function addSheet(
  workbook: excel.Workbook,
  { name, columns, rows, wrapped = false, print }: SheetToWrite,
  lists: (readonly string[])[],
): Promise<void> {
  const layout = layoutOf(columns.map(widthOf), { landscape: print?.landscape ?? false, wrapped })
  const sheet = workbook.addWorksheet(
    sheetName(
      name,
      workbook.worksheets.map((other) => other.name),
    ),
    {
      views: [{ state: 'frozen', ySplit: 1 }],
      pageSetup: {
        orientation: layout.landscape ? 'landscape' : 'portrait',
        paperSize: paperSizeA4,
        fitToPage: true,
        fitToWidth: layout.pagesAcross,
        fitToHeight: 0,
        printTitlesRow: '1:1',
        ...(layout.pagesAcross > 1 ? { printTitlesColumn: 'A:A' } : {}),
      },
      headerFooter: { oddFooter: '&RPage &P of &N' },
    },
  )
  const style: Partial<excel.Style> = {
    numFmt: textFormat,
    font: { name: typeface, size: letterSize },
    alignment: wrapped ? { wrapText: true, vertical: 'top' } : {},
  }
  sheet.columns = layout.widths.map((width) => ({ width, style }))
  const headings = sheet.addRow(columns.map(({ heading }) => escapeText(heading)))
  headings.font = { name: typeface, size: letterSize, bold: true }
  for (const [column, { note }] of columns.entries())
    if (note !== undefined) headings.getCell(column + 1).note = note
  for await (const cells of rows) {
    const row = sheet.addRow(
      cells.map((cell) => {
        const text = textOfCell(cell)
        return typeof text === 'string' ? escapeText(text) : text
      }),
    )
    const height = wrapped ? heightOfRow(cells, layout.widths) : undefined
    if (height !== undefined) row.height = height
  }
  for (const [column, { choices = [] }] of columns.entries())
    if (choices.length > 0) addDropDown(sheet, column, choicesFormula(choices, lists))
  if (columns.length > 0) sheet.autoFilter = `A1:${columnLetters(columns.length - 1)}${sheet.rowCount}`
}

/** A drop-down list in every cell below the heading; anything not on it can still be typed. */
function addDropDown(sheet: excel.Worksheet, column: number, formula: string): void {
  const rules: unknown = Reflect.get(sheet, 'dataValidations')
  if (typeof rules !== 'object' || rules === null || !('add' in rules) || typeof rules.add !== 'function')
    throw new Error('exceljs has no room for drop-down lists')
  const letters = columnLetters(column)
  rules.add(`${letters}2:${letters}${maxRows}`, {
    type: 'list',
    allowBlank: true,
    showErrorMessage: true,
    errorStyle: 'warning',
    error: 'This is not on the list.',
    formulae: [formula],
  })
}

function choicesFormula(choices: readonly string[], lists: (readonly string[])[]): string {
  const joined = choices.join(',')
  if (joined.length <= maxInlineChoicesLength && !choices.some((choice) => /[",]/.test(choice)))
    return `"${joined}"`
  lists.push(choices)
  const letters = columnLetters(lists.length - 1)
  return `${choicesSheet}!$${letters}$1:$${letters}$${choices.length}`
}

function addLists(workbook: excel.Workbook, lists: readonly (readonly string[])[]): void {
  const sheet = workbook.addWorksheet(choicesSheet, { state: 'hidden' })
  const longest = Math.max(...lists.map((list) => list.length))
  for (let row = 0; row < longest; row++)
    sheet.addRow(
      lists.map((list) => {
        const choice = list[row]
        return choice === undefined ? null : escapeText(choice)
      }),
    )
}
