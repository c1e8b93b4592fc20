import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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

it('a workbook whose other sheets have no rows of centres is a whole roster', async () => {
  const answer = (await imported([north, template, totals], '--delete-missing')).json()
  expect(answer).toMatchObject({ centres: { deleted: 1 } })
})
