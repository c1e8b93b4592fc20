import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeWorkbook } from '../../src/workbook/write.ts'
import { newWorld, type World } from '../world.ts'
import { line, writeCsv } from './workbook.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

describe('part of a roster', () => {
  it('is known by its mark alone, without the column of the reasons', async () => {
    await world.centre('EG009')
    const sheet = {
      name: 'Centres',
      columns: ['Centre number', 'Centre name', 'Email', 'Country'].map((heading) => ({ heading })),
      rows: [['EG001', 'School EG001', '', 'Egypt']],
    }
    await writeWorkbook(world.path('whole.xlsx'), [sheet])
    await writeWorkbook(world.path('part.xlsx'), [sheet], { marks: ['ssh-admin-part-of-roster'] })
    const deleting = (file: string, ...flags: string[]) =>
      world.run(['centres', 'import', file, '--delete-missing', '--dry-run', '--yes', '--json', ...flags])
    const refused = await deleting('part.xlsx')
    expect([refused.exit, refused.error().code]).toEqual([3, 'partial-workbook'])
    expect((await deleting('whole.xlsx')).json().centres.deleted).toBe(1)
    expect((await deleting('part.xlsx', '--whole-roster')).json().centres.deleted).toBe(1)
  })
})

describe('one of several sheets with such a table', () => {
  const sheetOf = (name: string, number: string) => ({
    name,
    columns: ['Centre number', 'Centre name', 'Email', 'Country'].map((heading) => ({ heading })),
    rows: [[number, `School ${number}`, '', 'Egypt']],
  })

  it.each([[], ['--sheet', 'South']])('is part of a roster: %j', async (...named) => {
    await world.centre('EG001', { name: 'School EG001' })
    await world.centre('EG009', { name: 'School EG009' })
    const sheets = [sheetOf('North', 'EG001'), sheetOf('South', 'EG009')]
    await writeWorkbook(world.path('two.xlsx'), sheets)
    const importing = ['centres', 'import', 'two.xlsx', ...named, '--yes', '--json']
    const refused = await world.run([...importing, '--delete-missing'])
    expect([refused.exit, refused.error().code]).toEqual([3, 'partial-workbook'])
    expect(refused.error().message).toContain(named.length > 0 ? "'North'" : "'South'")
    const imported = (await world.run(importing)).json()
    expect(imported.missingCentres).toEqual([])
    expect(imported.notices.map(({ code }: { code: string }) => code)).toContain('partial-workbook')
    const whole = await world.run([...importing, '--delete-missing', '--whole-roster'])
    expect(whole.json().centres.deleted).toBe(1)
  })

  it('is whole where the other sheets hold something else', async () => {
    await world.centre('EG009')
    const notes = { name: 'Notes', columns: [{ heading: 'Notes' }], rows: [['about EG009']] }
    await writeWorkbook(world.path('notes.xlsx'), [sheetOf('Centres', 'EG001'), notes])
    const imported = await world.run([
      'centres',
      'import',
      'notes.xlsx',
      '--delete-missing',
      '--yes',
      '--json',
    ])
    expect(imported.json().centres.deleted).toBe(1)
  })
})

describe('many issues at a terminal', () => {
  it('are counted by kind, each with its first, and where the rest are', async () => {
    const lines = Array.from({ length: 60 }, (_, at) =>
      line(`EG${100 + at}`, at % 3 === 0 ? `user${at}@` : `user${at}@school.example`, {
        name: at % 3 === 1 ? '#REF!' : `School ${at}`,
      }),
    )
    const { stdout } = await world.run(['centres', 'import', writeCsv(world, lines), '--yes'], {
      terminal: true,
    })
    const shown = stripVTControlCharacters(stdout)
    expect(shown.slice(shown.indexOf('40 rows held back')).trimEnd().split('\n')).toEqual([
      '40 rows held back:',
      '    20 issues of the kind invalid-email, the first:',
      '      centres!C2  Email user0@ is not an address: name@school.example',
      '    20 issues of the kind error-cell, the first:',
      '      centres!B3  Centre name is #REF!, which is an error of a formula, not a value (Mend the',
      '                  formula, or type the value.)',
      '    All of them: --issues-out FILE, or --json',
    ])
  })
})
