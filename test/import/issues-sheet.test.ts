import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import excel from 'exceljs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'
import { partsOf } from '../workbook/parts.ts'
import { line, writeCsv } from './workbook.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const lines = [
  line('EG001', 'amira@school.example'),
  line('EG002', 'not an address', { country: 'Atlantis' }),
]
const importing = (...flags: string[]) =>
  world.run(['centres', 'import', writeCsv(world, lines), '--json', '--issues-out', 'held.xlsx', ...flags])

describe('the workbook of the rows held back', () => {
  it('colours the offending cells, with the reason beside each', async () => {
    expect((await importing('--yes')).exit).toBe(8)
    const workbook = new excel.Workbook()
    await workbook.xlsx.readFile(world.path('held.xlsx'))
    const [page] = workbook.worksheets
    const columnOf = (heading: string) =>
      Array.from({ length: page?.columnCount ?? 0 }, (_, at) => at + 1).find(
        (column) => page?.getCell(1, column).text === heading,
      ) ?? 0
    const email = page?.getCell(2, columnOf('Email'))
    expect(email?.text).toBe('not an address')
    expect(email?.fill).toMatchObject({ fgColor: { argb: 'FFFFD9B3' } })
    expect(JSON.stringify(email?.note)).toContain('not an address')
    expect(page?.getCell(2, columnOf('Centre number')).fill).not.toMatchObject({
      fgColor: { argb: 'FFFFD9B3' },
    })
    const reasons = page?.getCell(2, columnOf('Why it was held back'))
    expect(reasons?.alignment).toMatchObject({ wrapText: true })
    expect(page?.pageSetup.orientation).toBe('landscape')
  })

  it('colours and keeps the cells below a second row of headings, whatever their order', async () => {
    writeFileSync(
      world.path('two.csv'),
      'Centre number,Centre name,Email,Country,Notes\n' +
        'GH901,First School,a@a.example,Ghana,n1\n' +
        'Email,Fax,Notes,Country,Centre number,Centre name,Role\n' +
        'bad address,123,keep me,Ghana,GH950,Second School,teacher\n',
    )
    const ran = await world.run('centres import two.csv --yes --json --issues-out held.xlsx'.split(' '))
    expect(ran.exit).toBe(8)
    const workbook = new excel.Workbook()
    await workbook.xlsx.readFile(world.path('held.xlsx'))
    const [page] = workbook.worksheets
    const row = (number: number) => Array.from({ length: 7 }, (_, at) => page?.getCell(number, at + 1).text)
    expect(row(1)).toEqual(['Centre number', 'Centre name', 'Email', 'Country', 'Notes', 'Fax', 'Role'])
    expect(row(2)).toEqual(['GH950', 'Second School', 'bad address', 'Ghana', 'keep me', '123', 'teacher'])
    const coloured = [1, 2, 3, 4, 5, 6, 7].filter((column) =>
      JSON.stringify(page?.getCell(2, column).fill ?? null).includes('FFFFD9B3'),
    )
    expect(coloured).toEqual([3])
  })

  it.each(['held.csv', 'held.xlsx'])(
    'keeps every cell of two rows in one, above and below headings further down that bring new ones: %s',
    async (held) => {
      const one = 'GH901,First School,a@a.example,Ghana'
      const other = 'GH902,Other School,b@b.example,Ghana'
      const below = 'c@c.example,123,Ghana,GH903,Third School,teacher'
      const beside = 'd@d.example,456,Ghana,GH904,Fourth School,teacher'
      writeFileSync(
        world.path('two.csv'),
        `Centre number,Centre name,Email,Country\n${one},${other}\n` +
          `Email,Fax,Country,Centre number,Centre name,Role\n${below},${beside}\n`,
      )
      const importing = (file: string, out: string) =>
        world.run(['centres', 'import', file, '--yes', '--json', '--issues-out', out])
      const codes = ({ json }: Awaited<ReturnType<typeof importing>>) =>
        json().issues.map(({ code }: { code: string }) => code)
      const first = await importing('two.csv', held)
      expect([first.exit, codes(first)]).toEqual([8, ['two-rows-in-one', 'two-rows-in-one']])
      const again = await importing(held, 'again.csv')
      expect([again.exit, codes(again)]).toEqual([8, ['two-rows-in-one', 'two-rows-in-one']])
      const third = await importing('again.csv', 'third.csv')
      expect(codes(third)).toEqual(['two-rows-in-one', 'two-rows-in-one'])
      for (const file of ['again.csv', 'third.csv']) {
        const text = readFileSync(world.path(file), 'utf8').replaceAll('"', '')
        expect(text).toContain('Centre number,Centre name,Email,Country,Fax,Role,Column 7')
        expect(text).toContain(`${one},,,${other},`)
        expect(text).toContain(`GH903,Third School,c@c.example,Ghana,123,teacher,${beside},`)
      }
    },
  )

  it('says in its properties that it is part of a roster', async () => {
    await importing('--yes')
    const parts = await partsOf(world.path('held.xlsx'))
    expect(parts.get('docProps/custom.xml')).toContain('name="ssh-admin-part-of-roster"')
    expect(parts.get('[Content_Types].xml')).toContain('/docProps/custom.xml')
  })

  it('is not written in a rehearsal, which says so', async () => {
    const { json } = await importing('--dry-run')
    expect(json()).toMatchObject({
      notices: expect.arrayContaining([expect.objectContaining({ code: 'issues-not-written' })]),
    })
    expect(existsSync(world.path('held.xlsx'))).toBe(false)
  })
})
