import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { book, sheetXml } from '../workbook/book.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const issuesOf = async (rows: readonly string[]) => {
  const heading = 'Centre number,Centre name,Country,Email,First name'
  writeFileSync(world.path('a.csv'), [heading, ...rows, ''].join('\n'))
  const { json } = await world.run(['centres', 'import', 'a.csv', '--dry-run', '--json'])
  return json().issues
}
const good = 'EG001,Nile School,Egypt,amira@nile.example,Amira'

describe('a row that sums the list up', () => {
  it.each([
    ['Total,,,25,', 'a!A3', 'Centre number is Total: this row looks like a total, and no centre'],
    ['TOTAL,1,25,25,25', 'a!A3', 'Centre number is TOTAL: this row looks like a total, and no centre'],
    [',Gesamt:,,25,', 'a!B3', 'Centre name is Gesamt:: this row looks like a total, and no centre'],
    ['Total: 25,,,,', 'a!A3', 'Centre number is Total: 25: this row looks like a total, and no centre'],
    [
      '25,Total schools,12 schools,3,',
      'a!B3',
      'Centre name is Total schools: this row looks like a total, and no centre',
    ],
    [',,Sum,,25', 'a!A3', 'Centre number is missing: this row looks like a total (Sum)'],
  ])('%s is told once, as what it is', async (row, cell, message) => {
    expect(await issuesOf([good, row])).toMatchObject([
      { cell, code: 'totals-row', message, hint: 'Leave the row out.' },
    ])
  })

  it.each([
    ['of a school that has such a name', 'EG002,Total,Egypt,omar@total.example,Omar'],
    ['of such a school without people', 'EG002,Total,Egypt,,'],
  ])('is none %s', async (_what, row) => {
    expect(await issuesOf([good, row])).toEqual([])
  })
})

describe('a number that is missing', () => {
  it('below another is perhaps the same, which is said and not guessed', async () => {
    const rows = [
      good,
      ',,,omar@nile.example,Omar',
      ',,,lina@nile.example,Lina',
      '',
      ',,,sami@nile.example,Sami',
    ]
    const hint = 'Perhaps it is that of the row above, EG001: then write it in this row, too.'
    expect(await issuesOf(rows)).toMatchObject([
      { cell: 'a!A3', code: 'missing-number', hint },
      { cell: 'a!A4', code: 'missing-number', hint },
      { cell: 'a!A6', code: 'missing-number', hint: null },
    ])
  })

  it('below one that cannot be read has no such hint', async () => {
    const [, below] = await issuesOf(['TBC,Nile,Egypt,a@nile.example,', ',,,omar@nile.example,Omar'])
    expect(below).toMatchObject({ cell: 'a!A3', hint: null })
  })
})

describe('a number with signs in it', () => {
  it.each(['EG 001', 'EG-001', 'eg_001', 'EG / 001'])('%s is shown without them', async (number) => {
    const [issue] = await issuesOf([`${number},Nile,Egypt,a@nile.example,`])
    expect(issue).toMatchObject({
      code: 'invalid-number',
      hint: 'A number has no blanks or signs in it: EG001, if that is meant.',
    })
  })
})

describe('an address with something around it', () => {
  it.each([
    ['Contact: jane@nile.example', 'leave jane@nile.example alone, without what stands before it'],
    ['E-mail (work): jane@nile.example', 'leave jane@nile.example alone, without what stands before it'],
    ['"jane@nile.example ,"', 'take away the comma at its end: jane@nile.example'],
    ['"jane@nile.example , "', 'take away the comma at its end: jane@nile.example'],
    ['jane@nile.example ;', 'take away the semicolon at its end: jane@nile.example'],
  ])('%s says what to take away', async (cell, hint) => {
    expect(await issuesOf([`EG001,Nile,Egypt,${cell},Jane`])).toMatchObject([{ code: 'invalid-email', hint }])
  })
})

describe('a cell beneath a merged one', () => {
  const cell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`
  const row = (...texts: string[]) =>
    `<row>${texts.map((text) => (text === '' ? '<c/>' : cell(text))).join('')}</row>`

  it('says what the merged one holds, in the rows held back too', async () => {
    const rows = [
      row('Centre number', 'Centre name', 'Country', 'Email'),
      row('EG001', 'Nile School', 'Egypt', 'amira@nile.example'),
      row('', '', 'Egypt', 'omar@nile.example'),
    ]
    const merged = '<mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="B2:B3"/></mergeCells>'
    writeFileSync(
      world.path('m.xlsx'),
      book({ sheet: sheetXml(rows.join('')).replace('</sheetData>', `</sheetData>${merged}`) }),
    )
    const { json } = await world.run([
      'centres',
      'import',
      'm.xlsx',
      '--yes',
      '--json',
      '--issues-out',
      'b.csv',
    ])
    expect(json().issues.map(({ message }: { message: string }) => message)).toEqual([
      'Centre number is merged with A2, which holds EG001',
      'Centre name is merged with B2, which holds Nile School',
    ])
  })
})

describe('a row that sums another list up', () => {
  const issuesIn = async (noun: string, rows: string[]) => {
    writeFileSync(world.path('b.csv'), `${rows.join('\n')}\n`)
    const ran = await world.run([noun, 'import', 'b.csv', '--dry-run', '--json'])
    return ran.exit === 8 ? ran.json().issues : ran.error().details.problems
  }

  it.each([
    [
      'entries',
      ['Centre number,Series,Component,Candidates', 'EG001,2026-06,0500/12,3', 'Total,,,3'],
      'b!A3',
    ],
    ['entries', ['Centre number,Series,Component,Candidates', 'EG001,2026-06,0500/12,3', ',,Sum,3'], 'b!C3'],
    [
      'key-times',
      ['Country,Administrative zone,Session,Local time', 'Egypt,3,AM,10:00', 'Total: 1,,,'],
      'b!A3',
    ],
  ])('is told once by %s import', async (noun, rows, cell) => {
    await world.centre('EG001')
    expect(await issuesIn(noun, rows)).toMatchObject([
      {
        cell,
        code: 'totals-row',
        message: expect.stringContaining('this row looks like a total, and none of the list'),
        hint: 'Leave the row out.',
      },
    ])
  })

  it('is told once of results and of new users', async () => {
    await world.centre('EG001')
    await world.user('amira@nile.example', { centre: 'EG001' })
    const results = [
      'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark',
      'amira@nile.example,cambridge-primary,4A,4,Maths,T1,2026-03-02,Lina,12',
      ',,,,,,,Total,12',
    ]
    expect(await issuesIn('progression-tests', results)).toMatchObject([
      { target: 'b!H3', code: 'totals-row', hint: 'Leave the row out.' },
    ])
    const users = 'Centre number,First name,Last name,Email\nEG001,Omar,Aziz,omar@nile.example\nTotal,,,1\n'
    writeFileSync(world.path('u.csv'), users)
    const ran = await world.run(['users', 'add', '--from', 'u.csv', '--yes', '--json'])
    expect(ran.error().details.problems).toMatchObject([{ target: 'u!A3', code: 'totals-row' }])
  })
})
