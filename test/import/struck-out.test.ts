import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { book } from '../workbook/book.ts'
import { newWorld, type World } from '../world.ts'
import { importRows, line, living } from './workbook.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await importRows(world, [line('EG001', 'amira@a.example', { firstName: 'Amira' })])
})
afterEach(() => world.close())

const struckStyle = 1
const styles =
  '<fonts><font><sz val="11"/></font><font><strike/></font><font><strike val="0"/></font></fonts>' +
  '<cellStyleXfs><xf fontId="1"/></cellStyleXfs><cellXfs><xf/><xf fontId="1"/><xf fontId="2"/></cellXfs>' +
  '<dxfs><dxf><font><strike/></font></dxf></dxfs>'

const text = (cell: string, style = 0) => `<c s="${style}" t="inlineStr"><is><t>${cell}</t></is></c>`
const run = (part: string, look = '') =>
  `<r>${look && `<rPr>${look}</rPr>`}<t xml:space="preserve">${part}</t></r>`
const inline = (...runs: string[]) => `<c t="inlineStr"><is>${runs.join('')}</is></c>`
const row = (...cells: string[]) => `<row>${cells.join('')}</row>`

/** Writes a list of rows; the texts to which its cells refer can be added. */
function write(heads: readonly string[], rows: readonly string[], texts = ''): string {
  const all = [row(...heads.map((head) => text(head))), ...rows].join('')
  writeFileSync(world.path('f.xlsx'), book({ rows: all, styles, texts }))
  return 'f.xlsx'
}

const headings = ['Centre number', 'Centre name', 'Email', 'Country', 'Last name', 'Role']
const centre = [text('EG001'), text('School EG001')]
const omar = (look: { email?: string; name?: string; role?: string }, texts = '') =>
  write(
    headings,
    [
      row(
        ...centre,
        look.email ?? text('omar@a.example'),
        text('Egypt'),
        look.name ?? text('Saleh'),
        look.role ?? text('teacher'),
      ),
    ],
    texts,
  )

const imported = (file: string, ...flags: string[]) =>
  world.run(['centres', 'import', file, '--yes', '--json', ...flags])
const codesIn = async (file: string, ...flags: string[]) =>
  (await imported(file, ...flags))
    .json()
    .issues.map(({ cell, code }: Record<string, string>) => `${cell} ${code}`)

const struckName = run('Amin', '<strike/>') + run(' Saleh', '<b/>')

