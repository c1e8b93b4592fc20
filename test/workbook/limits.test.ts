import { dirname, join } from 'node:path'
import excel from 'exceljs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SheetToWrite, sheetName } from '../../src/workbook/sheet.ts'
import { writeWorkbook } from '../../src/workbook/write.ts'
import { fileOf, rowsOf } from './book.ts'
import { partsOf } from './parts.ts'

const placeFor = async (name: string) => join(dirname(await fileOf('', 'beside')), name)
const table = (name: string, rows: SheetToWrite['rows'] = []): SheetToWrite => ({
  name,
  columns: [{ heading: 'Email' }],
  rows,
})

describe('the name of a sheet', () => {
  it.each([
    ['centres of the northern region, autumn term 2026', 'centres of the northern region,'],
    ['a[b]:c*d?e/f\\g', 'a b c d e f g'],
    ["'quoted'", 'quoted'],
    ['History', 'History 2'],
    ['HISTORY', 'HISTORY 2'],
    [' ', 'Sheet'],
    ["O'Brien", "O'Brien"],
    ['😀'.repeat(20), '😀'.repeat(15)],
  ])('%s is written as %s', (wanted, written) => {
    expect(sheetName(wanted)).toBe(written)
  })

  it('is always one that Excel takes, and no other sheet has it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 5 }), (wanted) => {
        const names: string[] = []
        for (const name of wanted) names.push(sheetName(name, names))
        for (const name of names) {
          expect(name.length).toBeGreaterThan(0)
          expect(name.length).toBeLessThanOrEqual(31)
          expect(name).not.toMatch(/[[\]:*?/\\\p{Cc}\p{Cs}]|^'|'$/u)
          expect(name.toLowerCase()).not.toBe('history')
        }
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length)
      }),
    )
  })

  it('is the same in the list of sheets and in what refers to it', async () => {
    const path = await placeFor('a.xlsx')
    await writeWorkbook(path, [table("Amira's & friends: 2026"), table("Amira's & friends: 2026")])
    const workbook = (await partsOf(path)).get('xl/workbook.xml')
    expect(workbook).toContain('name="Amira\'s &amp; friends 2026"')
    expect(workbook).toContain('name="Amira\'s &amp; friends 2026 2"')
    expect(workbook).toContain("'Amira''s &amp; friends 2026 2'!$1:$1")
  })
})

describe('a cell', () => {
  it('holds 32,767 letters at most, and shows that there were more', async () => {
    const path = await placeFor('a.xlsx')
    await writeWorkbook(path, [
      table('A', [['x'.repeat(32_767)], ['x'.repeat(40_000)], [`${'x'.repeat(32_765)}😀😀`]]),
    ])
    const [, whole, cut, pair] = (await rowsOf(path)).map(({ cells }) => cells[0] ?? '')
    expect(whole).toBe('x'.repeat(32_767))
    expect(cut).toBe(`${'x'.repeat(32_766)}…`)
    expect(pair).toBe(`${'x'.repeat(32_765)}…`)
  })

  it('is never a formula, whatever its text begins with', async () => {
    const path = await placeFor('a.xlsx')
    const texts = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1', "'=1"]
    await writeWorkbook(path, [
      {
        ...table(
          'A',
          texts.map((text) => [text]),
        ),
        columns: [{ heading: '=2+2' }],
      },
    ])
    const read = new excel.Workbook()
    await read.xlsx.readFile(path)
    const page = read.getWorksheet('A')
    expect(page?.getColumn(1).values.slice(1)).toEqual(['=2+2', ...texts])
    expect((await partsOf(path)).get('xl/worksheets/sheet1.xml')).not.toMatch(/<f[ >]/)
    for (let row = 1; row <= texts.length + 1; row++) expect(page?.getCell(row, 1).numFmt).toBe('@')
  })
})

describe('a table', () => {
  it('with more columns than a sheet has is refused, and no file is left', async () => {
    const path = await placeFor('a.xlsx')
    const columns = Array.from({ length: 16_385 }, (_, at) => ({ heading: String(at) }))
    await expect(writeWorkbook(path, [{ name: 'A', columns, rows: [] }])).rejects.toMatchObject({
      code: 'file-too-large',
    })
  })

  it('has filter buttons in LibreOffice too, over all its rows', async () => {
    const path = await placeFor('a.xlsx')
    await writeWorkbook(path, [table('A', [['a'], ['b'], ['c']])])
    const parts = await partsOf(path)
    expect(parts.get('xl/worksheets/sheet1.xml')).toContain('<autoFilter ref="A1:A4"/>')
    expect(parts.get('xl/workbook.xml')).toContain(
      '<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">\'A\'!$A$1:$A$4</definedName>',
    )
  })

  it('has one typeface', async () => {
    const path = await placeFor('a.xlsx')
    await writeWorkbook(path, [table('A', [['a']])])
    const styles = (await partsOf(path)).get('xl/styles.xml') ?? ''
    expect(new Set([...styles.matchAll(/<name val="([^"]+)"/g)].map(([, name]) => name))).toEqual(
      new Set(['Calibri']),
    )
  })

  it('is turned, and goes over several pages, where its columns would be too small to read', async () => {
    const path = await placeFor('a.xlsx')
    const wide = (many: number) => ({
      name: `${many} columns`,
      columns: Array.from({ length: many }, (_, at) => ({ heading: `Column ${at}`, width: 20 })),
      rows: [],
    })
    await writeWorkbook(path, [wide(5), wide(10), wide(30), { ...wide(15), wrapped: true }])
    const read = new excel.Workbook()
    await read.xlsx.readFile(path)
    expect(
      read.worksheets.map(({ pageSetup: { orientation, fitToWidth } }) => [orientation, fitToWidth]),
    ).toEqual([
      ['portrait', 1],
      ['landscape', 1],
      ['landscape', 3],
      ['landscape', 1],
    ])
    expect((await partsOf(path)).get('xl/workbook.xml')).toContain("'30 columns'!$A:$A,'30 columns'!$1:$1")
  })
})
