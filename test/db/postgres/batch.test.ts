import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSharedPlace } from '../../../src/shared-place.ts'
import { newWorld, type World } from '../../world.ts'
import { cuttingProxy } from './cutting-proxy.ts'

describe('a batch on a shared store', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.user('amira@school.example', { centre: 'EG001' })
  })
  afterEach(() => world.close())

  const lines = [
    "users add 'Layla Saleh <layla@school.example>' --centre EG001",
    'users suspend layla@school.example amira@school.example',
    'users list --search layla',
  ]
  const batch = (stdin: readonly string[], ...options: string[]) =>
    world.run(['batch', '--yes', '--json', ...options], { stdin: stdin.join('\n') })
  const suspended = async () => (await world.rows("select id from users where status = 'suspended'")).length

  it.each([
    [[], 2],
    [['--atomic'], 2],
    [['--dry-run'], 0],
  ])('is done line by line, as one change, or rehearsed: %s', async (options, count) => {
    const ran = await batch(lines, ...options)
    expect([ran.exit, ran.stdout.trimEnd().split('\n')[2]]).toEqual([0, expect.stringContaining('"total":1')])
    expect(await suspended()).toBe(count)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it('takes all lines back with --atomic, and goes on after each refusal with --keep-going', async () => {
    const refused = [
      'users suspend amira@school.example',
      'users suspend huda@school.example amira@school.example',
    ]
    expect((await batch(refused, '--atomic')).exit).toBe(3)
    expect(await suspended()).toBe(0)
    const rehearsed = await batch([...refused].reverse(), '--dry-run', '--keep-going')
    expect(rehearsed.stdout).toMatch(/"line":2,.*"outcome":"suspended"/)
    expect(await suspended()).toBe(0)
  })

  it('answers once for each line where the connection broke as it was saved', async () => {
    const [server] = readSharedPlace(world.db).hosts
    if (!server) throw new Error('the server has a host')
    const proxy = await cuttingProxy(server)
    try {
      const place = world.db.replace(/@[^/]+/, `@127.0.0.1:${proxy.port}`)
      proxy.cutNextCommit('before')
      const at = ['--db', place, '--key-file', world.path('hub.db.key')]
      const ran = await batch(['users reset-password amira@school.example'], '--atomic', ...at)
      const documents = ran.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(documents).toMatchObject([
        { line: 1, exit: 0 },
        { done: 1, refused: 0, left: 0 },
      ])
    } finally {
      await proxy.close()
    }
  })
})
