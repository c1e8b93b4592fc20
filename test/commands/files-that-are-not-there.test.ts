import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy' })
  for (const name of [
    'roster.xlsx',
    'autumn.plan',
    'listening.wav',
    'words.txt',
    'hub-backup.db',
    '~$roster.xlsx',
  ])
    writeFileSync(world.path(name), 'x')
  mkdirSync(world.path('rostre.xlsx.d'))
  copyFileSync(world.path('words.txt'), world.path('Two words.txt'))
})
afterEach(() => world.close())

describe('a file that is not there', () => {
  it.each([
    ['centres import roster.xslx', 'roster.xlsx'],
    ['centres import Roster.XLSX', 'roster.xlsx'],
    ['centres import roster', 'roster.xlsx'],
    ['centres lint rostr.xlsx', 'roster.xlsx'],
    ['users add --from roster.xls', 'roster.xlsx'],
    ['centres apply autum.plan', 'autumn.plan'],
    ['resources upload listning.wav --title L --kind other --series 2026-06', 'listening.wav'],
    ['store restore hub-backup.bd --yes', 'hub-backup.db'],
    ['templates edit account-set-up --from wrods.txt --yes', 'words.txt'],
  ])('is answered with the one beside it that is spelt like it: %s', async (line, name) => {
    const { exit, stderr } = await world.run(line.split(' '))
    expect([exit, stderr]).toEqual([
      6,
      expect.stringContaining(`Did you mean this?\n  ${world.path(name)}\n`),
    ])
    expect(stderr).not.toMatch(/~\$|\.d\b/)
  })

  it('is answered with none where nothing is like it, in a folder or in none', async () => {
    for (const file of ['summer-2026.xlsx', 'no/such/folder.xlsx']) {
      const { stderr } = await world.run(['centres', 'import', file])
      expect(stderr).toContain('Check the name and the folder.')
    }
  })
})
