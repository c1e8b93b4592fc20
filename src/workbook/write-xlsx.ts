import { type FormsToWrite, sheetName, type SheetToWrite } from './sheet.ts'
import { writeNewFile } from './write-file.ts'
import { formsXml, sheetsOfForms } from './write-forms.ts'
import { commentsXml, shapesXml, sheetXml } from './write-sheet.ts'
import {
  contentTypesXml,
  linksXml,
  type NamedSheet,
  noteLinksXml,
  packageParts,
  workbookXml,
  ZipWriter,
} from './write-package.ts'
import { stylesXml } from './write-styles.ts'

const BEGINNING_OF_ZIP_TIME = new Date(Date.UTC(1980, 0, 1))

/** What the file says of itself; the same sheets written at the same time are the same bytes. */
export interface WriteOptions {
  creator?: string
  at?: Date
  /** Custom properties, true each: marks that a program can read again. */
  marks?: readonly string[]
}

/** Writes a new `.xlsx` workbook, readable by its owner only; every text stays text, leading zeros and all. */
export async function writeWorkbook(
  path: string,
  sheets: readonly (SheetToWrite | FormsToWrite)[],
  { creator = '', at = BEGINNING_OF_ZIP_TIME, marks = [] }: WriteOptions = {},
): Promise<void> {
  const tables = sheets.filter((sheet) => 'columns' in sheet)
  if (tables.some(({ columns }) => columns.some(({ choices = [] }) => choices.length > 0))) {
    const { writeWithChoices } = await import('./write-with-choices.ts')
    return writeWithChoices(path, tables, { creator, at })
  }
  await writeNewFile(path, async (stream) => {
    const zip = new ZipWriter(stream, at)
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
    await zip.end()
    stream.end()
  })
}

async function addTable(
  zip: ZipWriter,
  sheet: SheetToWrite,
  { written, creator }: { written: NamedSheet[]; creator: string },
): Promise<void> {
  const known: NamedSheet = {
    name: nextName(sheet, written),
    columns: sheet.columns.length,
    lastRow: 1,
    notes: [],
    pagesAcross: 1,
  }
  written.push(known)
  const number = written.length
  await zip.add(`xl/worksheets/sheet${number}.xml`, sheetXml(sheet, known))
  if (known.notes.length === 0) return
  await zip.add(`xl/comments${number}.xml`, commentsXml(known.notes, creator))
  await zip.add(`xl/drawings/vmlDrawing${number}.vml`, shapesXml(known.notes))
  await zip.add(`xl/worksheets/_rels/sheet${number}.xml.rels`, [noteLinksXml(number)])
}

async function addForms(zip: ZipWriter, sheet: FormsToWrite, written: NamedSheet[]): Promise<void> {
  for (const forms of sheetsOfForms(sheet.forms)) {
    written.push({
      name: nextName(sheet, written),
      columns: 0,
      lastRow: forms.length,
      notes: [],
      pagesAcross: 1,
    })
    await zip.add(`xl/worksheets/sheet${written.length}.xml`, formsXml(sheet, forms))
  }
}

function nextName({ name }: { name: string }, written: readonly NamedSheet[]): string {
  return sheetName(
    name,
    written.map((other) => other.name),
  )
}
