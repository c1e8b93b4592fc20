import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

describe('a change where there is no store yet', () => {
  const roster = 'Centre number,Centre name,Email,Country\nEG001,Nile,amira@school.example,Egypt\n'

  const withoutStore = async (act: (world: World) => Promise<void>) => {
    const world = newWorld()
    await world.withoutStore()
    writeFileSync(world.path('list.csv'), roster)
    try {
      await act(world)
    } finally {
      await world.close()
    }
  }
  // The key is where it is by itself.
  const env = { SSH_ADMIN_KEY_FILE: undefined }

  it.each([
    ['centres create EG001 --name Nile --country EG'],
    ['centres import list.csv --yes'],
    ['seed --centres 1 --users 1 --yes'],
  ])('says which store it began, and where its key is: %s', (line) =>
    withoutStore(async (world) => {
      const mistyped = world.elsewhere('mistyped')
      const argv = [...line.split(' '), '--db', mistyped]
      const first = await world.run(argv, { env })
      const { keyFile } = (await world.run(['store', 'info', '--json', '--db', mistyped], { env })).json()
      if (testServer === undefined) expect(keyFile).toBe(`${mistyped}.key`)
      else expect(keyFile).toMatch(/[/][.]config[/]ssh-admin[/][0-9a-f]{24}[.]key$/)
      const begun = `Began a new store: ${mistyped}. Its key is ${keyFile}: keep a copy elsewhere.`
      expect([first.exit, first.stderr]).toEqual([0, expect.stringContaining(begun)])
      const json = await world.run([...argv.with(-1, world.elsewhere('third')), '--json'], { env })
      expect([json.exit, json.stderr]).toEqual([0, ''])
      const other = argv.with(-1, world.elsewhere('other'))
      expect((await world.run(other, { env })).stderr).toContain(
        `Began a new store: ${world.elsewhere('other')}.`,
      )
      expect((await world.run([...argv, '--dry-run'], { env })).stderr).not.toContain('Began')
    }),
  )

  it('says nothing of it in a rehearsal, nor where store init answers so', () =>
    withoutStore(async (world) => {
      const create = 'centres create EG001 --name Nile --country EG --dry-run'
      const rehearsed = await world.run(create.split(' '))
      expect([rehearsed.exit, rehearsed.stderr]).toEqual([0, expect.not.stringContaining('Began')])
      expect((await world.run(['store', 'init'])).stderr).not.toContain('Began')
    }))

  it('is asked about by the name of the store', () =>
    withoutStore(async (world) => {
      const mistyped = world.elsewhere('mistyped')
      const { exit, stderr } = await world.run(['centres', 'import', 'list.csv', '--db', mistyped])
      const begins = `There is no store at ${mistyped} yet; this begins one.\n`
      expect([exit, stderr]).toEqual([2, expect.stringContaining(begins)])
    }))
})
