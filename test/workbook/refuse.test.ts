import { chmod, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnusableWorkbook } from '../../src/workbook/errors.ts'
import { openWorkbook } from '../../src/workbook/read.ts'
import { book, bookParts, fileOf, MAIN, rowsOf, sheetXml } from './book.ts'
import { type Part, zip } from './zip.ts'

const oldOffice = (...names: string[]) =>
  Buffer.concat([
    Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    Buffer.alloc(512),
    ...names.map((name) => Buffer.from(name, 'utf16le')),
  ])

const without = (name: string) => bookParts({}).filter((part) => part.name !== name)
const changed = (name: string, change: Partial<Part>) =>
  bookParts({ rows: '<row r="1"><c r="A1"><v>1</v></c></row>' }).map((part) =>
    part.name === name ? { ...part, ...change } : part,
  )
const SHEET = 'xl/worksheets/sheet1.xml'

async function refusal(bytes: Buffer | string, name?: string): Promise<UnusableWorkbook> {
  const path = await fileOf(bytes, name)
  const error = await rowsOf(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof UnusableWorkbook))
    throw new Error(`it was read, or failed otherwise: ${error}`, { cause: error })
  expect(error.hint).toBeTruthy()
  return error
}

describe('looking at a file before reading it', () => {
  it.each([
    ['an empty file', '', 'workbook-empty', 'is empty'],
    ['a file of blanks', ' \n\n ', 'workbook-empty', 'is empty'],
    ['an old workbook', oldOffice('Workbook'), 'workbook-old-xls', 'Excel 2003'],
    ['a very old workbook', Buffer.from('0908100000060500', 'hex'), 'workbook-old-xls', 'Excel 2003'],
    [
      'a workbook with a password',
      oldOffice('EncryptionInfo', 'EncryptedPackage'),
      'workbook-password-protected',
      'password',
    ],
    ['an old Word document', oldOffice('WordDocument'), 'workbook-not-a-workbook', 'Word document'],
    ['a PDF', '%PDF-1.7\n', 'workbook-not-a-workbook', 'a PDF'],
    ['a picture', Buffer.from('89504e470d0a1a0a', 'hex'), 'workbook-not-a-workbook', 'picture'],
    [
      'a web page',
      '<!DOCTYPE html><html><table><tr><td>x</td></tr></table></html>',
      'workbook-not-a-workbook',
      'web page',
    ],
    [
      'an XML spreadsheet',
      '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
      'workbook-not-a-workbook',
      'Excel 2003',
    ],
    ['an XML file', '<?xml version="1.0"?><feed/>', 'workbook-not-a-workbook', 'XML'],
    ['a JSON file', '[{"number":"EG001"}]', 'workbook-not-a-workbook', 'JSON'],
    ['any bytes', Buffer.from([1, 2, 3, 0, 0, 7, 0, 200]), 'workbook-not-a-workbook', 'binary'],
    ['an empty zip', zip([]), 'workbook-not-a-workbook', 'empty zip'],
    [
      'a zip with a workbook in it',
      zip([{ name: 'Out/Centres.xlsx', content: 'x' }]),
      'workbook-not-a-workbook',
      'out/centres.xlsx',
    ],
    [
      'a zip with other things',
      zip([{ name: 'a.txt', content: 'x' }]),
      'workbook-not-a-workbook',
      'zip archive',
    ],
    [
      'a Word document',
      zip([
        { name: '[Content_Types].xml', content: '<Types/>' },
        { name: 'word/document.xml', content: '<a/>' },
      ]),
      'workbook-not-a-workbook',
      'Word',
    ],
    [
      'a Numbers document',
      zip([{ name: 'Index/Document.iwa', content: 'x' }]),
      'workbook-not-a-workbook',
      'Numbers',
    ],
    [
      'a binary workbook',
      zip([
        { name: '[Content_Types].xml', content: '<Types/>' },
        { name: 'xl/workbook.bin', content: 'x' },
      ]),
      'workbook-not-a-workbook',
      '.xlsb',
    ],
    [
      'an .ods',
      zip([{ name: 'mimetype', content: 'application/vnd.oasis.opendocument.spreadsheet', stored: true }]),
      'workbook-ods',
      '.ods',
    ],
    ['macros', book({ extra: [{ name: 'xl/vbaProject.bin', content: 'x' }] }), 'workbook-macros', 'macros'],
    [
      'a workbook that may have macros',
      zip(
        changed('[Content_Types].xml', {
          content:
            '<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>',
        }),
      ),
      'workbook-macros',
      'macros',
    ],
    ['an encrypted zip', zip(changed(SHEET, { flags: 0x801 })), 'workbook-password-protected', 'password'],
    [
      'a zip without a workbook',
      zip(without('xl/workbook.xml')),
      'workbook-not-a-workbook',
      'no workbook in it',
    ],
  ])('refuses %s', async (_, bytes, code, words) => {
    expect(await refusal(bytes)).toMatchObject({ code, message: expect.stringContaining(words) })
  })

  it.each([
    '<Default Extension="xlsm" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>',
    '<Override PartName="/xl/other.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>',
    '<Default Extension="xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>',
  ])('opens a workbook without macros that names their type for something else: %s', async (types) => {
    const workbook = await openWorkbook(
      await fileOf(zip(changed('[Content_Types].xml', { content: `<Types>${types}</Types>` }))),
    )
    expect(workbook.sheet).toBe('Centres')
    await workbook.close()
  })

  it('says when there is no such file, or it is a folder, or closed to us', async () => {
    const path = await fileOf('x')
    await expect(openWorkbook(`${path}.not`)).rejects.toMatchObject({ code: 'workbook-not-found' })
    await expect(openWorkbook(join(path, 'x'))).rejects.toMatchObject({ code: 'workbook-not-found' })
    const folder = join(dirname(path), 'folder.xlsx')
    await mkdir(folder)
    await expect(openWorkbook(folder)).rejects.toMatchObject({
      code: 'workbook-unreadable',
      message: expect.stringContaining('folder'),
    })
    await chmod(path, 0)
    if (process.getuid?.() !== 0)
      await expect(openWorkbook(path)).rejects.toMatchObject({ code: 'workbook-unreadable' })
  })

  it('says when nothing comes through a pipe', async () => {
    await expect(openWorkbook('-', { stdin: Readable.from([]) })).rejects.toMatchObject({
      code: 'workbook-empty',
      message: 'the standard input is empty',
    })
  })
})

