import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCredentials } from '../../holding.ts'
import { inbox } from '../../mail/inbox.ts'
import { newWorld, type World } from '../../world.ts'

const email = 'amira@school.example'

describe('asking for a message', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.user(email, { centre: 'EG001' })
  })
  afterEach(() => world.close())

  const run = (...argv: string[]) => world.run([...argv, '--json'])
  const request = () => run('account', 'request', email)
  const later = (minutes: number) => world.setClock(new Date(world.now.getTime() + minutes * 60_000))
  const waiting = async (): Promise<number> => (await run('mail', 'list', '--state', 'queued')).json().total
  const all = async (): Promise<number> => (await run('mail', 'list')).json().total
  const open = async () => {
    const { db } = await world.store()
    return db.selectFrom('credentials').select(['id', 'state']).execute()
  }

  it('lets it wait for mail send', async () => {
    expect((await request()).exit).toBe(0)
    expect(await waiting()).toBe(1)
    await run('mail', 'send', '--due')
    expect((await inbox(world)).map(({ subject }) => subject)).toEqual([
      'Choose a new password for the School Support Hub',
    ])
  })

  it('sends one in five minutes', async () => {
    await request()
    later(4.99)
    await request()
    expect(await all()).toBe(1)
    later(0.01)
    await request()
    expect(await all()).toBe(2)
  })

  it('is told in the log with whether there was a message', async () => {
    await request()
    await request()
    const told = (await world.run(['audit', 'list', '--kind', 'event', '--fields', 'what'])).stdout
    expect(told).toContain('asked for a message, and got none\n')
    expect(told).toContain('asked for a message\n')
  })

  it('sends five a day', async () => {
    for (let n = 0; n < 8; n += 1) {
      await request()
      later(60)
    }
    expect(await all()).toBe(5)
    later(17 * 60)
    await request()
    expect(await all()).toBe(6)
  })

  it('remembers nobody’s requests for longer than a day', async () => {
    await request()
    later(60)
    await request()
    later(23 * 60)
    await request()
    expect(await world.rows('select count(*) as n from account_requests')).toEqual([{ n: 2 }])
  })

  it('voids nothing when it sends nothing', async () => {
    await request()
    const before = await open()
    later(1)
    await request()
    expect(await open()).toEqual(before)
    expect(await openCredentials(world, email)).toEqual(['reset'])
  })

  it('goes no faster where the clock goes back', async () => {
    for (let n = 0; n < 10; n += 1) {
      await request()
      later(n % 2 ? 3 : -3)
    }
    expect(await all()).toBe(1)
  })

  it('does not limit what an administrator sends', async () => {
    for (let n = 0; n < 7; n += 1) {
      expect((await run('users', 'reset-password', email, '--yes')).exit).toBe(0)
    }
    expect(await all()).toBe(7)
    await request()
    expect(await all()).toBe(8)
  })

  it('counts only what was sent: somebody restored gets theirs at once', async () => {
    await run('users', 'suspend', email, '--yes')
    await request()
    await run('users', 'restore', email, '--yes')
    await request()
    expect(await waiting()).toBe(1)
  })

  it('answers one document, whoever it is for and whatever became of it', async () => {
    await run('users', 'suspend', email, '--yes')
    const answers = new Set<string>()
    const ask = async (address: string, ...more: string[]) => {
      const { exit, stdout, stderr } = await run('account', 'request', address, ...more)
      answers.add([exit, stdout, stderr].join('|').replaceAll(address, 'ADDRESS'))
    }
    for (const address of [email, 'huda@school.example', 'huda@school.example', 'nobody@school.example']) {
      await ask(address)
      // Mail that is set up wrongly shows nothing either: none is sent now.
      await ask(address, '--smtp', 'smtp://user:word@mail.example')
    }
    expect([...answers]).toHaveLength(1)
  })
})
