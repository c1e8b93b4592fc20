import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import excel from 'exceljs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SheetToWrite } from '../../src/workbook/sheet.ts'
import { writeTableFile, writeWorkbook } from '../../src/workbook/write.ts'
import { writeCsv, writeJson } from '../../src/workbook/write-sheet.ts'
import { fileOf, rowsOf } from './book.ts'

const at = new Date('2026-03-01T10:00:00Z')
const placeFor = async (name: string) => join(dirname(await fileOf('', 'beside')), name)
const sheet = (rows: SheetToWrite['rows'], more: Partial<SheetToWrite> = {}): SheetToWrite => ({
  name: 'New user PINs',
  columns: [{ heading: 'Email' }, { heading: 'PIN' }],
  rows,
  ...more,
})
const cells = fc.array(
  fc.tuple(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom('=1', "'=1", '\t', '_x000D_', '_x000D\r', '\x7f', '\r\n', '\ufeff', '-', '0042'),
    ),
  ),
  { minLength: 1, maxLength: 20 },
)

describe('writing a workbook', () => {
  it('and reading it again gives every text back, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(cells, fc.boolean(), async (rows, lone) => {
        const path = await placeFor('a.xlsx')
        const all = lone ? [...rows, ['\ud800', '_x\udfff'] as const] : rows
        await writeWorkbook(path, [sheet(all)])
        expect((await rowsOf(path)).slice(1).map((row) => row.cells)).toEqual(all)
      }),
      { numRuns: 60 },
    )
  })

  it('keeps leading zeros, numbers and gaps', async () => {
    const path = await placeFor('a.xlsx')
    await writeWorkbook(
      path,
      [
        sheet([
          ['a@b.example', '00421937'],
          [null, 7],
          [undefined, ''],
        ]),
      ],
      { at },
    )
    expect((await rowsOf(path)).map(({ cells }) => [...cells])).toEqual([
      ['Email', 'PIN'],
      ['a@b.example', '00421937'],
      [undefined, '7'],
    ])
  })

  it('is ready to print: headings frozen, bold and repeated, pages numbered, one page wide', async () => {
    const path = await placeFor('a.xlsx')
    await writeWorkbook(path, [sheet([['a', '1']], { print: { landscape: true, title: 'PINs & more' } })], {
      at,
      creator: 'ssh-admin',
    })
    const read = new excel.Workbook()
    await read.xlsx.readFile(path)
    const page = read.getWorksheet('New user PINs')
    expect(read.creator).toBe('ssh-admin')
    expect(read.created).toEqual(at)
    expect(page?.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 })
    expect(page?.getCell('A1').font).toMatchObject({ bold: true })
    expect(page?.getCell('B2').numFmt).toBe('@')
    expect(page?.autoFilter).toBe('A1:B2')
    expect(page?.pageSetup).toMatchObject({
      orientation: 'landscape',
      fitToWidth: 1,
      fitToHeight: 0,
      printTitlesRow: '1:1',
    })
    expect(page?.headerFooter).toMatchObject({ oddHeader: '&LPINs && more', oddFooter: '&RPage &P of &N' })
  })

  it('offers choices, short ones in the rule and long ones on a hidden sheet', async () => {
    const path = await placeFor('a.xlsx')
    const countries = Array.from({ length: 249 }, (_, number) => `Country, the ${number}`)
    const columns = [
      { heading: 'Kind', choices: ['school', 'associate'], note: 'school unless said' },
      { heading: 'Country', choices: countries },
    ]
    await writeWorkbook(path, [sheet([], { columns })], { at })
    const read = new excel.Workbook()
    await read.xlsx.readFile(path)
    const page = read.getWorksheet('New user PINs')
    expect(page?.getCell('A5').dataValidation).toMatchObject({
      type: 'list',
      formulae: ['"school,associate"'],
    })
    expect(page?.getCell('B5').dataValidation).toMatchObject({ formulae: ['Choices!$A$1:$A$249'] })
    expect(read.getWorksheet('Choices')).toMatchObject({ state: 'hidden', rowCount: 249 })
  })

  it('has a number at the first line of its row, where texts go on below', async () => {
    const path = await placeFor('a.xlsx')
    await writeWorkbook(path, [sheet([['a', 1]], { wrapped: true })], { at })
    const read = new excel.Workbook()
    await read.xlsx.readFile(path)
    const [text, number] = ['A2', 'B2'].map((cell) => read.getWorksheet('New user PINs')?.getCell(cell))
    expect([text?.alignment.vertical, number?.alignment.vertical]).toEqual(['top', 'top'])
    expect(number?.value).toBe(1)
  })

  it('has the first column on every page, where the columns of one to be filled in go over several', async () => {
    const path = await placeFor('a.xlsx')
    const columns = Array.from({ length: 9 }, (_, at) => ({ heading: `Column ${at}`, width: 40 }))
    await writeWorkbook(path, [sheet([], { columns: [{ heading: 'Kind', choices: ['a'] }, ...columns] })], {
      at,
    })
    const read = new excel.Workbook()
    await read.xlsx.readFile(path)
    expect(read.getWorksheet('New user PINs')?.pageSetup).toMatchObject({
      printTitlesRow: '1:1',
      printTitlesColumn: 'A:A',
    })
  })

  it('makes the same bytes of the same rows at the same time', async () => {
    const paths = [await placeFor('a.xlsx'), await placeFor('a.xlsx')]
    for (const path of paths) await writeWorkbook(path, [sheet([['a', 'b']])], { at })
    const [first, second] = await Promise.all(paths.map((path) => readFile(path)))
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true)
  })
})

