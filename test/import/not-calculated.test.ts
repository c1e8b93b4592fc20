import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { book, MAIN } from '../workbook/book.ts'
import { newWorld, type World } from '../world.ts'
import { importRows, line, living } from './workbook.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await importRows(world, [line('EG001', 'amira@a.example', { firstName: 'Amira' }), line('EG002')])
})
afterEach(() => world.close())

const text = (cell: string) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`
/** A formula with a result of text; an empty one as SheetJS and XlsxWriter write it. */
const formula = (result = '') => `<c t="str"><f>LOWER(Z1)</f><v>${result}</v></c>`
const row = (...cells: string[]) => `<row>${cells.join('')}</row>`
const headings = ['Centre number', 'Centre name', 'Email', 'Country', 'First name', 'Role']
const asksToBeCalculated = '<calcPr calcId="1" fullCalcOnLoad="1"/>'

/** Writes a workbook of rows, with what is behind the list of its sheets. */
function write(rows: readonly string[], { behind = '', heads = headings } = {}): string {
  const workbook = `<workbook xmlns="${MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Centres" sheetId="1" r:id="rId1"/></sheets>${behind}</workbook>`
  writeFileSync(world.path('f.xlsx'), book({ rows: [row(...heads.map(text)), ...rows].join(''), workbook }))
  return 'f.xlsx'
}

const imported = async (file: string, ...flags: string[]) =>
  (await world.run(['centres', 'import', file, '--yes', '--json', ...flags])).json()

describe('an e-mail formula with an empty result', () => {
  it.each([
    ['in a workbook that asks to be calculated', asksToBeCalculated],
    ['in a column where no formula has a result', ''],
  ])('%s holds its row back, and deletes nobody', async (_, behind) => {
    const file = write([row(text('EG001'), text('School EG001'), formula(), text('Egypt'))], { behind })
    const answer = await imported(file, '--delete-extra')
    expect(answer).toMatchObject({
      rows: { accepted: 0, heldBack: 1 },
      issues: [{ cell: 'Centres!C2', code: 'not-calculated', hint: expect.stringContaining('recalculate') }],
      extraUsers: [{ email: 'amira@a.example', kept: 'held-back-rows' }],
    })
    expect((await living(world)).users).toEqual(['amira@a.example'])
  })

  it('is blank where a formula of its column has a result: the centre has nobody', async () => {
    const answer = await imported(
      write([
        row(text('EG001'), text('School EG001'), formula('amira@a.example'), text('Egypt')),
        row(text('EG003'), text('Delta School'), formula(), text('Egypt')),
      ]),
    )
    expect(answer).toMatchObject({ rows: { accepted: 2 }, centres: { created: 1 }, issues: [] })
  })

  it.each([
    ['a blank', '<c t="str"><f>LOWER(Z1)</f><v xml:space="preserve"> </v></c>', []],
    ['none', '<c><f>LOWER(Z1)</f></c>', [formula('omar@a.example')]],
  ])(
    'holds its row back where another formula of its column has %s as its result',
    async (_, other, more) => {
      const emails = [formula(), other, ...more]
      const centres = emails.map((email, at) =>
        row(text(`EG00${at + 1}`), text(`School EG00${at + 1}`), email, text('Egypt')),
      )
      const answer = await imported(write(centres), '--delete-extra')
      expect(answer.issues.map(({ cell }: { cell: string }) => cell)).toEqual(['Centres!C2', 'Centres!C3'])
      expect((await living(world)).users).toContain('amira@a.example')
    },
  )

  it('is told as not calculated, not as missing, where the row names a person', async () => {
    const answer = await imported(
      write([
        row(text('EG002'), text('School EG002'), formula('omar@a.example'), text('Egypt'), text('Omar')),
        row(text('EG002'), text('School EG002'), formula(), text('Egypt'), text('Nadia')),
      ]),
    )
    expect(answer.issues).toMatchObject([{ cell: 'Centres!C3', code: 'not-calculated' }])
  })
})

describe('a name or role whose formula has an empty result', () => {
  const person = (first: string, role = '', email = 'omar@a.example') =>
    row(text('EG002'), text('School EG002'), text(email), text('Egypt'), first, role)

  it('is not calculated where the workbook asks to be', async () => {
    const named = await imported(write([person(formula())], { behind: asksToBeCalculated }))
    expect(named.issues).toMatchObject([{ cell: 'Centres!E2', code: 'not-calculated' }])
    const file = write([person(text('Omar'), formula())], { behind: asksToBeCalculated })
    expect((await imported(file)).issues).toMatchObject([{ cell: 'Centres!F2', code: 'not-calculated' }])
  })

  it('holds back somebody new who would have no name at all, and nobody who is saved', async () => {
    const saved = person(formula(), '', 'amira@a.example').replaceAll('EG002', 'EG001')
    const answer = await imported(write([person(formula()), saved]))
    expect(answer).toMatchObject({
      rows: { accepted: 1, heldBack: 1 },
      issues: [{ cell: 'Centres!E2', code: 'not-calculated' }],
    })
  })
})

describe('a number whose formula has the result 0', () => {
  const heads = ['Centre number', 'Series', 'Component', 'Candidates']
  const entry = (candidates: string) =>
    row(text('EG001'), text('2026-06'), text('0500/12'), `<c>${candidates}</c>`)

  it('takes no entry away where the workbook asks to be calculated', async () => {
    const run = async (file: string) =>
      (await world.run(['entries', 'import', file, '--yes', '--json'])).json()
    await run(write([entry('<v>7</v>')], { heads }))
    const answer = await run(write([entry('<f>SUM(A1)</f><v>0</v>')], { heads, behind: asksToBeCalculated }))
    expect(answer).toMatchObject({ entries: { changed: 0 }, issues: [{ code: 'not-calculated' }] })
    expect((await world.run(['entries', 'list', '--json'])).json().entries).toMatchObject([{ candidates: 7 }])
  })
})

describe('an array formula', () => {
  const withPlace = (place: string, cells: string) => `<row r="${place}">${cells}</row>`
  const array = (ref: string, value: string) =>
    `<c r="C2"><f t="array" ref="${ref}">Other!A1:A2</f>${value}</c>`
  const at = (place: string, cell: string) => `<c r="${place}" t="inlineStr"><is><t>${cell}</t></is></c>`
  const centre = (place: string, number: string, more = '') =>
    withPlace(place, at(`A${place}`, number) + at(`B${place}`, `School ${number}`) + more)
  const heads = withPlace('1', headings.map((head, column) => at(`${'ABCDEF'[column]}1`, head)).join(''))
  const importing = (rows: readonly string[], behind = '') => {
    const workbook = `<workbook xmlns="${MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Centres" sheetId="1" r:id="rId1"/></sheets>${behind}</workbook>`
    writeFileSync(world.path('f.xlsx'), book({ rows: [heads, ...rows].join(''), workbook }))
    return imported('f.xlsx', '--delete-extra')
  }

  it.each([
    ['names the cells below, of which none has a result', 'C2:C3', '', ''],
    ['grows by what it finds, and has no result', 'C2', '<v>0</v>', asksToBeCalculated],
    ['has a result in its own cell alone', 'C2:C3', '<v>46082</v>', ''],
  ])('that %s holds back the rows below: nobody of theirs is extra', async (_, ref, value, behind) => {
    const answer = await importing([centre('2', 'EG002', array(ref, value)), centre('3', 'EG001')], behind)
    expect(answer.issues).toContainEqual(
      expect.objectContaining({ cell: 'Centres!C3', code: 'not-calculated', value: '=Other!A1:A2' }),
    )
    expect((await living(world)).users).toEqual(['amira@a.example'])
  })

  it('takes no entry away by a 0 that a program wrote into the cells below', async () => {
    const heads = ['Centre number', 'Series', 'Component', 'Candidates']
    const entry = (number: string, cell: string) => row(...[number, '2026-06', '0500/12'].map(text), cell)
    const importing = (rows: string[]) =>
      world.run(['entries', 'import', write(rows, { behind: asksToBeCalculated, heads }), '--yes', '--json'])
    await importing([entry('EG001', '<c><v>14</v></c>')])
    const ran = await importing([
      entry('EG002', '<c><f t="array" ref="D2:D3">Z1:Z2</f><v>7</v></c>'),
      entry('EG001', '<c><v>0</v></c>'),
    ])
    expect(ran.json()).toMatchObject({
      rows: { accepted: 1, heldBack: 1 },
      issues: [{ cell: 'Centres!D3', code: 'not-calculated' }],
    })
  })

  it('that has a result, be it an empty text, in each of its cells is read', async () => {
    const answer = await importing([
      centre(
        '2',
        'EG001',
        '<c r="C2" t="str"><f t="array" ref="C2:C3">Other!A1:A2</f><v>amira@a.example</v></c>',
      ),
      centre('3', 'EG002', '<c r="C3" t="str"><v></v></c>'),
      centre('4', 'EG003', at('D4', 'Egypt')),
    ])
    expect(answer).toMatchObject({ rows: { accepted: 3 }, issues: [], extraUsers: [] })
  })
})
