import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { openWorkbook } from '../../src/workbook/read.ts'
import type { SheetRow } from '../../src/workbook/sheet-rows.ts'
import { type Part, zip } from './zip.ts'

export const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const LINKS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships'
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

/** The parts of a small workbook; each can be replaced, or left out with `''`. */
export interface Book {
  rows?: string
  sheet?: string
  texts?: string
  styles?: string
  workbook?: string
  links?: string
  /** Which program says that it saved it. */
  program?: string
  extra?: Part[]
}

/** A workbook with one sheet, made by hand. */
export function bookParts({
  rows = '',
  sheet,
  texts,
  styles,
  workbook,
  links,
  program,
  extra = [],
}: Book): Part[] {
  const parts: Part[] = [
    {
      name: '[Content_Types].xml',
      content: `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
    },
    {
      name: '_rels/.rels',
      content: rels([
        `Id="rId1" Type="${LINKS}/officeDocument" Target="xl/workbook.xml"`,
        ...(program === undefined
          ? []
          : [`Id="rId2" Type="${LINKS}/extended-properties" Target="docProps/app.xml"`]),
      ]),
    },
    {
      name: 'xl/workbook.xml',
      content:
        workbook ??
        `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${LINKS}"><sheets><sheet name="Centres" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content:
        links ??
        rels([
          `Id="rId1" Type="${LINKS}/worksheet" Target="worksheets/sheet1.xml"`,
          `Id="rId2" Type="${LINKS}/sharedStrings" Target="sharedStrings.xml"`,
          `Id="rId3" Type="${LINKS}/styles" Target="styles.xml"`,
        ]),
    },
    {
      name: 'xl/worksheets/sheet1.xml',
      content: sheet ?? sheetXml(rows),
    },
  ]
  if (texts !== undefined)
    parts.push({ name: 'xl/sharedStrings.xml', content: `${HEAD}<sst xmlns="${MAIN}">${texts}</sst>` })
  if (program !== undefined) parts.push({ name: 'docProps/app.xml', content: program })
  if (styles !== undefined)
    parts.push({
      name: 'xl/styles.xml',
      content: `${HEAD}<styleSheet xmlns="${MAIN}">${styles}</styleSheet>`,
    })
  return [...parts, ...extra]
}

/** What a workbook says of the program that saved it. */
export function savedBy(application: string): string {
  return `${HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>${application}</Application><AppVersion>16.0300</AppVersion></Properties>`
}

export function sheetXml(rows: string): string {
  return `${HEAD}<worksheet xmlns="${MAIN}"><dimension ref="A1"/><sheetData>${rows}</sheetData><pageMargins left="1"/></worksheet>`
}

export function rels(links: readonly string[]): string {
  return `${HEAD}<Relationships xmlns="${PACKAGE}">${links.map((link) => `<Relationship ${link}/>`).join('')}</Relationships>`
}

export const book = (parts: Book): Buffer => zip(bookParts(parts))

const folders: string[] = []
afterAll(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true }))))

/** Puts bytes into a file in a folder of its own, which goes when the tests have run. */
export async function fileOf(bytes: Buffer | string, name = 'centres.xlsx'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'workbook-'))
  folders.push(folder)
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

/** Every row of a workbook. */
export async function rowsOf(path: string, sheet?: string): Promise<SheetRow[]> {
  const workbook = await openWorkbook(path, { sheet })
  const rows: SheetRow[] = []
  try {
    await workbook.readRows((row) => rows.push(row))
  } finally {
    await workbook.close()
  }
  return rows
}

/** The cells of a workbook made by hand, row by row. */
export async function cellsOf(parts: Book): Promise<(string | undefined)[][]> {
  return (await rowsOf(await fileOf(book(parts)))).map(({ cells }) => [...cells])
}
