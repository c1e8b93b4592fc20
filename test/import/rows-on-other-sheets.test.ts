import excel from 'exceljs'
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
      expect(refused.error().message).toContain(`The sheet ‘${other}’ of the workbook holds`)
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
        message: expect.stringContaining('The sheet ‘South’ of the workbook holds such a table too'),
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

it('a workbook whose other sheets have no rows of centres is a whole roster', async () => {
  const answer = (await imported([north, template, totals, words, contacts], '--delete-missing')).json()
  expect(answer).toMatchObject({ centres: { deleted: 1 } })
})
