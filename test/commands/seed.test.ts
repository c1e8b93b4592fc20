import { execFileSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testServer } from '../shared-store.ts'
import { newWorld, type World } from '../world.ts'

describe('seeding a store', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  const defaultsBeside = (more: readonly string[]) =>
    [
      ['--centres', '3'],
      ['--users', '30'],
    ].flatMap(([name = '', value = '']) => (more.includes(name) ? [] : [name, value]))
  const seed = (...more: string[]) => world.run(['seed', ...defaultsBeside(more), '--yes', ...more, '--json'])
  const people = async (db?: string) => {
    const ran = await world.run(['users', 'list', '--json', ...(db ? ['--db', db] : [])])
    return ran
      .json()
      .users.map(({ email, firstName, lastName, status, hubRole, centre }: Record<string, unknown>) => {
        return { email, firstName, lastName, status, hubRole, centre }
      })
  }

  /** No store, or on a server, where there is one, nobody in it. */
  const expectNothingMade = async () => {
    if (testServer === undefined) expect(await world.run(['store', 'info'])).toMatchObject({ exit: 7 })
    else expect(await people()).toEqual([])
  }

  it('fills one that it begins, or an empty one', async () => {
    expect((await seed()).json()).toMatchObject({ centres: 3, users: 30, changed: true })
    expect(await world.rows('select action from audit order by id')).toEqual([
      // On a server it is there.
      ...(testServer === undefined ? [{ action: 'store.begun' }] : []),
      { action: 'store.seeded' },
    ])
    const made = await people()
    expect(made).toHaveLength(30)
    expect(made.every(({ email }: { email: string }) => email.endsWith('.example'))).toBe(true)
    expect(made.filter(({ hubRole }: { hubRole: string }) => hubRole === 'coordinator')).toHaveLength(3)
  })

  it('invents the same people from the same number, and others from another', async () => {
    await seed()
    for (const number of ['1', '2']) {
      const other = world.path(`${number}.db`)
      expect((await seed('--seed', number, '--db', other, '--key-file', `${other}.key`)).exit).toBe(0)
    }
    expect(await people(world.path('1.db'))).toEqual(await people())
    expect(await people(world.path('2.db'))).not.toEqual(await people())
  })

  it('makes up Associates, service roles and Progression Test data', async () => {
    const argv = ['seed', '--centres', '9', '--users', '90', '--services', '--yes', '--json']
    const { services } = (await world.run(argv)).json()
    expect(services).toEqual({ associates: 1, associateCentres: 2, roles: 36, learnerGroups: 9 })
    const elsewhere = ['--db', world.path('few.db'), '--key-file', world.path('few.key')]
    const small = ['seed', '--centres', '9', '--users', '20', '--services', '--yes', '--json', ...elsewhere]
    // Where there are few people, the last of a centre have them.
    expect((await world.run(small)).json().services).toMatchObject({ learnerGroups: 2 })
    const { associates } = (await world.run(['associates', 'list', '--json'])).json()
    expect(associates).toHaveLength(1)
    const [{ number }] = associates
    const { centres } = (await world.run(['associates', 'show', number, '--json'])).json()
    expect(centres).toHaveLength(2)
    const { coordinator } = (await world.run(['coordinator', 'show', number, '--json'])).json()
    const acting = await world.run(['whoami', '--as', coordinator.email, '--json'])
    expect(JSON.stringify(acting.json())).toContain(centres[0].number)
    const { users } = (await world.run(['users', 'list', '--role', 'exams-officer', '--json'])).json()
    expect(users).toHaveLength(9)
    expect((await world.run(['store', 'check'])).exit).toBe(0)
  })

  it('gives a password that is known, where one is named, to those who have set one up', async () => {
    writeFileSync(world.path('password.txt'), 'nine green herons wait\n')
    await seed('--password-file', 'password.txt')
    const [active] = (await people()).filter(({ status }: { status: string }) => status === 'active')
    const right = await world.run(['account', 'sign-in', active.email], { stdin: 'nine green herons wait\n' })
    expect(right.exit).toBe(0)
    const [invited] = (await people()).filter(({ status }: { status: string }) => status === 'invited')
    const wrong = await world.run(['account', 'sign-in', invited.email], {
      stdin: 'nine green herons wait\n',
    })
    expect(wrong.exit).not.toBe(0)
  })

  it('takes the password from a pipe, as a shell gives one in place of a file', async () => {
    const pipe = world.path('pipe')
    execFileSync('mkfifo', ['-m', '600', pipe])
    const writer = openSync(pipe, 'r+')
    writeSync(writer, 'nine green herons wait\n')
    expect((await seed('--password-file', 'pipe')).exit).toBe(0)
    closeSync(writer)
    const [active] = (await people()).filter(({ status }: { status: string }) => status === 'active')
    const right = await world.run(['account', 'sign-in', active.email], { stdin: 'nine green herons wait\n' })
    expect(right.exit).toBe(0)
  })

  it('takes no password that nobody may choose, and no file that is not there', async () => {
    writeFileSync(world.path('password.txt'), 'short\n')
    expect((await seed('--password-file', 'password.txt')).error()).toMatchObject({ code: 'weak-password' })
    const ran = await seed('--password-file', 'none.txt')
    expect({ exit: ran.exit, code: ran.error().code }).toEqual({ exit: 6, code: 'file-not-found' })
  })

  it('is content, when asked to be, with a store that was filled with the same numbers', async () => {
    await seed()
    expect((await seed('--if-missing')).json()).toMatchObject({ centres: 3, users: 30, changed: false })
    for (const other of [['--seed', '2'], ['--centres', '4'], ['--services']]) {
      const ran = await seed('--if-missing', ...other)
      expect({ exit: ran.exit, code: ran.error().code }).toEqual({ exit: 3, code: 'store-not-empty' })
    }
    expect((await seed()).error()).toMatchObject({ code: 'store-not-empty' })
    expect(await people()).toHaveLength(30)
  })

  it('asks of a store that was filled before for the password that it was filled with', async () => {
    writeFileSync(world.path('first.txt'), 'nine green herons wait\n')
    writeFileSync(world.path('other.txt'), 'two grey otters swim\n')
    await seed('--password-file', 'first.txt')
    const again = async (...more: string[]) => (await seed('--if-missing', ...more)).exit
    expect(await again('--password-file', 'first.txt')).toBe(0)
    expect([await again('--password-file', 'other.txt'), await again()]).toEqual([3, 3])
  })

  it('is refused where somebody is, whatever was said', async () => {
    await world.centre('EG001')
    const ran = await seed()
    expect(ran.exit).toBe(3)
    expect(ran.error()).toMatchObject({ code: 'store-not-empty' })
  })

  it('leaves nothing when rehearsed', async () => {
    expect((await seed('--dry-run')).json()).toMatchObject({ users: 30, dryRun: true })
    await expectNothingMade()
  })

  it('asks of one centre and one user as of one', async () => {
    const ran = await world.run(['seed', '--centres', '1', '--users', '1', '--json'])
    expect(ran.error().message).toContain('with 1 invented centre and 1 invented user?')
  })

  it('asks first, naming the store, and leaves none where nobody can be asked', async () => {
    const ran = await world.run(['seed', '--centres', '3', '--users', '30', '--json'])
    expect({ exit: ran.exit, code: ran.error().code }).toEqual({ exit: 2, code: 'answer-needed' })
    expect(ran.error().message).toContain(`Fill the store ${world.db}`)
    await expectNothingMade()
  })

  it('says how many there may be', async () => {
    const said = async (flag: string, number: string) => (await seed(flag, number)).error().message
    expect(await said('--centres', '0')).toBe('--centres 0: it takes at least 1.')
    expect(await said('--users', '2000000')).toBe('--users 2000000: it takes at most 1000000.')
    expect(await said('--seed', '1.5')).toBe('--seed 1.5: it takes a whole number.')
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
