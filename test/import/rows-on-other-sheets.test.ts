import excel from 'exceljs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sampleSheets } from '../../src/import/sample.ts'
import { writeWorkbook } from '../../src/workbook/write.ts'
import { newWorld, type World } from '../world.ts'
import { importRows, line, living } from './workbook.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await importRows(world, [line('EG001', 'amira@a.example'), line('PK200', 'omar@a.example')])
})
afterEach(() => world.close())

const sheet = (name: string, columns: readonly string[], ...rows: string[][]) => ({
  name,
  columns: columns.map((heading) => ({ heading })),
  rows,
})
const headings = ['Centre number', 'Centre name', 'Email', 'Country']
const north = sheet('North', headings, ['EG001', 'School EG001', 'amira@a.example', 'Egypt'])
const south = sheet('South', headings, ['PK200', 'School PK200', 'omar@a.example', 'Egypt'])
const people = sheet('People', ['E-mail', 'Centre no'], ['omar@a.example', 'PK200'])
const template = sheet('Next year', headings)
const totals = sheet('Totals', ['Country', 'Town', 'How many'], ['Egypt', 'Giza', '2'])
const words = sheet('Words', ['Centre number', 'Centre name'], ['number', 'what it is called'], ['no', ''])
const contacts = sheet(
  'Contacts',
  ['No', 'Email'],
  ...Array.from({ length: 12 }, (_, at) => [String(at + 1), `office${at}@a.example`]),
)

let written = 0

async function imported(sheets: Parameters<typeof writeWorkbook>[1], ...flags: string[]) {
  written += 1
  const file = `sheets-${written}.xlsx`
  await writeWorkbook(world.path(file), sheets)
  return world.run(['centres', 'import', file, '--yes', '--json', ...flags])
}

describe('a workbook whose other sheets have rows too', () => {
  it.each([
    ['South', [north, south], []],
    ['North', [north, south], ['--sheet', 'South']],
    ['People', [north, people], []],
  ])('deletes nobody: %s', async (other, sheets, flags) => {
    for (const deleting of [['--delete-missing'], ['--delete-extra'], ['--delete-centre', 'PK200']]) {
      const refused = await imported(sheets, ...flags, ...deleting)
      expect([refused.exit, refused.error().code]).toEqual([3, 'partial-workbook'])
      expect(refused.error().message).toContain(`The sheet '${other}' of the workbook holds`)
    }
    expect(await living(world)).toEqual({
      centres: ['EG001', 'PK200'],
      users: ['amira@a.example', 'omar@a.example'],
    })
  })

  it('names nobody as missing, and says why, also where the sheet was named', async () => {
    for (const flags of [[], ['--sheet', 'North']]) {
      const answer = (await imported([north, south], ...flags)).json()
      expect(answer).toMatchObject({ missingCentres: [], extraUsers: [] })
      expect(answer.notices).toContainEqual({
        code: 'partial-workbook',
        message: expect.stringContaining("The sheet 'South' of the workbook holds such a table too"),
      })
    }
  })

  it('deletes where its user says that the one sheet is the whole', async () => {
    const answer = (await imported([north, south], '--delete-missing', '--whole-roster')).json()
    expect(answer.centres.deleted).toBe(1)
  })
})

describe('a sample that is filled in', () => {
  it('is a whole roster: its guide explains the columns, and numbers no centre', async () => {
    const [centres, guide] = sampleSheets()
    const rows = [['EG001', 'School EG001', '', '', '', 'Egypt']]
    await writeWorkbook(world.path('filled.xlsx'), [{ ...centres, rows }, guide])
    const importing = ['centres', 'import', 'filled.xlsx', '--yes', '--json']
    const answer = (await world.run([...importing, '--dry-run'])).json()
    expect(answer.missingCentres).toMatchObject([{ number: 'PK200' }])
    expect(answer.extraUsers).toMatchObject([{ email: 'amira@a.example' }])
    expect(answer.notices.map(({ code }: { code: string }) => code)).not.toContain('partial-workbook')
    const deleted = (await world.run([...importing, '--delete-missing', '--delete-extra'])).json()
    expect(deleted).toMatchObject({ centres: { deleted: 1 }, users: { deleted: 1 } })
  })

  it('names nobody with the examples of its guide; another sheet with the same address does', async () => {
    const address = 'amira@school.example'
    await importRows(world, [line('EG001', address)])
    const [centres, guide] = sampleSheets()
    const rows = ['EG001', 'PK200'].map((number) => [number, `School ${number}`, '', '', '', 'Egypt'])
    const extra = async (...others: (typeof guide)[]) => {
      const answer = (await imported([{ ...centres, rows }, ...others], '--dry-run')).json()
      return answer.extraUsers.map(({ email }: { email: string }) => email)
    }
    expect(await extra(guide)).toContain(address)
    expect(await extra({ ...guide, name: 'Contacts' })).toEqual([])
  })
})

describe('another sheet', () => {
  it.each([
    [
      'with a number far below its headings',
      headings,
      [...Array.from({ length: 40 }, () => ['']), ['PK200', 'A']],
    ],
    [
      'with another column called so first',
      ['No', 'Centre name', 'Centre number'],
      [['', 'School', 'PK200']],
    ],
  ])('%s counts', async (_, columns, rows) => {
    const refused = await imported([north, sheet('South', columns, ...rows)], '--delete-missing')
    expect(refused.error().code).toBe('partial-workbook')
  })

  it('whose numbers are formulas that were not calculated counts', async () => {
    const workbook = new excel.Workbook()
    for (const name of ['North', 'South']) workbook.addWorksheet(name).addRow(headings)
    workbook.getWorksheet('North')?.addRow(['EG001', 'School EG001', 'amira@a.example', 'Egypt'])
    workbook.getWorksheet('South')?.addRow([{ formula: 'North!A9' }, 'School'])
    await workbook.xlsx.writeFile(world.path('formulas.xlsx'))
    const refused = await world.run([
      'centres',
      'import',
      'formulas.xlsx',
      '--delete-missing',
      '--yes',
      '--json',
    ])
    expect(refused.error().code).toBe('partial-workbook')
  })
})

