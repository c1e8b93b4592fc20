import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import excel from 'exceljs'
import { describe, expect, it } from 'vitest'
import { openWorkbook } from '../../src/workbook/read.ts'
import { isBlankRow, type SheetRow } from '../../src/workbook/sheet-rows.ts'
import { book, bookParts, cellsOf, fileOf, MAIN, rels, rowsOf, sheetXml } from './book.ts'
import { zip } from './zip.ts'

const cell = (content: string) => `<row r="1"><c r="A1" ${content}</c></row>`

/** The one cell of a workbook, a number under a format. */
async function readFormatted(format: string, value: string): Promise<SheetRow | undefined> {
  const code = format.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('>', '&gt;')
  const styles = `<numFmts count="1"><numFmt numFmtId="164" formatCode="${code}"/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs>`
  const [row] = await rowsOf(
    await fileOf(book({ rows: `<row r="1"><c r="A1" s="0"><v>${value}</v></c></row>`, styles })),
  )
  return row
}

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
      '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1"><f>A2</f></c><c r="C1" t="str"><f>A2</f><v></v></c><c r="D1" t="str"><f>B2&amp;"x"</f></c><c r="E1"><f>A2</f><v>0</v></c></row>'
    const [row] = await rowsOf(await fileOf(book({ rows })))
    expect(row?.cells.filter((text) => text !== undefined)).toEqual(['0'])
    expect(row?.notes).toEqual(
      new Map<number, unknown>([
        [0, { kind: 'error', value: '#N/A' }],
        [1, { kind: 'not-calculated', formula: '=A2' }],
        [2, { kind: 'empty-formula', formula: '=A2' }],
        [3, { kind: 'not-calculated', formula: '=B2&"x"' }],
      ]),
    )
    expect(row && isBlankRow(row)).toBe(false)
  })

  it.each(['', '<!-- -->'])(
    'says of a formula that cells share what it says in each of them%s',
    async (odd) => {
      const rows = `<row r="1">${odd}<c r="A1"><f t="shared" si="0" ref="A1:A3">B1&amp;$C1&amp;D$1&amp;"B1"&amp;'B1'!B1&amp;LOG10(B1)</f></c></row><row r="2"><c r="A2"><f t="shared" si="0"/></c><c r="B2" t="str"><f t="shared" si="0"></f><v></v></c></row><row r="3"><c r="A3"><f t="shared" si="7"/></c></row>`
      const read = await rowsOf(await fileOf(book({ rows })))
      expect(
        read.map(({ notes }) =>
          [...(notes?.values() ?? [])].map((note) => 'formula' in note && note.formula),
        ),
      ).toEqual([
        [`=B1&$C1&D$1&"B1"&'B1'!B1&LOG10(B1)`],
        [`=B2&$C2&D$1&"B1"&'B1'!B2&LOG10(B2)`, `=C2&$C2&E$1&"B1"&'B1'!C2&LOG10(C2)`],
        ['='],
      ])
    },
  )

  it('takes a row of formulas that say nothing for blank', async () => {
    const rows = '<row r="1"><c r="A1" t="str"><f>A2</f><v></v></c><c r="B1" t="str"><f>B2</f><v/></c></row>'
    const [row] = await rowsOf(await fileOf(book({ rows })))
    expect(row && isBlankRow(row)).toBe(true)
  })

  it('takes the 0 of a formula for no value where the workbook asks to be recalculated', async () => {
    const workbook = `<workbook xmlns="${MAIN}" xmlns:r="x"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets><calcPr calcId="1" fullCalcOnLoad="1"/></workbook>`
    const rows = '<row r="1"><c r="A1"><f>B1</f><v>0</v></c><c r="B1"><f>C1</f><v>7</v></c></row>'
    const [row] = await rowsOf(await fileOf(book({ rows, workbook })))
    expect(row?.notes).toEqual(new Map([[0, { kind: 'not-calculated', formula: '=B1' }]]))
  })

  it('reads of an inline string what is in <is>, and of every other cell what is in <v>', async () => {
    const rows =
      '<row r="1"><c r="A1" t="inlineStr"><v>0</v><is><t>GH901</t></is></c><c r="B1" t="str"><v>a</v><is><t>b</t></is></c><c r="C1"><is><t>9</t></is><v>7</v></c></row>'
    expect(await cellsOf({ rows })).toEqual([['GH901', 'a', '7']])
    const withComment = rows.replace('<c r="A1"', '<!-- --><c r="A1"')
    expect(await cellsOf({ rows: withComment })).toEqual([['GH901', 'a', '7']])
  })

  it.each([
    ['"EG"000', '7', 'EG007'],
    ['"50"000', '538', '50538'],
    ['00000"A"', '41', '00041A'],
    ['0"0"', '505', '5050'],
    ['General"A"', '42', '42A'],
    ['[>9]"GH"000', '12', 'GH012'],
    ['0,', '50538000', '50538'],
    ['0####', '417', '0417'],
    ['[Red]00000', '12', '00012'],
  ])('reads what a cell of the format %s shows', async (format, value, shown) => {
    expect(await readFormatted(format, value)).toEqual({ number: 1, cells: [shown] })
  })

  it.each([
    ['#,##0', '50538', '50,538'],
    ['0.00', '50538', '50538.00'],
    ['0.00E+00', '100000', '1.00E+05'],
    ['00-000', '50538', '50-538'],
    ['"EG "000', '7', 'EG 007'],
    [';;;', '50538', ''],
    ['General', '123456789012', '1.23457E+11'],
  ])(
    'keeps the number where the format %s shows what is no word, and says both',
    async (format, value, shown) => {
      expect(await readFormatted(format, value)).toMatchObject({
        cells: [value],
        notes: new Map([[0, { kind: 'number', shown, held: value }]]),
      })
    },
  )

  it.each(['t0', '[Red]t#,##0', '[$-D000000]0', '[$-D07041E]0'])(
    'cannot tell what the format %s shows, which has the digits of Thai',
    async (format) => {
      expect(await readFormatted(format, '50538')).toMatchObject({
        notes: new Map([[0, { kind: 'number', shown: undefined, held: '50538' }]]),
      })
    },
  )

  it.each([59, 60, 61, 62, 67])('cannot tell what the built-in format %s of Thai shows', async (id) => {
    const styles = `<cellXfs><xf numFmtId="${id}"/></cellXfs>`
    const [row] = await rowsOf(await fileOf(book({ rows: '<row r="1"><c s="0"><v>5</v></c></row>', styles })))
    expect(row?.notes?.get(0)).toMatchObject({ kind: 'number', shown: undefined })
  })

  it('has 15 digits of a number and zeros behind them, however many', async () => {
    expect(await readFormatted('0', '1e30')).toMatchObject({ cells: [`1${'0'.repeat(30)}`] })
    expect(await readFormatted('0', '1.23456789012345678e25')).toMatchObject({
      cells: ['12345678901234600000000000'],
    })
    expect(await readFormatted('#,##0', '1e25')).toMatchObject({
      notes: new Map([[0, { kind: 'number', shown: undefined, held: `1${'0'.repeat(25)}` }]]),
    })
  })

  it('reads a percentage with the digits that are not shown', async () => {
    expect(await readFormatted('0%', '0.875')).toMatchObject({ cells: ['87.5%'] })
    expect(await readFormatted('0"%"', '87')).toMatchObject({ cells: ['87%'] })
    expect(await readFormatted('0\\%', '87.5')).toMatchObject({ cells: ['87.5%'] })
  })

  it('tells dates and yes-or-no cells from texts', async () => {
    expect(await readFormatted('d-mmm', '46082')).toMatchObject({
      cells: ['2026-03-01'],
      notes: new Map([[0, { kind: 'date' }]]),
    })
    const [row] = await rowsOf(await fileOf(book({ rows: '<row r="1"><c r="A1" t="b"><v>1</v></c></row>' })))
    expect(row).toMatchObject({ cells: ['TRUE'], notes: new Map([[0, { kind: 'boolean' }]]) })
  })

  it.each([
    ['as every program writes it', ''],
    ['with a comment among its rows', '<!-- -->'],
  ])('knows hidden rows, hidden columns and merged cells of a sheet %s', async (_, odd) => {
    const sheet = `<worksheet xmlns="${MAIN}"><cols><col min="2" max="3" hidden="1"/><col min="4" max="4" hidden="0" width="9"/><col min="5" max="5" width="0" customWidth="1"/></cols><sheetData>${odd}<row r="1"><c><v>1</v></c></row><row r="2" hidden="1"><c><v>2</v></c></row><row r="3" ht="0" customHeight="1"><c><v>3</v></c></row><row r="4" ht="15.75"><c><v>4</v></c></row></sheetData><customSheetViews><customSheetView><pageMargins/></customSheetView></customSheetViews><mergeCells count="1"><mergeCell ref="A2:B4"/></mergeCells><hyperlinks><hyperlink ref="A1:A9"/></hyperlinks></worksheet>`
    const workbook = await openWorkbook(await fileOf(book({ sheet })))
    const hidden: unknown[] = []
    const facts = await workbook.readRows((row) => hidden.push(row.hidden))
    await workbook.close()
    expect(hidden).toEqual([undefined, true, true, undefined])
    expect(facts).toEqual({
      hiddenColumns: [
        [1, 2],
        [4, 4],
      ],
      merged: [{ firstRow: 2, lastRow: 4, firstColumn: 0, lastColumn: 1 }],
      formattedByRule: [],
      calculatedColumns: new Set(),
      uncalculatedColumns: new Set(),
    })
  })

  it('knows columns that are hidden by default, and takes no row that is written for hidden by default', async () => {
    const sheet = `<worksheet xmlns="${MAIN}"><sheetFormatPr defaultRowHeight="15" zeroHeight="1" defaultColWidth="0"/><cols><col min="1" max="1" width="9"/><col min="4" max="5" width="9"/><col min="6" max="6" width="9" hidden="1"/></cols><sheetData><row r="1"><c><v>1</v></c></row><row r="2" hidden="1"><c><v>2</v></c></row></sheetData></worksheet>`
    const workbook = await openWorkbook(await fileOf(book({ sheet })))
    const hidden: unknown[] = []
    const { hiddenColumns } = await workbook.readRows((row) => hidden.push(row.hidden))
    await workbook.close()
    expect(hidden).toEqual([undefined, true])
    expect(hiddenColumns).toEqual([
      [1, 2],
      [5, 5],
      [6, 16383],
    ])
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
      message: "there is no sheet 'Ecole' (did you mean Écoles?)",
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
    expect((await rowsOf(path)).map(({ number, cells, notes }) => [number, cells, notes])).toEqual([
      [1, ['Zoë', '1.5'], new Map([[2, { kind: 'error', value: '#REF!' }]])],
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
