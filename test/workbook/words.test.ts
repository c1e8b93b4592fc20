import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { stylesOf } from '../../src/render/styles.ts'
import { compoundFile } from '../../fixtures/compound.ts'
import { report } from '../../src/exit.ts'
import { openWorkbook } from '../../src/workbook/read.ts'
import { book, fileOf, rowsOf } from './book.ts'

const compound = (names: readonly string[]) =>
  compoundFile(names.map((name) => ({ name, content: Buffer.from('x') })))
const row = '<row r="1"><c r="A1" t="inlineStr"><is><t>Centre number</t></is></c></row>'
const gnumeric =
  '<?xml version="1.0"?>\n<gnm:Workbook xmlns:gnm="http://www.gnumeric.org/v10.dtd"></gnm:Workbook>'

describe('a file that is no workbook', () => {
  it.each([
    ['~$centres.xlsx', Buffer.alloc(165, 5), 'workbook-lock-file', /lock file of an open workbook/],
    ['Copy of ~$a.xlsx', Buffer.alloc(165, 5), 'workbook-lock-file', /lock file of an open workbook/],
    ['.~lock.centres.xlsx#', ',amira,desk', 'workbook-lock-file', /lock file of an open workbook/],
    [
      'label.xlsx',
      compound(['EncryptedPackage', 'DRMEncryptedTransform']),
      'workbook-sensitivity-label',
      /sensitivity label/,
    ],
    ['password.xlsx', compound(['EncryptedPackage']), 'workbook-password-protected', /password/],
    ['a.gnumeric', gzipSync(gnumeric), 'workbook-not-a-workbook', /a spreadsheet of Gnumeric/],
    ['b.gnumeric', gnumeric, 'workbook-not-a-workbook', /a spreadsheet of Gnumeric/],
    ['a.gz', gzipSync('anything'), 'workbook-not-a-workbook', /a gzip archive/],
    ['a.slk', 'ID;PWXL;N;E\nC;Y1;X1;K"Centre number"\nE\n', 'workbook-not-a-workbook', /a SYLK file/],
    ['a.dif', 'TABLE\r\n0,1\r\n"EXCEL"\r\nVECTORS\r\n0,2\r\n', 'workbook-not-a-workbook', /a DIF file/],
  ])('%s is called what it is', async (name, bytes, code, message) => {
    await expect(rowsOf(await fileOf(bytes, name))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
  })

  it('is told which workbook to give in place of its lock file', async () => {
    await expect(rowsOf(await fileOf('x', '~$centres.xlsx'))).rejects.toMatchObject({
      hint: expect.stringContaining('give centres.xlsx'),
    })
  })
})

describe('a workbook with bytes behind its end', () => {
  it('is opened: the archive says itself where it ends', async () => {
    const bytes = Buffer.concat([book({ rows: row }), Buffer.from('<html>a mail program</html>\n')])
    expect((await rowsOf(await fileOf(bytes)))[0]?.cells).toEqual(['Centre number'])
  })
})

describe("a file's name at the start of a sentence", () => {
  it('keeps its letters', async () => {
    const file = 'fixtures/holiday.jpg.xlsx'
    const error = await openWorkbook(file).catch((reason: unknown) => reason)
    const view = { isTerminal: false, width: 100, chalk: stylesOf(0), now: new Date(0) }
    const { pieces, exit } = report(error, { view, json: false, debug: false, version: '1' })
    expect(exit).toBe(6)
    expect([...pieces].join('')).toContain(`error: ${file} is a picture, not a workbook.`)
  })
})
