import { describe, expect, it } from 'vitest'
import { openWorkbook } from '../../src/workbook/read.ts'
import { fileOf, rowsOf } from './book.ts'

const cellsOfText = async (text: string | Buffer, name = 'centres.csv') =>
  (await rowsOf(await fileOf(text, name))).map(({ number, cells }) => [number, ...cells])

describe('reading delimited text', () => {
  it.each([',', ';', '\t', '|'])('finds out that the delimiter is %j', async (delimiter) => {
    const text = [
      ['Centre', 'Name', 'E-mail'],
      ['EG001', '"a,b;c\td|e"', 'x@y.example'],
    ]
      .map((row) => row.join(delimiter))
      .join('\r\n')
    expect(await cellsOfText(text)).toEqual([
      [1, 'Centre', 'Name', 'E-mail'],
      [2, 'EG001', 'a,b;c\td|e', 'x@y.example'],
    ])
  })

  it.each([';', '\t', '|'])('is not led astray by names full of commas where it is %j', async (delimiter) => {
    const rows = [
      ['Centre', 'Name', 'E-mail'],
      ['EG001', 'Cairo, Giza, Luxor, Aswan, Siwa', 'x@y.example'],
      ['EG002', 'Tanta, Minya, Qena, Edfu', 'y@y.example'],
    ]
    const read = await cellsOfText(rows.map((row) => row.join(delimiter)).join('\r\n'))
    expect(read).toEqual(rows.map((row, at) => [at + 1, ...row]))
  })

  it('reads commas where every row names two roles with a semicolon, and some rows are cut short', async () => {
    const text =
      'Centre,Role,Town,Country\nEG001,admin;teacher\nEG002,admin;teacher,Cairo\nEG003,admin;teacher\n'
    expect((await cellsOfText(text))[1]).toEqual([2, 'EG001', 'admin;teacher'])
  })

  it('heeds what Excel says of the delimiter, and counts that row', async () => {
    expect(await cellsOfText('sep=;\r\na,b;c\r\n')).toEqual([[2, 'a,b', 'c']])
  })

  it.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffÉcole,a\n')],
    ['UTF-16 with a mark', Buffer.from('\ufeffÉcole,a\n', 'utf16le')],
    ['UTF-16 the other way round', Buffer.from('\ufeffÉcole,a\n', 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from('École,a\n', 'utf16le')],
  ])('reads %s', async (_, bytes) => {
    expect(await cellsOfText(bytes)).toEqual([[1, 'École', 'a']])
  })

  it('keeps leading zeros, empty lines and line breaks in quotes in their places', async () => {
    expect(await cellsOfText('a,b\n\n007,"x\ny"\n,\n')).toEqual([
      [1, 'a', 'b'],
      [2, undefined],
      [3, '007', 'x\ny'],
      [4, undefined, undefined],
    ])
  })

  it('is told from a workbook by content, not by name', async () => {
    const workbook = await openWorkbook(await fileOf('a,b\n', 'centres.xlsx'))
    expect(workbook).toMatchObject({ kind: 'csv', sheet: 'centres', sheets: ['centres'] })
  })

  it('takes away the apostrophe that keeps a formula from running', async () => {
    expect(await cellsOfText("'=1+1,'+44 20,''@x,'tis,-5\n")).toEqual([
      [1, '=1+1', '+44 20', "'@x", "'tis", '-5'],
    ])
  })

  it('names the row where a quotation mark is never closed', async () => {
    await expect(cellsOfText('a,b\nc,"d\ne,f\n')).rejects.toMatchObject({
      code: 'workbook-damaged',
      message: expect.stringContaining('row 2'),
    })
  })

  it('does not guess at letters that are not Unicode', async () => {
    await expect(cellsOfText(Buffer.from('name\nÉcole\n', 'latin1'))).rejects.toMatchObject({
      code: 'workbook-encoding',
      message: expect.stringContaining('line 2'),
      hint: expect.stringContaining('CSV UTF-8'),
    })
  })

  it('stops when the one who is told of the rows does', async () => {
    const workbook = await openWorkbook(await fileOf('a\nb\n', 'x.csv'))
    await expect(
      workbook.readRows(() => {
        throw new RangeError('enough')
      }),
    ).rejects.toThrow(new RangeError('enough'))
  })
})