describe('a damaged workbook', () => {
  const whole = book({
    rows: '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'.repeat(1),
    texts: '<si><t>a</t></si>',
  })

  it.each([
    ['is cut short', whole.subarray(0, whole.length - 30)],
    ['has another checksum', zip(changed(SHEET, { checksum: 7 }))],
    ['is longer than it says', zip(changed(SHEET, { declaredSize: 10 }))],
    ['has packed bytes that make no sense', zip(changed(SHEET, { packed: Buffer.from('nonsense') }))],
    ['is packed in an unknown way', zip(changed(SHEET, { method: 12 }))],
    ['has one part twice', zip([...bookParts({}), { name: 'XL/workbook.xml', content: '<workbook/>' }])],
    ['lacks its sheet', zip(without(SHEET))],
    [
      'ends in the middle of a row',
      book({ sheet: `<worksheet xmlns="${MAIN}"><sheetData><row r="1"><c r="A1">` }),
    ],
    ['ends in the middle of its rows', book({ sheet: `<worksheet xmlns="${MAIN}"><sheetData><row r="1"/>` })],
    ['is not well-formed', book({ rows: '<row r="1"><c r="A1"><v>1</w></c></row>' })],
    ['has an entity nobody knows', book({ rows: '<row r="1"><c r="A1"><v>&lol;</v></c></row>' })],
    ['has a control character', book({ rows: '<row r="1"><c r="A1" t="str"><v>a\u0001</v></c></row>' })],
    [
      'is not UTF-8',
      zip(
        changed(SHEET, {
          content: Buffer.from(sheetXml('<row r="1"><c t="str"><v>é</v></c></row>'), 'latin1'),
        }),
      ),
    ],
    [
      'refers to a text that is not there',
      book({ rows: '<row r="1"><c r="A1" t="s"><v>7</v></c></row>', texts: '' }),
    ],
    ['has a row beyond the last', book({ rows: '<row r="1048577"/>' })],
    ['has rows out of order', book({ rows: '<row r="2"/><row r="1"/>' })],
    ['has a column beyond the last', book({ rows: '<row r="1"><c r="XFE1"><v>1</v></c></row>' })],
    ['has too many cells in a row', book({ rows: `<row r="1">${'<c/>'.repeat(16_385)}</row>` })],
    ['has a cell with no place', book({ rows: '<row r="1"><c r="$1"/></row>' })],
  ])('that %s is refused', async (_, bytes) => {
    expect(await refusal(bytes)).toMatchObject({ code: 'workbook-damaged' })
  })
})

