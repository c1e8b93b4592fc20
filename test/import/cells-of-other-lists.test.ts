import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { book, MAIN, savedBy } from '../workbook/book.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'amira@school.example' })
})
afterEach(() => world.close())

const lists = {
  'key-times': ['Country', 'Administrative zone', 'Session', 'Local time', 'Series', 'From'],
  entries: ['Centre number', 'Series', 'Component', 'Candidates'],
  'progression-tests': [
    'Teacher email',
    'Site',
    'Learner group',
    'Subject',
    'Test',
    'Taken on',
    'Learner',
    'Mark',
  ],
} as const
type List = keyof typeof lists

/** A row without a mistake. */
const good: Record<List, Readonly<Record<string, string>>> = {
  'key-times': { Country: 'Egypt', 'Administrative zone': '3', Session: 'AM', 'Local time': '10:00' },
  entries: { 'Centre number': 'EG001', Series: '2026-06', Component: '0500/12', Candidates: '12' },
  'progression-tests': {
    'Teacher email': 'amira@school.example',
    Site: 'cambridge-primary',
    'Learner group': '5A',
    Subject: 'Maths',
    Test: 'Autumn',
    'Taken on': '2026-03-02',
    Learner: 'Omar',
    Mark: '12',
  },
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
const text = (value: string, style = 0) =>
  `<c s="${style}" t="inlineStr"><is><t>${escaped(value)}</t></is></c>`
const styled = 1
const number = (value: number) => `<c s="${styled}"><v>${value}</v></c>`

interface Written {
  /** The XML of cells that are not as in a row without a mistake, row by row. */
  rows: readonly Readonly<Record<string, string | undefined>>[]
  /** The number format of those cells. */
  code?: string
  fonts?: string
  behind?: string
  workbook?: string
  program?: string
}

const importCells = async (
  list: List,
  { rows, code = 'General', fonts = '', behind = '', ...parts }: Written,
  ...flags: string[]
) => {
  const xml = [
    lists[list].map((heading) => text(heading)),
    ...rows.map((cells) => lists[list].map((heading) => cells[heading] ?? text(good[list][heading] ?? ''))),
  ].map((cells) => `<row>${cells.join('')}</row>`)
  const formats = `<numFmts><numFmt numFmtId="164" formatCode="${escaped(code)}"/></numFmts>`
  const dxfs = '<dxfs><dxf><numFmt numFmtId="170" formatCode="&quot;09:00&quot;"/></dxf></dxfs>'
  const styles = `${formats}<fonts><font/>${fonts}</fonts><cellXfs><xf/><xf numFmtId="164" fontId="${fonts ? 1 : 0}"/></cellXfs>${dxfs}`
  const sheet = `<worksheet xmlns="${MAIN}"><sheetData>${xml.join('')}</sheetData>${behind}</worksheet>`
  writeFileSync(world.path('f.xlsx'), book({ sheet, styles, ...parts }))
  return world.run([list, 'import', 'f.xlsx', '--yes', '--json', ...flags])
}

const faultsOf = async (list: List, written: Written) => {
  const ran = await importCells(list, written)
  if (ran.exit === 0) return []
  const found = list === 'progression-tests' ? ran.error().details.problems : ran.json().issues
  return found.map(({ code }: { code: string }) => code)
}

describe('a cell of Key Times, entries and results that is shown otherwise than it is', () => {
  it.each([
    ['entries', 'Candidates', number(12), ';;;'],
    ['entries', 'Candidates', number(0), '0;0;"as before"'],
    ['entries', 'Centre number', text('001', styled), '"EG"@'],
    ['key-times', 'Local time', number(930), '00":"00'],
    ['key-times', 'Local time', number(10.5 / 24), 'h AM/PM'],
    ['key-times', 'Local time', number(10.5 / 24), 'mm:ss'],
    ['progression-tests', 'Mark', number(12), ';;;'],
    ['progression-tests', 'Learner group', number(46000), 'd-m'],
    ['progression-tests', 'Learner group', number(5), '0" blue"'],
  ] as const)('is held back: %s, %s, %s under %s', async (list, heading, cell, code) => {
    expect(await faultsOf(list, { rows: [{ [heading]: cell }], code })).toEqual(['shown-otherwise'])
  })

  it.each([
    ['entries', 'Candidates', number(1200), '#,##0'],
    ['entries', 'Candidates', number(1200), '# ##0'],
    ['entries', 'Candidates', number(0), '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-'],
    ['progression-tests', 'Mark', number(0), '0;-0;"–"'],
    ['entries', 'Candidates', number(12), '0" candidates"'],
    ['entries', 'Candidates', number(12), '0.0'],
    ['key-times', 'Administrative zone', number(3), '"Zone "0'],
    ['key-times', 'Local time', number(10.5 / 24), 'h:mm AM/PM'],
    ['key-times', 'Local time', number(10.5 / 24), 'hh"h"mm'],
    ['key-times', 'Local time', number(10 / 24), 'h AM/PM'],
    ['progression-tests', 'Mark', number(45.67), '0'],
    ['progression-tests', 'Mark', number(12), '0"/20"'],
    ['progression-tests', 'Mark', number(12.75), '# ?/?'],
  ] as const)('goes in where it shows the same: %s, %s, %s under %s', async (list, heading, cell, code) => {
    expect(await faultsOf(list, { rows: [{ [heading]: cell }], code })).toEqual([])
  })

  const rule = (cell: string) =>
    `<conditionalFormatting sqref="${cell}"><cfRule type="expression" dxfId="0" priority="1"><formula>1</formula></cfRule></conditionalFormatting>`

  it('is held back under a conditional format, and does not go in out of the rows held back', async () => {
    const rows = [{ 'Local time': number(10.5 / 24) }, { Session: text('PM'), 'Local time': text('14:00') }]
    const ran = await importCells(
      'key-times',
      { rows, code: 'hh:mm', behind: rule('D2:D3') },
      '--issues-out',
      'held.xlsx',
    )
    expect(ran.json()).toMatchObject({
      rows: { accepted: 1 },
      issues: [{ cell: 'Centres!D2', code: 'shown-otherwise' }],
    })
    const again = await world.run(['key-times', 'import', 'held.xlsx', '--json'])
    expect(again.json()).toMatchObject({ rows: { accepted: 0 }, issues: [{ code: 'invalid-time' }] })
  })

  it.each([
    [1200, '#,##0'],
    [12, '0.0'],
    [12, '0" candidates"'],
    [0, '#,##0;-#,##0;"-"'],
  ])('is the number in the rows held back for another cell: %s under %s', async (candidates, code) => {
    const rows = [{ Series: text(''), Candidates: number(candidates) }]
    await importCells('entries', { rows, code }, '--issues-out', 'held.xlsx')
    const again = await world.run(['entries', 'import', 'held.xlsx', '--json'])
    expect(again.json()).toMatchObject({ issues: [{ code: 'invalid-series' }] })
  })

  it('is nothing in the rows held back where it lies beneath a merged one', async () => {
    const rows = [{}, { Country: text('Ghana'), 'Local time': text('09:00') }]
    const behind = '<mergeCells><mergeCell ref="D2:D3"/></mergeCells>'
    await importCells('key-times', { rows, behind }, '--issues-out', 'held.xlsx')
    const again = await world.run(['key-times', 'import', 'held.xlsx', '--json'])
    expect(again.json()).toMatchObject({ rows: { accepted: 0 }, issues: [{ code: 'invalid-time' }] })
  })
})

describe('a formula of Key Times and results whose result is an empty text', () => {
  const empty = '<c t="str"><f>A1</f><v></v></c>'
  const found = (series: string) => `<c t="str"><f>A1</f><v>${series}</v></c>`

  it('is held back as not calculated where no formula of its column has a result', async () => {
    expect(await faultsOf('key-times', { rows: [{ Series: empty }] })).toEqual(['not-calculated'])
    expect(await faultsOf('progression-tests', { rows: [{ Mark: empty }] })).toEqual(['not-calculated'])
  })

  it.each(['LibreOffice/7.4.7.2$Linux_X86_64', 'Microsoft Excel', 'Microsoft Macintosh Excel'])(
    'says nothing where %s saved it, which calculates',
    async (application) => {
      const program = savedBy(application)
      expect(await faultsOf('key-times', { rows: [{ Series: empty }], program })).toEqual([])
      expect(await faultsOf('progression-tests', { rows: [{ Mark: empty }], program })).toEqual([])
    },
  )

  it('is held back where it has no place, the workbook asks to be calculated, or a library saved it', async () => {
    const program = savedBy('Microsoft Excel')
    const nowhere = '<c t="str"><f>A1</f></c>'
    expect(await faultsOf('key-times', { rows: [{ Series: nowhere }], program })).toEqual(['not-calculated'])
    const workbook = `<workbook xmlns="${MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Centres" sheetId="1" r:id="rId1"/></sheets><calcPr fullCalcOnLoad="1"/></workbook>`
    const rows = [{ Series: empty }]
    expect(await faultsOf('key-times', { rows, program, workbook })).toEqual(['not-calculated'])
    for (const other of [savedBy('SheetJS'), '<Properties><Application>Microsoft Excel'])
      expect(await faultsOf('key-times', { rows, program: other })).toEqual(['not-calculated'])
  })

  it('is held back with the others of its column where one has no place', async () => {
    const nowhere = '<c t="str"><f>A1</f></c>'
    const rows = [{ Series: empty }, { Session: text('PM'), 'Local time': text('14:00'), Series: nowhere }]
    const program = savedBy('LibreOffice/7.4')
    expect(await faultsOf('key-times', { rows, program })).toEqual(['not-calculated', 'not-calculated'])
  })

  it('says nothing where another has', async () => {
    const rows = [
      { Series: empty },
      { Session: text('PM'), 'Local time': text('14:00'), Series: found('2026-06') },
    ]
    expect(await faultsOf('key-times', { rows })).toEqual([])
    expect(await world.rows('select series from key_times order by id')).toEqual([
      { series: null },
      { series: '2026-06' },
    ])
  })
})

it('a row of Key Times that is struck out is told so once', async () => {
  const rows = [
    Object.fromEntries(
      Object.entries(good['key-times']).map(([heading, cell]) => [heading, text(cell, styled)]),
    ),
  ]
  expect(await faultsOf('key-times', { rows, fonts: '<font><strike/></font>' })).toEqual(['struck-out'])
})

describe('what keeps a spreadsheet from changing a code', () => {
  const importing = async (list: string, ...lines: string[]) => {
    writeFileSync(world.path('f.csv'), lines.join('\n'))
    return (await world.run([list, 'import', 'f.csv', '--yes', '--json'])).json()
  }

  it('is no part of it', async () => {
    await world.centre('00123')
    const rows = ['"=""00123""",\'2026-06,"=""0500/12""",12', '００１２３,2026–06,0500/13,１２']
    const ran = await importing('entries', 'Centre number,Series,Component,Candidates', ...rows)
    expect(ran).toMatchObject({ rows: { accepted: 2 } })
    expect(await world.rows('select centre_number, component, candidates from entries order by id')).toEqual([
      { centre_number: '00123', component: '0500/12', candidates: 12 },
      { centre_number: '00123', component: '0500/13', candidates: 12 },
    ])
    const heads = 'Country,Administrative zone,Session,Local time'
    expect(await importing('key-times', heads, 'Egypt,\'3,AM,"=""10:30"""')).toMatchObject({
      rows: { accepted: 1 },
    })
    writeFileSync(
      world.path('u.csv'),
      'Centre number,Last name,Email\n"=""00123""",Said,omar@school.example\n',
    )
    expect((await world.run(['users', 'add', '--from', 'u.csv', '--yes'])).exit).toBe(0)
  })

  it.each([
    ['Egypt,3,AM,9.3,,', 'Write 09:30, if that is meant.'],
    ['Egypt,3,AM,0930,,', 'Write 09:30, if that is meant.'],
    ['Egypt,3,AM,"9,30",,', 'Write 09:30, if that is meant.'],
    ['Egypt,3,AM,9h30,,', 'Write 09:30, if that is meant.'],
    ['Egypt,3,AM,09:30,June 2026,', 'Write the year first: 2026-06.'],
    ['Egypt,3,AM,09:30,Jun-26,', 'Write the year first: 2026-06.'],
    ['Egypt,3,AM,09:30,6/2026,', 'Write the year first: 2026-06.'],
    ['Egypt,3,AM,09:30,,2026/6/2', 'Write 2026-06-02, if that is meant.'],
    ['Egypt,3,AM,09:30,,46175', 'It is the number of a day in a spreadsheet: format the column as dates.'],
    ['Egypt,3,AM,09:30,,0026-06-02', null],
    ['Egypt,3,AM,09:30,,1926-06-02', null],
  ])('or another way of writing it has a hint: %s', async (row, hint) => {
    const ran = await importing('key-times', lists['key-times'].join(','), row)
    expect(ran).toMatchObject({ rows: { accepted: 0 }, issues: [{ hint }] })
  })

  it.each(['0500-12', '500/12', '0500.12', '050012'])('or of a component: %s', async (component) => {
    const ran = await importing('entries', lists.entries.join(','), `EG001,2026-06,${component},12`)
    expect(ran).toMatchObject({ issues: [{ hint: 'Write 0500/12, if that is meant.' }] })
  })
})
