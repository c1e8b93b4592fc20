import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inbox } from '../../mail/inbox.ts'
import { newWorld, type World } from '../../world.ts'

const email = 'amira@school.example'

describe('a password that takes the place of another', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.user(email, { centre: 'EG001', status: 'invited' })
  })
  afterEach(() => world.close())

  const choose = async (password: string) => {
    expect((await world.run(['users', 'reset-password', email, '--yes'])).exit).toBe(0)
    const link = /^https:\S+$/m.exec((await inbox(world)).at(-1)?.text ?? '')?.[0]
    const ran = await world.run(['account', 'set-up', '--json'], { stdin: `${link}\n${password}\n` })
    expect(ran.exit, ran.stderr).toBe(0)
  }
  const letters = async () =>
    (await world.run(['mail', 'list', '--letter', 'password-changed', '--json'])).json().messages

  it('is told to its owner, in a message that holds neither', async () => {
    await choose('nine camels cross the river')
    expect(await letters()).toEqual([])
    await choose('a quiet afternoon in Aswan')
    expect(await letters()).toMatchObject([{ to: email, letter: 'password-changed', state: 'written' }])
    const message = (await inbox(world)).find(({ subject }) => /password/i.test(subject ?? ''))
    expect(message?.text).not.toMatch(/camels|Aswan/)
  })
})

describe('the commands of an account’s owner', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.user(email, { centre: 'EG001', status: 'invited' })
  })
  afterEach(() => world.close())

  it.each(['request', 'activate', 'set-up', 'verify', 'sign-in'])(
    'know no rehearsal, in which a secret could be tried uncounted: account %s',
    async (verb) => {
      const ran = await world.run(['account', verb, email, '--dry-run', '--json'], { stdin: '1\n2\n' })
      expect([ran.exit, ran.error().code]).toEqual([2, 'unknown-option'])
      expect((await world.run(['audit', 'list', '--action', 'account', '--json'])).json().total).toBe(0)
    },
  )
})