describe('a workbook made to do harm', () => {
  const bombed = (rows: string, size: number) => {
    const unit = Buffer.from(rows.repeat(Math.ceil(65_536 / rows.length)))
    return Buffer.concat(Array.from({ length: Math.ceil(size / unit.length) }, () => unit))
  }
  const MB = 1024 * 1024

  it('is refused when a part swells', async () => {
    const content = Buffer.concat([
      Buffer.from(`<worksheet xmlns="${MAIN}"><sheetData>`),
      bombed(' ', 64 * MB),
    ])
    expect(await refusal(zip(changed(SHEET, { content })))).toMatchObject({ code: 'workbook-bomb' })
  })

  it('is refused when a part swells and says that it does not', async () => {
    const content = Buffer.concat([
      Buffer.from(`<worksheet xmlns="${MAIN}"><sheetData>`),
      bombed(' ', 64 * MB),
    ])
    expect(
      await refusal(zip(changed(SHEET, { content, declaredSize: 1000, packed: deflateRawSync(content) }))),
    ).toMatchObject({ code: 'workbook-bomb' })
  })

  it('is refused when it claims thousands of parts, or a part of gigabytes', async () => {
    const many = Array.from({ length: 10_001 }, (_, at) => ({ name: `a${at}`, content: '', stored: true }))
    expect(await refusal(zip(many))).toMatchObject({ code: 'workbook-bomb' })
    expect(await refusal(zip(changed(SHEET, { declaredSize: 0xfffffff0 })))).toMatchObject({
      code: 'workbook-bomb',
    })
  })

  it('is refused when its elements are too deep, or one text too long', async () => {
    expect(
      await refusal(book({ sheet: `<x:worksheet xmlns:x="${MAIN}">${'<a>'.repeat(300)}` })),
    ).toMatchObject({ code: 'workbook-bomb' })
    const noise = Buffer.from(
      Array.from({ length: 100_000 }, (_, at) => String.fromCharCode(97 + ((at * at * 7) % 23))).join(''),
    )
    const long = Buffer.concat([
      Buffer.from(`<worksheet xmlns="${MAIN}"><sheetData><row><c t="str"><v>`),
      ...Array.from({ length: 400 }, () => noise),
    ])
    expect(await refusal(zip(changed(SHEET, { content: long })))).toMatchObject({ code: 'workbook-bomb' })
  })

  it.each([
    [
      'the sheet',
      changed(SHEET, {
        content: `<!DOCTYPE x [<!ENTITY a "aaaa">]>${sheetXml('<row><c t="str"><v>&a;</v></c></row>').slice(56)}`,
      }),
    ],
    [
      'the workbook',
      changed('xl/workbook.xml', { content: '<!DOCTYPE x SYSTEM "file:///etc/passwd"><workbook/>' }),
    ],
    [
      'the shared strings',
      bookParts({ rows: '<row/>', extra: [{ name: 'xl/sharedStrings.xml', content: '<!DOCTYPE x><sst/>' }] }),
    ],
  ])('is refused with a DOCTYPE in %s', async (_, parts) => {
    expect(await refusal(zip(parts))).toMatchObject({
      code: 'workbook-doctype',
      message: expect.stringContaining('DOCTYPE'),
    })
  })
})

describe('any damage at all', () => {
  const whole = book({
    rows: '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>46082</v></c></row><row r="2"><c t="inlineStr"><is><t>Zoë</t></is></c></row>',
    texts: '<si><t>a</t></si>',
    styles: '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>',
  })
  const spot = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))

  it('is either refused in words or does not matter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(spot, { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat(whole.length)),
        async (spots, cut) => {
          const bytes = Buffer.from(whole)
          for (const [at, byte] of spots) bytes[at] = byte
          const path = await fileOf(bytes.subarray(0, cut ?? bytes.length))
          await rowsOf(path).catch((error: unknown) => expect(error).toBeInstanceOf(UnusableWorkbook))
        },
      ),
      { numRuns: 400 },
    )
  })

  it('inside the XML as well', async () => {
    const parts = bookParts({
      rows: '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
      texts: '<si><t>a</t></si>',
      styles: '<cellXfs><xf numFmtId="14"/></cellXfs>',
    })
    await fc.assert(
      fc.asyncProperty(
        fc.nat(parts.length - 1),
        fc.nat(400),
        fc.constantFrom('<', '>', '"', '&', '/', 'x', '\u0000', '', '<!--', '-1', '1e9'),
        async (which, at, insert) => {
          const broken = parts.map((part, turn) => {
            if (turn !== which) return part
            const content = part.content.toString()
            return { ...part, content: content.slice(0, at) + insert + content.slice(at + 1) }
          })
          await rowsOf(await fileOf(zip(broken))).catch((error: unknown) =>
            expect(error).toBeInstanceOf(UnusableWorkbook),
          )
        },
      ),
      { numRuns: 400 },
    )
  })
})
