import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'
import { importRows, type Line, line, living } from './workbook.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await importRows(world, [line('EG001', 'amira@a.example'), line('50538', 'omar@a.example')])
})
afterEach(() => world.close())

const codesOf = async (rows: readonly Line[]) => {
  const { issues } = (await importRows(world, rows)).json()
  return issues.map(({ column, code }: { column: string; code: string }) => `${column} ${code}`)
}

describe('a number that is new', () => {
  it.each(['EG1', 'EG01', 'EG0001'])(
    '%s is held back where its zeros behind the letters differ',
    async (number) => {
      expect(await codesOf([line(number, '', { name: 'School EG001' })])).toEqual([
        'Centre number lost-zeros',
      ])
      expect((await living(world)).centres).toEqual(['50538', 'EG001'])
    },
  )

  it('is another centre under another name', async () => {
    expect(await codesOf([line('EG01', '', { name: 'Delta' })])).toEqual([])
  })

  it.each(['TOTAL', 'DITTO', 'CLOSED', 'bad', 'inconnu'])(
    '%s is a word, and makes no centre',
    async (number) => {
      expect(await codesOf([line(number)])).toEqual(['Centre number invalid-number'])
      expect((await living(world)).centres).toEqual(['50538', 'EG001'])
    },
  )

  it('is taken without a digit where a centre has it', async () => {
    await world.centre('KICS')
    expect(await codesOf([line('KICS', 'new@a.example')])).toEqual([])
  })
})

describe('a name that is new', () => {
  it.each([
    ['50538', 'EG001'],
    ['EG001', 'eg001'],
    ['EG002', 'EG002'],
  ])('is no number of a centre: %s called %s', async (number, name) => {
    expect(await codesOf([line(number, '', { name })])).toEqual(['Centre name not-a-name'])
  })

  it('behind an apostrophe is the saved one; others begin so', async () => {
    const answer = await importRows(world, [
      line('EG001', '', { name: "'School EG001" }),
      line('EG005', '', { name: "'t Hofland College" }),
    ])
    expect(answer.json()).toMatchObject({ centres: { renamed: 0, created: 1 }, issues: [] })
  })
})

describe('a name behind an apostrophe', () => {
  it('is none for a saved centre that is called otherwise, and the hint says how it would be', async () => {
    const { issues, centres } = (
      await importRows(world, [line('EG001', '', { name: "'Nile View School 2" })])
    ).json()
    expect(issues).toMatchObject([
      { code: 'not-a-name', hint: expect.stringContaining('ssh-admin centres edit EG001 --name') },
    ])
    expect(centres.renamed).toBe(0)
  })

  it('stays the name of a saved centre that is called so', async () => {
    await importRows(world, [line('EG007', '', { name: "'s-Hertogenbosch School" })])
    const answer = (await importRows(world, [line('EG007', '', { name: "'s-Hertogenbosch College" })])).json()
    expect(answer).toMatchObject({ issues: [], centres: { renamed: 1 } })
  })

  it('is held back where the number stands behind one too', async () => {
    expect(await codesOf([line("'EG008", '', { name: "'Delta School" })])).toEqual(['Centre name not-a-name'])
    expect((await living(world)).centres).toEqual(['50538', 'EG001'])
  })
})

it('an address behind an apostrophe is nobody new', async () => {
  writeFileSync(world.path('q.csv'), "Centre number,Centre name,Email\n'EG001,School EG001,'d@a.example\n")
  const { issues } = (await world.run(['centres', 'import', 'q.csv', '--yes', '--json'])).json()
  expect(issues).toMatchObject([
    {
      code: 'invalid-email',
      hint: expect.stringContaining('take away the apostrophe at its start: d@a.example'),
    },
  ])
  expect((await living(world)).users).toEqual(['amira@a.example', 'omar@a.example'])
})
