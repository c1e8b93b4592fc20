import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'
import { book, fileOf } from '../workbook/book.ts'
import { importRows, line } from './workbook.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('00123', { name: 'Old Harbour School', coordinator: 'head@a.example' })
  await world.centre('EG001', { name: 'Nile View School' })
  await world.centre('EG404', { name: 'Gone School' })
  await world.run(['centres', 'delete', 'EG404', '--yes'])
})
afterEach(() => world.close())

const codes = (said: { code: string }[]) => said.map(({ code }) => code)

describe('ssh-admin help workbook', () => {
  it('names every code that rows are held back by, and what is said beside', async () => {
    const help = (await world.run(['help', 'workbook'])).stdout
    const held = await importRows(world, [
      line('', 'a@a.example'),
      line('E-1', 'b@a.example'),
      line('123', 'c@a.example', { name: 'Old Harbour School' }),
      line('EGOO1', 'd@a.example', { name: 'Nile View School' }),
      line('EG404'),
      line('00123', 'boss@a.example', { name: '', role: 'coordinator' }),
      line('00123', 'e@', { name: '' }),
      line('00123', '', { name: '', firstName: 'Ada' }),
      line('EG002', '', { country: '' }),
      line('EG003', '', { country: 'Egipt' }),
      line('EG004', '', { name: '' }),
      line('EG005', '', { name: '#REF!' }),
      line('EG006', '', { name: 'NULL' }),
      line('EG007', '', { name: '=A1' }),
      line('EG008', '', { name: 'Nile View School'.repeat(20) }),
      line('EG001', '', { name: 'Old Harbour School' }),
      line('EG010', '', { name: 'One' }),
      line('EG010', '', { name: 'Two' }),
      line('EG011', '', { town: 'Cairo' }),
      line('EG011', '', { town: 'Giza' }),
      line('EG012', 'f@a.example', { role: 'techer' }),
      line('EG013', 'g@a.example', { role: 'global-listening' }),
      line('EG014', '', { kind: 'shool' }),
      line('EG015', '', { kind: 'associate-centre' }),
      line('EG016', '', { kind: 'associate-centre', associate: 'CA404' }),
      line('EG017', '', { kind: 'associate-centre', associate: 'EG001' }),
      line('EG018', 'h@a.example', { firstName: 'A' }),
      line('EG018', 'h@a.example', { firstName: 'B' }),
      line('EG019', 'head@a.example'),
    ])
    expect(held.exit).toBe(8)
    const found = new Set(codes(held.json().issues))
    expect(found.size).toBeGreaterThan(20)
    for (const code of found) expect(help).toContain(code)

    const sheet = [
      '<row r="1"><c t="inlineStr"><is><t>Centre number</t></is></c><c t="inlineStr"><is><t>Centre name</t></is></c><c t="inlineStr"><is><t>Email</t></is></c></row>',
      '<row r="2" hidden="1"><c><v>123456789012</v></c></row>',
      '<row r="3"><c t="inlineStr"><is><t>Centre number</t></is></c><c t="inlineStr"><is><t>Centre name</t></is></c><c t="inlineStr"><is><t>Email</t></is></c></row>',
      '<row r="4"><c t="inlineStr"><is><t>EG001</t></is></c><c t="str"><f>A1</f></c></row>',
    ].join('')
    const path = await fileOf(book({ rows: sheet }))
    const said = (await world.run(['centres', 'import', path, '--yes', '--json'])).json()
    expect(codes(said.issues)).toEqual(['shown-otherwise', 'not-calculated'])
    expect(codes(said.notices)).toEqual(expect.arrayContaining(['hidden-rows', 'headings-again']))
    const unclear = await fileOf(
      'Centre number,Centre name,Email\nCentre number,Ort,Schule\nEG001,Cairo,X\n',
      'two.csv',
    )
    const below = (await world.run(['centres', 'import', unclear, '--yes', '--json'])).json()
    expect(codes(below.issues)).toEqual(['unclear-headings'])
    for (const code of [...codes(said.issues), ...codes(said.notices), ...codes(below.issues)])
      expect(help).toContain(code)
  })
})
