import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

describe('seeding a store', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  const seed = (...more: string[]) =>
    world.run(['seed', '--centres', '3', '--users', '30', '--yes', ...more, '--json'])
  const people = async (db?: string) => {
    const ran = await world.run(['users', 'list', '--json', ...(db ? ['--db', db] : [])])
    return ran
      .json()
      .users.map(({ email, firstName, lastName, status, hubRole, centre }: Record<string, unknown>) => {
        return { email, firstName, lastName, status, hubRole, centre }
      })
  }

  it('begins one and fills it', async () => {
    expect((await seed()).json()).toMatchObject({ centres: 3, users: 30, changed: true })
    const made = await people()
    expect(made).toHaveLength(30)
    expect(made.every(({ email }: { email: string }) => email.endsWith('.example'))).toBe(true)
    expect(made.filter(({ hubRole }: { hubRole: string }) => hubRole === 'coordinator')).toHaveLength(3)
  })

  it('invents the same people from the same number, and others from another', async () => {
    await seed()
    for (const number of ['1', '2']) await seed('--seed', number, '--db', world.path(`${number}.db`))
    expect(await people(world.path('1.db'))).toEqual(await people())
    expect(await people(world.path('2.db'))).not.toEqual(await people())
  })

  it('is refused where somebody is, whatever was said', async () => {
    await world.centre('EG001')
    const ran = await seed()
    expect(ran.exit).toBe(3)
    expect(ran.error()).toMatchObject({ code: 'store-not-empty' })
  })

  it('leaves nothing when rehearsed', async () => {
    expect((await seed('--dry-run')).json()).toMatchObject({ users: 30, dryRun: true })
    expect(await world.run(['store', 'info'])).toMatchObject({ exit: 7 })
  })

  it('asks first, naming the store, and leaves none where nobody can be asked', async () => {
    const ran = await world.run(['seed', '--centres', '3', '--users', '30', '--json'])
    expect({ exit: ran.exit, code: ran.error().code }).toEqual({ exit: 2, code: 'answer-needed' })
    expect(ran.error().message).toContain(`Fill the store ${world.db}`)
    expect(await world.run(['store', 'info'])).toMatchObject({ exit: 7 })
  })

  it('says how many there may be', async () => {
    const said = async (flag: string, number: string) => (await seed(flag, number)).error().message
    expect(await said('--centres', '0')).toBe('--centres 0: at least 1')
    expect(await said('--users', '2000000')).toBe('--users 2000000: at most 1000000')
    expect(await said('--seed', '1.5')).toBe('--seed 1.5: a whole number')
  })

  it('makes up what is released too, of which nothing is wrong', async () => {
    expect((await seed('--releases')).json()).toMatchObject({ releases: { resources: 2, releases: 2 } })
    const listed = (await world.run(['releases', 'list', '--json'])).json().releases
    expect(listed).toMatchObject([
      { state: 'released', centres: 3, withoutKeyTime: 0 },
      { state: 'released', withoutKeyTime: 0 },
    ])
    expect(await world.run(['errors', 'list'])).toMatchObject({ exit: 0 })
    const download = ['resources', 'download', '1', '--out', world.path('there.txt')]
    expect(await world.run(download)).toMatchObject({ exit: 0 })
  })
})
