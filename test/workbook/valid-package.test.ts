import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import type { FormsToWrite, SheetToWrite } from '../../src/workbook/sheet.ts'
import { writeWorkbook } from '../../src/workbook/write.ts'
import { fileOf } from './book.ts'
import { type Element, elementsOf } from './elements.ts'
import { partsOf } from './parts.ts'

type SheetOrForms = SheetToWrite | FormsToWrite

/** ECMA-376, part 1, 18: in which order the children of an element stand, where it is a sequence. */
const order: Readonly<Record<string, string>> = {
  worksheet:
    'sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst',
  sheetPr: 'tabColor outlinePr pageSetUpPr',
  sheetView: 'pane selection pivotSelection extLst',
  c: 'f v is extLst',
  is: 't r rPh phoneticPr',
  r: 'rPr t',
  headerFooter: 'oddHeader oddFooter evenHeader evenFooter firstHeader firstFooter',
  workbook:
    'fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences definedNames calcPr',
  styleSheet: 'numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst',
  border: 'left right top bottom diagonal vertical horizontal',
  patternFill: 'fgColor bgColor',
  xf: 'alignment protection extLst',
  comments: 'authors commentList extLst',
  comment: 'text',
}

/** What an element must say. */
const required: Readonly<Record<string, string>> = {
  sheet: 'name sheetId r:id',
  definedName: 'name',
  sheetView: 'workbookViewId',
  sheetFormatPr: 'defaultRowHeight',
  col: 'min max',
  pageMargins: 'left right top bottom header footer',
  brk: 'id',
  legacyDrawing: 'r:id',
  cellStyle: 'xfId',
  comment: 'ref authorId',
  Relationship: 'Id Type Target',
  Override: 'PartName ContentType',
  Default: 'Extension ContentType',
}

const table = (name: string, more: Partial<SheetToWrite> = {}): SheetOrForms => ({
  name,
  columns: [
    { heading: 'Email', width: 30 },
    { heading: 'Why', note: 'a note' },
  ],
  rows: [
    ['a@b.example', 7],
    [{ text: 'x & <y>', marked: true, note: 'two\nlines' }, ' a '],
    [null, 'é'],
  ],
  ...more,
})
const form = (text: string, endsPage: boolean) => ({
  cells: [
    { runs: [{ text, bold: true, size: 12 }, { text: '\nb' }] },
    { runs: [{ text: 'c' }], centred: true },
  ],
  height: 80,
  endsPage,
})
const workbooks: [string, SheetOrForms[], string[]][] = [
  ['a table', [table('Centres')], []],
  ['a table of nothing', [table('Empty', { columns: [], rows: [] })], []],
  [
    'two tables with comments, and a mark',
    [table('One'), table("O'Two & <3>", { wrapped: true })],
    ['a-mark'],
  ],
  [
    'wide columns over several pages',
    [
      table('Wide', {
        columns: Array.from({ length: 40 }, (_, at) => ({ heading: `Column ${at}`, width: 30 })),
        print: { landscape: true, title: 'PINs & more' },
      }),
    ],
    [],
  ],
  [
    'a table and forms to cut out',
    [
      table('PINs'),
      {
        name: 'Slips',
        widths: [30, 20],
        forms: [form('a', true), form('b', false)],
        print: { title: 'Cut' },
      },
    ],
    [],
  ],
]

async function written(sheets: SheetOrForms[], marks: string[]): Promise<string> {
  const path = join(dirname(await fileOf('', 'beside')), 'ours.xlsx')
  await writeWorkbook(path, sheets, { marks, at: new Date('2026-03-01') })
  return path
}

describe.each(workbooks)('a workbook of ours, %s', (_, sheets, marks) => {
  it('has its elements in the order of the standard, with what they must say', async () => {
    for (const [part, xml] of await partsOf(await written(sheets, marks))) {
      if (part.endsWith('.vml')) continue
      for (const element of elementsOf(xml)) {
        const sequence = order[element.name]?.split(' ')
        if (sequence) {
          const places = element.children.map(({ name }) => sequence.indexOf(name))
          expect(places, `${part}: ${element.name}`).not.toContain(-1)
          expect(places, `${part}: ${element.name}`).toEqual([...places].sort((one, other) => one - other))
        }
        for (const name of required[element.name]?.split(' ') ?? [])
          expect(element.attributes, `${part}: ${element.name}`).toHaveProperty([name])
        expectCounts(element)
      }
    }
  })

  it('has every part that it names, and a content type for each', async () => {
    const parts = await partsOf(await written(sheets, marks))
    const types = elementsOf(parts.get('[Content_Types].xml') ?? '')
    const overrides = new Set(types.map(({ attributes }) => attributes.PartName))
    const endings = new Set(types.map(({ attributes }) => attributes.Extension))
    for (const name of overrides) if (name !== undefined) expect(parts.has(name.slice(1))).toBe(true)
    for (const [name, xml] of parts) {
      if (name !== '[Content_Types].xml')
        expect(overrides.has(`/${name}`) || endings.has(name.split('.').at(-1))).toBe(true)
      if (!name.endsWith('.rels')) continue
      const folder = posix.dirname(posix.dirname(name))
      const ids = new Set<string | undefined>()
      for (const { attributes } of elementsOf(xml).slice(1)) {
        expect(parts.has(posix.join(folder, attributes.Target ?? ''))).toBe(true)
        expect(ids.has(attributes.Id)).toBe(false)
        ids.add(attributes.Id)
      }
      const owner = parts.get(posix.join(folder, basename(name, '.rels'))) ?? ''
      for (const [, id] of owner.matchAll(/ r:id="([^"]*)"/g)) expect(ids.has(id)).toBe(true)
    }
  })
})

/** Where an element says how many children it has, it has so many. */
function expectCounts({ name, attributes, children }: Element): void {
  if (attributes.count !== undefined) expect(children, name).toHaveLength(Number(attributes.count))
}

// A folder with sml.xsd, opc-relationships.xsd and opc-contentTypes.xsd of ECMA-376, transitional.
const schemas = process.env.SSH_ADMIN_TEST_SCHEMAS ?? ''
const hasXmllint = (await execa('xmllint', ['--version'], { reject: false })).exitCode === 0

describe.skipIf(!hasXmllint || !existsSync(join(schemas, 'sml.xsd')))('the schemas of ECMA-376', () => {
  it.each(workbooks)('find nothing wrong with %s', async (_, sheets, marks) => {
    const path = await written(sheets, marks)
    for (const [part, xml] of await partsOf(path)) {
      const schema = schemaOf(part)
      if (schema === undefined) continue
      const file = join(dirname(path), 'parts', part)
      mkdirSync(dirname(file), { recursive: true })
      // The one attribute that the schema does not know, and every program writes.
      writeFileSync(file, xml.replaceAll(' xml:space="preserve"', ''))
      await execa('xmllint', ['--noout', '--nonet', '--schema', join(schemas, schema), file])
    }
  })
})

function schemaOf(part: string): string | undefined {
  if (part.endsWith('.rels')) return 'opc-relationships.xsd'
  if (part === '[Content_Types].xml') return 'opc-contentTypes.xsd'
  return /^xl\/.*\.xml$/.test(part) ? 'sml.xsd' : undefined
}
