import { describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'
import { writeFileSync } from 'node:fs'

describe('a change where there is no store yet', () => {
  const roster = 'Centre number,Centre name,Email,Country\nEG001,Nile,amira@school.example,Egypt\n'

  const withEmptyFolder = async (act: (world: World) => Promise<void>) => {
    const world = newWorld()
    writeFileSync(world.path('list.csv'), roster)
    await act(world)
    await world.close()
  }

  it.each([
    ['centres create EG001 --name Nile --country EG'],
    ['centres import list.csv --yes'],
    ['seed --centres 1 --users 1 --yes'],
  ])('says which store it began, and where its key is: %s', (line) =>
    withEmptyFolder(async (world) => {
      const argv = [...line.split(' '), '--db', world.path('mistyped.db')]
      const begun = `Began a new store: ${world.path('mistyped.db')}. Its key is ${world.path('mistyped.db.key')}: keep a copy elsewhere.`
      const first = await world.run(argv)
      expect([first.exit, first.stderr]).toEqual([0, expect.stringContaining(begun)])
      const json = await world.run([...argv.with(-1, world.path('third.db')), '--json'])
      expect([json.exit, json.stderr]).toEqual([0, ''])
      const other = argv.with(-1, world.path('other.db'))
      expect((await world.run(other)).stderr).toContain(`Began a new store: ${world.path('other.db')}.`)
      expect((await world.run([...argv, '--dry-run'])).stderr).not.toContain('Began')
    }),
  )

  it('says nothing of it in a rehearsal, nor where store init answers so', () =>
    withEmptyFolder(async (world) => {
      const rehearsed = await world.run([
        'centres',
        'create',
        'EG001',
        '--name',
        'Nile',
        '--country',
        'EG',
        '--dry-run',
      ])
      expect([rehearsed.exit, rehearsed.stderr]).toEqual([0, expect.not.stringContaining('Began')])
      expect((await world.run(['store', 'init'])).stderr).not.toContain('Began')
    }))

  it('is asked about by the name of the store', () =>
    withEmptyFolder(async (world) => {
      const argv = ['centres', 'import', 'list.csv', '--db', world.path('mistyped.db')]
      const { exit, stderr } = await world.run(argv)
      const begins = `There is no store at ${world.path('mistyped.db')} yet; this begins one.\n`
      expect([exit, stderr]).toEqual([2, expect.stringContaining(begins)])
    }))
})