describe('somebody who stands on another sheet alone', () => {
  const blank = Array.from({ length: 30 }, () => [''])
  it.each<[string, Parameters<typeof writeWorkbook>[1][number], string]>([
    ['without headings', sheet('B', ['PK200', 'School PK200', 'omar@a.example']), 'PK200'],
    ['under other words', sheet('B', ['Schulnummer', 'Ort'], ['PK200', 'Giza']), 'PK200'],
    ['below row 20', sheet('B', [''], ...blank, headings, ['PK200', 'A', 'x@a.example']), 'PK200'],
    [
      'far below row 1000',
      sheet('B', [''], ...Array.from({ length: 1200 }, () => ['x']), ['pk200']),
      'PK200',
    ],
    ['by the address of a user', sheet('B', ['Kontakt'], ['Omar@A.example']), 'PK200'],
    ['by name', sheet('B', ['Schule'], [' SCHOOL pk200 ']), 'PK200'],
  ])('is not missing: %s', async (_, other, who) => {
    for (const deleting of [['--delete-missing'], ['--delete-centre', 'PK200']]) {
      const refused = await imported([north, other], ...deleting)
      expect([refused.exit, refused.error().code]).toEqual([3, 'partial-workbook'])
      expect(refused.error().message).toContain(`The sheet 'B' of the workbook has ${who}`)
    }
    const answer = (await imported([north, other])).json()
    expect(answer).toMatchObject({ missingCentres: [], extraUsers: [], issues: [] })
    expect(answer.notices).toContainEqual({
      code: 'partial-workbook',
      message: expect.stringContaining(`has ${who}, and the one that is read has not`),
    })
    const lint = (await world.run(['centres', 'lint', `sheets-${written}.xlsx`, '--json'])).json()
    expect(lint).toMatchObject({ missingCentres: [] })
    expect((await living(world)).centres).toEqual(['EG001', 'PK200'])
  })

  it('is not extra, and is deleted where its user says that the one sheet is the whole', async () => {
    const alone = sheet('North', headings, ['EG001', 'School EG001', 'new@a.example', 'Egypt'])
    const both = [alone, sheet('South', headings), sheet('Old', ['Kontakt'], ['AMIRA@a.example'])]
    const refused = await imported(both, '--delete-extra')
    expect(refused.error()).toMatchObject({
      code: 'partial-workbook',
      message: expect.stringContaining("The sheet 'Old' of the workbook has amira@a.example"),
    })
    const answer = (await imported(both, '--delete-extra', '--whole-roster')).json()
    expect(answer.users).toMatchObject({ created: 1, deleted: 1 })
  })

  it('counts on a hidden sheet too', async () => {
    const workbook = new excel.Workbook()
    workbook.addWorksheet('North').addRows([headings, ['EG001', 'School EG001', 'amira@a.example', 'Egypt']])
    workbook.addWorksheet('Old', { state: 'veryHidden' }).addRow(['', 'PK200'])
    await workbook.xlsx.writeFile(world.path('hidden.xlsx'))
    const argv = ['centres', 'import', 'hidden.xlsx', '--delete-missing', '--yes', '--json']
    expect((await world.run(argv)).error().code).toBe('partial-workbook')
  })
})

it('whoever stands anywhere on another sheet is never deleted', { timeout: 120_000 }, async () => {
  const around = fc.constantFrom('', 'Ort', 'Giza', '12', 'Schule', 'Contact', 'b@other.example', 'EG001')
  const place = fc.record({
    who: fc.constantFrom(
      'PK200',
      ' pk200 ',
      'omar@a.example',
      'OMAR@A.example ',
      'mailto:omar@a.example',
      'Omar S. <omar@a.example>; x@b.example',
      'School PK200',
      'SCHOOL  pk200',
    ),
    row: fc.nat(60),
    column: fc.nat(9),
    filling: fc.array(fc.array(around, { maxLength: 10 }), { maxLength: 61 }),
  })
  await fc.assert(
    fc.asyncProperty(place, async ({ who, row, column, filling }) => {
      const rows = Array.from({ length: Math.max(row + 1, filling.length) }, (_, at) => {
        const textAt = (place: number) => filling[at]?.[place] ?? ''
        return Array.from({ length: 10 }, (_, place) =>
          at === row && place === column ? who : textAt(place),
        )
      })
      const answer = await imported(
        [north, sheet('B', rows[0] ?? [], ...rows.slice(1))],
        '--delete-missing',
        '--dry-run',
      )
      expect([answer.exit, answer.error().code]).toEqual([3, 'partial-workbook'])
    }),
    { numRuns: 60 },
  )
})

it('whoever is on the sheet that is read may stand on others: there is nobody to miss', async () => {
  const both = sheet(
    'Log',
    ['What', 'Of'],
    ['renamed', 'EG001'],
    ['asked', 'amira@a.example'],
    ['count', '200'],
  )
  const answer = (await imported([north, both], '--delete-missing')).json()
  expect(answer).toMatchObject({ centres: { deleted: 1 } })
})

it('a workbook whose other sheets have no rows of centres is a whole roster', async () => {
  const answer = (await imported([north, template, totals, words, contacts], '--delete-missing')).json()
  expect(answer).toMatchObject({ centres: { deleted: 1 } })
})
