import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

const screens = [
  'status',
  'users list',
  'users show',
  'centres list',
  'centres show',
  'associates list',
  'roles list',
  'roles list --matrix',
  'releases list',
  'releases authorisations',
  'key-times list',
  'entries list',
  'resources list',
  'errors list',
  'mail list',
  'templates list',
  'audit list',
  'whoami',
  'find amira',
]

describe('each screen', () => {
  let world: World
  let email = ''
  beforeAll(async () => {
    world = newWorld()
    await world.run(['seed', '--centres', '9', '--users', '60', '--services', '--releases', '--yes'])
    email = (await world.run(['users', 'list', '--format', 'ids', '--limit', '1'])).stdout.trim()
  })
  afterAll(() => world.close())

  it.each(screens.flatMap((screen) => [80, 120].map((columns) => [screen, columns] as const)))(
    '%s has no line wider than a terminal of %i columns',
    async (screen, columns) => {
      const target =
        screen === 'users show' ? [email] : screen === 'centres show' ? [email.split(/[@.]/)[1] ?? ''] : []
      // With CI nothing is drawn while one waits.
      const argv = [...screen.split(' '), ...target]
      const { text } = await inProcess(world, argv, { columns, env: { CI: '1' } }).leaves()
      expect(text.length).toBeGreaterThan(5)
      expect(text.split('\n').filter((line) => stringWidth(line) > columns)).toEqual([])
    },
  )
})
