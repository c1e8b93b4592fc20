import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compoundFile } from '../../fixtures/compound.ts'
import { newWorld, type World } from '../world.ts'
import { book, fileOf, rowsOf } from './book.ts'

const compound = (names: readonly string[]) =>
  compoundFile(names.map((name) => ({ name, content: Buffer.from('x') })))
const row = '<row r="1"><c r="A1" t="inlineStr"><is><t>Centre number</t></is></c></row>'
const gnumeric =
  '<?xml version="1.0"?>\n<gnm:Workbook xmlns:gnm="http://www.gnumeric.org/v10.dtd"></gnm:Workbook>'

describe('a file that is no workbook', () => {
  it.each([
    ['~$centres.xlsx', Buffer.alloc(165, 5), 'workbook-lock-file', /lock file of an open workbook/],
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
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  it('keeps its letters', async () => {
    const file = 'fixtures/holiday.jpg.xlsx'
    const { exit, error } = await world.run(['progression-tests', 'import', file, '--dry-run', '--json'])
    expect(exit).toBe(6)
    expect(error().message).toBe(`${file} is a picture, not a workbook.`)
  })
})
