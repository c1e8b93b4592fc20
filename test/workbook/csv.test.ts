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

  it('reads UTF-16 without a mark whose letters have zeros where the Latin ones have none', async () => {
    const bytes = Buffer.from('School,a\n北京一中,Ā\n', 'utf16le')
    const read = [
      [1, 'School', 'a'],
      [2, '北京一中', 'Ā'],
    ]
    expect(await cellsOfText(bytes)).toEqual(read)
    expect(await cellsOfText(bytes.swap16())).toEqual(read)
  })

  it('keeps leading zeros, empty lines and quotation marks in their places', async () => {
    expect(await cellsOfText('a,b\n\n007,"x ""y"" z"\n,\n')).toEqual([
      [1, 'a', 'b'],
      [2, undefined],
      [3, '007', 'x "y" z'],
      [4, undefined, undefined],
    ])
  })

  it('is told from a workbook by content, not by name', async () => {
    const workbook = await openWorkbook(await fileOf('a,b\n', 'centres.xlsx'))
    expect(workbook).toMatchObject({ kind: 'csv', sheet: 'centres' })
  })

  it('takes away the apostrophe that keeps a formula from running', async () => {
    expect(await cellsOfText("'=1+1,'+44 20,''@x,'tis,-5\n")).toEqual([
      [1, '=1+1', '+44 20', "'@x", "'tis", '-5'],
    ])
  })

  it('ends a row at each CRLF, LF and CR, whichever came before', async () => {
    expect(await cellsOfText('a,b\r\nc,d\ne,f\rg,h\r\n\ri,j')).toEqual([
      [1, 'a', 'b'],
      [2, 'c', 'd'],
      [3, 'e', 'f'],
      [4, 'g', 'h'],
      [5, undefined],
      [6, 'i', 'j'],
    ])
  })

  it.each([
    ['is never closed', 'a,b\nc,"d\ne,f\n'],
    ['closes in another row', 'a,b\nc,"d\ne",f\n'],
    ['closes in another row, at the end of it', 'a,b\r\nc,"d\r\ne,f"\r\n'],
    ['closes behind a row that was cut short', 'a,b,c,d\nc,d,e,"f\ng,h"\n'],
    ['closes in another row, in the first column of both', 'a,b\n"c,d\ne",f\n'],
    ['closes behind a row of three', 'a,b\nc,"d\ne,x\nf"\n'],
    ['closes behind rows of one cell, and makes a longer one', 'a,b\nc,"d\ne\nf",g\n'],
    ['closes two lines on, and is followed by text', 'a,b\nc,"d\ne"f\n'],
    ['closes two lines on, and stands behind a blank', 'a,b\nc, "d\ne"\n'],
    ['closes two lines on, before a blank', 'a,b\nc,"d\ne" \n'],
    ['is well-formed, where another row is shorter', 'a,b\nc,"d\ne"\nf\n'],
    ['is well-formed, where another row is longer', 'a,b\nc,"d\ne"\nf,g,h\n'],
    ['is well-formed, and runs over more lines than a cell can have', `a,b\nc,"${'d\n'.repeat(254)}"\n`],
    ['is followed by text', 'a,b\nc,"d"e\nf,g\n'],
    ['is followed by text, behind a blank', 'a,b\nc, "d" e\nf,g\n'],
  ])('names the row where a quotation mark opens that %s', async (_, text) => {
    await expect(cellsOfText(text)).rejects.toMatchObject({
      code: 'workbook-damaged',
      message: expect.stringContaining('row 2 '),
      details: { row: 2 },
    })
  })

  it('reads a cell of several lines where all rows have as many cells, and counts rows as a spreadsheet does', async () => {
    const text =
      'Centres 2026\r\n"Centre\r\nnumber",Address,Town\r\nEG001,"12, Nile Street\r\n""Old"" Cairo\r\n",Cairo\r\n\r\nEG002,Giza,Giza\r\n'
    expect(await cellsOfText(text.slice(text.indexOf('"')))).toEqual([
      [1, 'Centre\nnumber', 'Address', 'Town'],
      [2, 'EG001', '12, Nile Street\n"Old" Cairo\n', 'Cairo'],
      [3, undefined],
      [4, 'EG002', 'Giza', 'Giza'],
    ])
    const titled = text.replace('"Centre\r\nnumber"', 'Centre')
    expect((await cellsOfText(titled))[2]).toEqual([3, 'EG001', '12, Nile Street\n"Old" Cairo\n', 'Cairo'])
  })

  it('reads a cell of several lines across the border of two pieces', async () => {
    const rows = Array.from({ length: 9_000 }, (_, at) => `EG${at},"${'x'.repeat(at % 97)}\ny"`)
    const read = await cellsOfText(rows.join('\n'))
    expect(read).toEqual(rows.map((_, at) => [at + 1, `EG${at}`, `${'x'.repeat(at % 97)}\ny`]))
  })

  it('leaves quotation marks inside a cell alone, and takes blanks around a quoted one away', async () => {
    expect(await cellsOfText('a,5" pipe,"b" , "c,d"\n')).toEqual([[1, 'a', '5" pipe', 'b', 'c,d']])
  })

  it.each(['\r\n', '\n', '\r'])(
    'reads rows of every length whole where %j stands at the border of two pieces',
    async (end) => {
      const rows = Array.from({ length: 9_000 }, (_, at) => [`EG${at}`, 'x'.repeat(at % 97)])
      const read = await cellsOfText(rows.map((row) => row.join(',')).join(end))
      expect(read).toEqual(rows.map(([number, text], at) => [at + 1, number, text === '' ? undefined : text]))
    },
  )

  it('refuses more columns than a sheet has, and rows of more than a million characters', async () => {
    await expect(cellsOfText(`a\n${','.repeat(20_000)}\n`)).rejects.toThrow(
      'row 2 has more than 16384 columns',
    )
    await expect(cellsOfText(`a\n${','.repeat(5_000_000)}`)).rejects.toThrow(
      'row 2 has more than a million characters',
    )
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
