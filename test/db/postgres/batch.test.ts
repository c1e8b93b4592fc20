import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseServerAddress } from '../../../src/server-address.ts'
import { newWorld, type World } from '../../world.ts'
import { type CuttingProxy, cuttingProxy } from './cutting-proxy.ts'

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

  describe('whose connection breaks', () => {
    let proxy: CuttingProxy
    let at: string[]
    beforeEach(async () => {
      const [server] = parseServerAddress(world.db).hosts
      if (!server) throw new Error('the server has a host')
      proxy = await cuttingProxy(server)
      const place = world.db.replace(/@[^/]+/, `@127.0.0.1:${proxy.port}`)
      at = ['--db', place, '--key-file', world.path('hub.db.key'), '--atomic']
    })
    afterEach(() => proxy.close())

    const documentsOf = (stdout: string) =>
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))

    it('as it is saved, answers once for each line', async () => {
      proxy.cutNextCommit('before')
      const ran = await batch(['users reset-password amira@school.example'], ...at)
      expect(documentsOf(ran.stdout)).toMatchObject([
        { line: 1, exit: 0 },
        { done: 1, refused: 0, left: 0 },
      ])
    })

    it('within a line, is done once and answers once for each line', async () => {
      const verbs = ['suspend', 'restore']
      for (const question of [2, 3, 4, 5, 6, 7]) {
        proxy.cutAfter(question, question % 2 === 0 ? 'before' : 'after')
        const people = ['huda', 'amira'].map((name) => `${name}@school.example`)
        const ran = await batch(
          [
            `users edit ${people[0]} --last-name Saleh${'x'.repeat(question)}`,
            `users ${verbs[question % 2]} ${people[1]}`,
          ],
          ...at,
        )
        expect([ran.exit, proxy.wasCut()]).toEqual([0, true])
        expect(documentsOf(ran.stdout)).toMatchObject([
          { line: 1, exit: 0, answer: { users: [{ changed: true }] } },
          { line: 2, exit: 0, answer: { users: [{ changed: true }] } },
          { done: 2, refused: 0, left: 0 },
        ])
      }
    })

    it('within a line, and is not made again, is not done and says at which', async () => {
      proxy.cutAfter(4, 'before', 'let nobody through')
      const ran = await batch(lines, '--wait', '1', ...at)
      expect([ran.exit, ran.error()]).toEqual([
        7,
        expect.objectContaining({ code: 'store-unavailable', details: expect.objectContaining({ line: 1 }) }),
      ])
      expect(await suspended()).toBe(0)
    })
  })
})