describe('writing CSV', () => {
  it('and reading it again gives every text back, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(cells, async (rows) => {
        const path = await placeFor('a.csv')
        await writeCsv(path, sheet(rows))
        expect((await rowsOf(path)).slice(1).map((row) => row.cells)).toEqual(
          // A line end in a cell becomes a blank: it would end the row.
          rows.map((row) =>
            row.map((cell) =>
              Buffer.from(cell)
                .toString()
                .replace(/\r\n|[\n\r]/g, ' '),
            ),
          ),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('guards what a spreadsheet program would run, and marks its letters as UTF-8', async () => {
    const path = await placeFor('a.csv')
    await writeCsv(
      path,
      sheet([
        ['=HYPERLINK("x")', -5],
        ['é', '-5'],
      ]),
    )
    expect(await readFile(path, 'utf8')).toBe(
      '\ufeff"Email","PIN"\r\n"\'=HYPERLINK(""x"")","-5"\r\n"é","\'-5"\r\n',
    )
  })
})

describe('writing any table', () => {
  it('writes JSON as objects', async () => {
    const path = await placeFor('a.json')
    await writeJson(
      path,
      sheet([
        ['a', '01'],
        [null, 2],
      ]),
    )
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual([
      { Email: 'a', PIN: '01' },
      { Email: null, PIN: 2 },
    ])
  })

  it.each(['.xlsx', '.csv', '.JSON'])('makes %s files that only their owner may read', async (ending) => {
    const path = await placeFor(`a${ending}`)
    await writeTableFile(path, [sheet([['a', 'b']])])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('knows no other endings', async () => {
    await expect(writeTableFile('/tmp/a.pdf', [sheet([])])).rejects.toMatchObject({
      code: 'workbook-unknown-ending',
    })
  })

  it.each(['.xlsx', '.csv', '.json'])(
    'leaves no %s file behind when its rows fail, nor touches one that is there',
    async (ending) => {
      const path = await placeFor(`a${ending}`)
      const failing = (function* () {
        for (let row = 0; row < 5000; row++) yield ['a', String(row)]
        throw new RangeError('no more')
      })()
      await expect(writeTableFile(path, [sheet(failing)])).rejects.toThrow('no more')
      expect(await readdir(dirname(path))).toEqual(['beside'])
      await writeTableFile(path, [sheet([['a', 'b']])])
      const before = await readFile(path)
      await expect(writeTableFile(path, [sheet([['c', 'd']])])).rejects.toMatchObject({ code: 'file-exists' })
      expect(await readFile(path)).toEqual(before)
    },
  )
})