describe('somebody whose row is struck out', () => {
  it.each([
    ['the address', () => omar({ email: text('omar@a.example', struckStyle) }), 'C2'],
    ['a part of the name', () => omar({ name: inline(run('Amin', '<b/><strike/>'), run(' Saleh')) }), 'E2'],
    [
      'a part of a name that several cells may share',
      () => omar({ name: '<c t="s"><v>1</v></c>' }, `<si><t>Amin</t></si><si>${struckName}</si>`),
      'E2',
    ],
    ['the role', () => omar({ role: text('admin', struckStyle) }), 'F2'],
  ])('gets no account, where it is %s', async (_, file, cell) => {
    expect(await codesIn(file())).toEqual([`Centres!${cell} struck-out`])
    expect((await living(world)).users).toEqual(['amira@a.example'])
  })

  it.each([
    ['letters that were struck out and are no longer', () => omar({ email: text('omar@a.example', 2) })],
    ['a blank in a cell that is', () => omar({ name: text(' ', struckStyle) })],
    ['blanks', () => omar({ name: inline(run('Saleh'), run('  ', '<strike/>')) })],
    [
      'the text before',
      () => omar({ name: '<c t="s"><v>1</v></c>' }, `<si>${struckName}</si><si>${run('Saleh')}</si>`),
    ],
    ['a letter of the same cell after', () => omar({ name: inline(run('', '<strike/>'), run('Saleh')) })],
  ])('is not one who has %s', async (_, file) => {
    expect(await codesIn(file())).toEqual([])
    expect((await living(world)).users).toEqual(['amira@a.example', 'omar@a.example'])
  })

  it('is told once, and is neither missing nor extra', async () => {
    const cells = ['EG001', 'School EG001', 'amira@a.example', 'Egypt', 'Haddad', 'teacher']
    const file = write(headings, [row(...cells.map((cell) => text(cell, struckStyle)))])
    const ran = await imported(file, '--delete-extra', '--delete-missing')
    expect(ran.json()).toMatchObject({
      rows: { accepted: 0, heldBack: 1 },
      issues: [{ cell: 'Centres!C2', code: 'struck-out', value: 'amira@a.example' }],
      missingCentres: [],
      extraUsers: [],
    })
    expect(await living(world)).toEqual({ centres: ['EG001'], users: ['amira@a.example'] })
  })

  const ways = [
    ['the address', { email: text('omar@a.example', struckStyle) }],
    ['the name', { name: text('Saleh', struckStyle) }],
    ['the role', { role: text('admin', struckStyle) }],
  ] as const
  const files = ['held.xlsx', 'held.csv']
  it.each(ways.flatMap(([what, look]) => files.map((held) => [what, held, look] as const)))(
    'in %s is held back again out of %s',
    async (_, held, look) => {
      await imported(omar(look), '--issues-out', held)
      expect((await imported(held)).json()).toMatchObject({ rows: { accepted: 0, heldBack: 1 } })
      expect((await living(world)).users).toEqual(['amira@a.example'])
    },
  )

  it('goes into no other list either', async () => {
    const users = write(
      ['Centre number', 'Email', 'Last name'],
      [row(text('EG001'), text('omar@a.example', struckStyle), text('Saleh'))],
    )
    const added = await world.run(['users', 'add', '--from', users, '--yes', '--json'])
    expect([added.exit, added.error().details.problems]).toMatchObject([
      6,
      [{ target: 'Centres!B2', code: 'struck-out' }],
    ])
    const entries = write(
      ['Centre number', 'Series', 'Component', 'Candidates'],
      [row(text('EG001'), text('2026-06'), text('0500/12'), `<c s="${struckStyle}"><v>14</v></c>`)],
    )
    const taken = await world.run(['entries', 'import', entries, '--yes', '--json'])
    expect(taken.json()).toMatchObject({ issues: [{ cell: 'Centres!D2', code: 'struck-out' }] })
  })
})

it('a number that a conditional format may show otherwise does not go in out of the rows held back', async () => {
  const behind =
    '<conditionalFormatting sqref="A2"><cfRule type="expression" dxfId="0" priority="1"><formula>1</formula></cfRule></conditionalFormatting>'
  const rows =
    row(...headings.map((head) => text(head))) +
    row('<c><v>123</v></c>', text('Delta'), text('d@d.example'), text('Egypt'))
  const sheet = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData>${behind}</worksheet>`
  const rule =
    '<cellXfs><xf/></cellXfs><dxfs><dxf><numFmt numFmtId="164" formatCode="&quot;EG&quot;000"/></dxf></dxfs>'
  writeFileSync(world.path('f.xlsx'), book({ sheet, styles: rule }))
  expect(await codesIn('f.xlsx', '--issues-out', 'held.xlsx')).toEqual(['Centres!A2 shown-otherwise'])
  expect(await codesIn('held.xlsx')).toEqual(['Centres!A2 missing-number'])
  expect((await living(world)).centres).toEqual(['EG001'])
})

it('a cell beneath a merged one does not go in out of the rows held back, whatever else of its row is merged', async () => {
  const cells = (...texts: string[]) => row(...texts.map((cell) => text(cell)))
  const rows =
    cells(...headings) +
    cells('EG001', 'School EG001', 'a@a.example') +
    cells('EG002', 'Hidden School', 'b@b.example', 'Egypt')
  const behind = '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="B2:B3"/></mergeCells>'
  const sheet = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData>${behind}</worksheet>`
  writeFileSync(world.path('f.xlsx'), book({ sheet }))
  const [number, name] = ['Centres!A3 merged', 'Centres!B3 merged']
  expect(await codesIn('f.xlsx', '--issues-out', 'held.xlsx')).toEqual([number, name])
  expect(await codesIn('held.xlsx')).toEqual(['Centres!A2 missing-number'])
})
