import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import excel from 'exceljs'
import { describe, expect, it } from 'vitest'
import { isBlankRow, openWorkbook } from '../../src/workbook/read.ts'
import { book, bookParts, cellsOf, fileOf, MAIN, rels, rowsOf, sheetXml } from './book.ts'
import { zip } from './zip.ts'

const cell = (content: string) => `<row r="1"><c r="A1" ${content}</c></row>`

describe('reading a workbook', () => {
  it('reads shared strings, wherever they stand in the zip file', async () => {
    const parts = {
      rows: '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="C1" t="s"><v>0</v></c></row>',
      texts: '<si><t>Giza</t></si><si><t>Cairo</t></si>',
    }
    const path = await fileOf(zip(bookParts(parts).reverse()))
    expect((await rowsOf(path))[0]?.cells).toEqual(['Cairo', undefined, 'Giza'])
  })

  it('leaves phonetic guides out, and puts rich text together', async () => {
    const texts =
      '<si><r><rPr><b/></rPr><t>Am</t></r><r><t xml:space="preserve">ira </t></r></si><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>'
    const rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    expect(await cellsOf({ rows, texts })).toEqual([['Amira ', '東京']])
  })

  it('reads inline and rich inline text', async () => {
    const rows =
      '<row r="1"><c r="A1" t="inlineStr"><is><t>Caf&#233; &amp; co</t></is></c><c r="B1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>'
    expect(await cellsOf({ rows })).toEqual([['Café & co', 'ab']])
  })

  it.each([
    ['><v>50538</v>', '50538'],
    ['><v>123.0</v>', '123'],
    ['><v>5.0538E4</v>', '50538'],
    ['><v>0.30000000000000004</v>', '0.3'],
    ['><v>50538.000000000007</v>', '50538'],
    ['><v>1.5</v>', '1.5'],
    ['><v>-0</v>', '0'],
    ['><v>1E-7</v>', '0.0000001'],
    ['><v>9007199254740991</v>', '9007199254740991'],
    ['><v>1e21</v>', '1000000000000000000000'],
    [' t="n"><v> 7 </v>', '7'],
    [' t="str"><v>00123</v>', '00123'],
    [' t="b"><v>1</v>', 'TRUE'],
    [' t="b"><v>0</v>', 'FALSE'],
    [' t="str"><f>A2&amp;B2</f><v>EG001</v>', 'EG001'],
    ['><f>1+1</f><v>2</v>', '2'],
    [' t="str"><v>a_x000D_b_x005F_x000D_</v>', 'a\rb_x000D_'],
    [' t="d"><v>2026-03-01T00:00:00Z</v>', '2026-03-01'],
    [' t="inlineStr"><is><t xml:space="preserve"> a </t></is>', ' a '],
  ])('reads %s as %j', async (content, text) => {
    expect(await cellsOf({ rows: cell(content) })).toEqual([[text]])
  })

  it('reads dates by their format, in the 1900 and the 1904 calendar', async () => {
    const styles =
      '<numFmts count="3"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="166" formatCode="00000"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="20"/></cellXfs>'
    const rows =
      '<row r="1"><c r="A1"><v>46082</v></c><c r="B1" s="1"><v>46082</v></c><c r="C1" s="2"><v>46082</v></c><c r="D1" s="3"><v>46082.4375</v></c><c r="E1" s="4"><v>538</v></c><c r="F1" s="5"><v>0.4375</v></c></row>'
    expect(await cellsOf({ rows, styles })).toEqual([
      ['46082', '2026-03-01', '2026-03-01', '2026-03-01T10:30:00', '00538', '10:30:00'],
    ])
    const workbook = `<workbook xmlns="${MAIN}" xmlns:r="x"><workbookPr date1904="1"/><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`
    expect((await cellsOf({ rows, styles, workbook }))[0]?.[1]).toBe('2030-03-02')
  })

  it('tells errors, and formulas that nobody has calculated, from values', async () => {
    const rows =
      '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1"><f>A2</f></c><c r="C1" t="str"><f>A2</f><v></v></c></row>'
    const [row] = await rowsOf(await fileOf(book({ rows })))
    expect(row?.cells.filter((text) => text !== undefined)).toEqual([])
    expect(row?.errors).toEqual(
      new Map([
        [0, '#N/A'],
        [1, 'a formula without a result'],
      ]),
    )
    expect(row && isBlankRow(row)).toBe(false)
  })

  it('counts cells and rows that have no references', async () => {
    const rows =
      '<row><c><v>1</v></c><c><v>2</v></c></row><row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>'
    const read = await rowsOf(await fileOf(book({ rows })))
    expect(read.map(({ number, cells }) => [number, [...cells]])).toEqual([
      [1, ['1', '2']],
      [5, [undefined, undefined, '3', '4']],
      [6, ['5']],
    ])
  })

  it('reads prefixed XML, comments, CDATA and UTF-16', async () => {
    const sheet = `<?xml version="1.0"?><x:worksheet xmlns:x="${MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>one</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>`
    expect(await cellsOf({ sheet })).toEqual([['one']])
    const odd = '<!-- <row r="9"> --><row r="1"><c r="A1" t="str"><v><![CDATA[a</row>b]]></v></c></row >'
    expect(await cellsOf({ rows: odd })).toEqual([['a</row>b']])
    const utf16 = Buffer.from(
      `\ufeff${sheetXml(cell('t="str"><v>Zürich</v>')).replace('UTF-8', 'UTF-16')}`,
      'utf16le',
    )
    const parts = bookParts({}).map((part) =>
      part.name.endsWith('sheet1.xml') ? { ...part, content: utf16 } : part,
    )
    expect((await rowsOf(await fileOf(zip(parts))))[0]?.cells).toEqual(['Zürich'])
  })

  it('finds sheets by name, and takes the first that is not hidden', async () => {
    const workbook = `<workbook xmlns="${MAIN}" xmlns:r="x"><sheets><sheet name="Chart" sheetId="3" r:id="rId9"/><sheet name="Lists" sheetId="2" state="hidden" r:id="rId2"/><sheet name="Écoles" sheetId="1" r:id="rId1"/></sheets></workbook>`
    const links = rels([
      'Id="rId1" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="/xl/data/the%20sheet.xml"',
      'Id="rId2" Type="x/worksheet" Target="worksheets/sheet1.xml"',
      'Id="rId9" Type="x/chartsheet" Target="chartsheets/sheet1.xml"',
    ])
    const extra = [{ name: 'xl/data/the sheet.xml', content: sheetXml(cell('><v>1</v>')) }]
    const path = await fileOf(book({ rows: cell('><v>2</v>'), workbook, links, extra }))
    const workbookOf = await openWorkbook(path)
    expect(workbookOf).toMatchObject({
      kind: 'xlsx',
      file: 'centres.xlsx',
      sheet: 'Écoles',
      sheets: ['Lists', 'Écoles'],
    })
    expect(workbookOf.digest).toBe(
      `sha256:${createHash('sha256')
        .update(await readFile(path))
        .digest('hex')}`,
    )
    expect((await rowsOf(path))[0]?.cells).toEqual(['1'])
    expect((await rowsOf(path, 'lists'))[0]?.cells).toEqual(['2'])
    await expect(rowsOf(path, 'Ecole')).rejects.toMatchObject({
      code: 'workbook-no-sheet',
      message: 'there is no sheet Ecole (did you mean Écoles?)',
      details: { sheets: ['Lists', 'Écoles'] },
    })
  })

  it('keeps accented letters that fall on the border of two pieces', async () => {
    const name = 'Ñandú Öztürk 東京 🏫'
    const rows = Array.from(
      { length: 4000 },
      (_, at) =>
        `<row r="${at + 1}"><c r="A${at + 1}" t="str"><v>${'x'.repeat(at % 97)}${name}</v></c></row>`,
    ).join('')
    const cells = await cellsOf({ rows })
    expect(cells).toEqual(Array.from({ length: 4000 }, (_, at) => [`${'x'.repeat(at % 97)}${name}`]))
  })

  it.each([true, false])('reads what exceljs writes (shared strings: %s)', async (useSharedStrings) => {
    const path = await fileOf('')
    const writer = new excel.stream.xlsx.WorkbookWriter({ filename: path, useSharedStrings, useStyles: true })
    const sheet = writer.addWorksheet('Centres')
    sheet.addRow(['Centre number', 'E-mail', 'Since']).commit()
    sheet
      .addRow([
        50538,
        { text: 'amira@school.example', hyperlink: 'mailto:amira@school.example' },
        new Date('2026-03-01'),
      ])
      .commit()
    sheet
      .addRow([
        { formula: 'A2', result: 50538 },
        { richText: [{ text: 'a' }, { font: { bold: true }, text: 'b' }] },
        true,
      ])
      .commit()
    await writer.commit()
    expect((await rowsOf(path)).map(({ cells }) => cells)).toEqual([
      ['Centre number', 'E-mail', 'Since'],
      ['50538', 'amira@school.example', '2026-03-01'],
      ['50538', 'ab', 'TRUE'],
    ])
  })

  it('reads what exceljs writes as a whole', async () => {
    const whole = new excel.Workbook()
    whole.addWorksheet('A').addRows([['Zoë', 1.5, { error: '#REF!' }], [], ['x']])
    const path = await fileOf(Buffer.from(await whole.xlsx.writeBuffer()))
    expect((await rowsOf(path)).map(({ number, cells, errors }) => [number, cells, errors])).toEqual([
      [1, ['Zoë', '1.5'], new Map([[2, '#REF!']])],
      [3, ['x'], undefined],
    ])
  })

  it('reads standard input, and tells how far it is', async () => {
    const bytes = book({ rows: cell('><v>1</v>') })
    const workbook = await openWorkbook('-', {
      stdin: Readable.from([bytes.subarray(0, 100), bytes.subarray(100)]),
    })
    const shares: number[] = []
    await workbook.readRows(
      () => {},
      (share) => shares.push(share),
    )
    expect(workbook.file).toBe('-')
    expect(shares.at(-1)).toBe(1)
  })
})
