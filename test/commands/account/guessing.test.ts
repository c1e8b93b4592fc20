import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashNewPassword } from '../../../src/rules/account/password.ts'
import { inbox } from '../../mail/inbox.ts'
import { newWorld, type World } from '../../world.ts'

const email = 'amira@school.example'
const good = 'nine camels cross the river'
const right = 'a quiet afternoon in Aswan'

describe('guessing', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
  })
  afterEach(() => world.close())

  const run = (argv: string, stdin = '') => world.run([...argv.split(' '), '--json'], { stdin })
  const codeOf = ({ exit, stdout, error }: Awaited<ReturnType<typeof run>>) =>
    exit === 0 ? 'done' : error().code || stdout
  const later = (minutes: number) => world.setClock(new Date(world.now.getTime() + minutes * 60_000))
  const events = async (action: string) => (await run(`audit list --action ${action}`)).json().total
  const judged = async (action: string) => {
    const { events } = (await run(`audit list --action ${action}`)).json()
    return events.filter(({ details }: { details: { judged?: boolean } }) => details.judged).length
  }
  const letterText = async () => (await inbox(world)).at(-1)?.text ?? ''
  const active = async () => {
    const id = await world.user(email, { centre: 'EG001' })
    const { db } = await world.store()
    const { hash } = await hashNewPassword(right)
    await db.updateTable('users').set({ password_hash: hash }).where('id', '=', id).execute()
  }
  const signIn = async (password: string, address = email) =>
    codeOf(await run(`account sign-in ${address}`, password))

  describe.each([
    {
      what: 'a PIN',
      action: 'account.wrong-pin',
      begin: async () => {
        await world.user(email, { centre: 'EG001', status: 'invited' })
        return (await run(`users pin ${email}`)).json().pin
      },
      guess: (secret: string, address = email) => run(`account activate ${address}`, `${secret}\n${good}\n`),
      wrong: (n: number) => String(n).padStart(8, '0'),
    },
    {
      what: 'a temporary password',
      action: 'account.wrong-temporary-password',
      begin: async () => {
        await world.user(email, { centre: 'EG001', hubRole: null, status: 'invited' })
        await run(`users reset-password ${email} --yes`)
        return /^ {3}(\S{19})$/m.exec(await letterText())?.[1]
      },
      guess: (secret: string, address = email) => run(`account set-up ${address}`, `${secret}\n${good}\n`),
      wrong: (n: number) => `abcd-efgh-jkmn-${String(n).padStart(4, '2')}`,
    },
    {
      what: 'a verification code',
      action: 'account.wrong-code',
      begin: async () => {
        await world.user(email, { centre: 'EG001', status: 'invited' })
        const { pin } = (await run(`users pin ${email}`)).json()
        await run(`account activate ${email}`, `${pin}\n${good}\n`)
        return /^ {3}(\d{6})$/m.exec(await letterText())?.[1]
      },
      guess: (secret: string, address = email) => run(`account verify ${address}`, secret),
      wrong: (n: number) => String(n).padStart(6, '0'),
    },
  ])('$what', ({ action, begin, guess, wrong }) => {
    it('is judged five times, and then not even the right one is', async () => {
      const secret = String(await begin())
      const tries = Array.from({ length: 40 }, (_, n) => wrong(n)).filter((one) => one !== secret)
      for (const one of tries.slice(0, 12)) expect((await guess(one)).exit).toBe(3)
      expect(await judged(action)).toBe(5)
      expect((await guess(secret)).exit).toBe(3)
    })

    it('is recorded also where nobody has the address, and where nothing is open, so that it takes as long', async () => {
      await world.user('omar@school.example', { centre: 'EG001' })
      for (const address of ['nobody@school.example', 'omar@school.example']) {
        const before = await events(action)
        expect((await guess(wrong(1), address)).exit).toBe(3)
        expect(await events(action)).toBe(before + 1)
      }
      expect(await judged(action)).toBe(0)
    })

    it('is judged no more often where the clock goes back between the tries', async () => {
      const secret = String(await begin())
      for (let n = 0; n < 12; n += 1) {
        later(n % 2 ? 10 : -20)
        await guess(wrong(n))
      }
      expect(await judged(action)).toBeLessThanOrEqual(5)
      expect((await guess(secret)).exit).toBe(3)
    })
  })

  describe('a password', () => {
    it('is slow from the tenth wrong one on: a minute, then two, doubling to an hour', async () => {
      await active()
      for (let n = 0; n < 10; n += 1) expect(await signIn(`wrong ${n}`)).toBe('wrong-sign-in')
      for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
        later(minutes - 0.5)
        expect(await signIn(right)).toBe('too-many-tries')
        later(0.5)
        expect(await signIn('wrong')).toBe('wrong-sign-in')
      }
      later(60)
      expect(await signIn(right)).toBe('done')
      expect(await signIn('wrong')).toBe('wrong-sign-in')
    })

    it('says when the next is tried, to the second', async () => {
      await active()
      for (let n = 0; n < 10; n += 1) await signIn(`wrong ${n}`)
      const { message, details } = (await run(`account sign-in ${email}`, right)).error()
      const at = String(details.nextTryAt)
      const next = `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`
      expect(message).toContain(`the next one is tried from ${next} on.`)
    })

    it('counts nothing that it does not judge', async () => {
      await active()
      for (let n = 0; n < 60; n += 1) await signIn(`wrong ${n}`)
      expect(await events('account.wrong-password')).toBe(10)
      later(1)
      expect(await signIn(right)).toBe('done')
    })

    it('is no faster where the clock goes back', async () => {
      await active()
      for (let n = 0; n < 30; n += 1) {
        later(n % 2 ? 20 : -20)
        await signIn(`wrong ${n}`)
      }
      expect(await events('account.wrong-password')).toBeLessThanOrEqual(10)
    })

    it('is tried a hundred times in a row at most, and only a new one opens the account again', async () => {
      await active()
      for (let n = 0; n < 104; n += 1) {
        await signIn(`wrong ${n}`)
        later(60)
      }
      expect(await events('account.wrong-password')).toBe(100)
      later(60 * 24 * 365)
      const refused = await run(`account sign-in ${email}`, right)
      expect(refused.error()).toMatchObject({ code: 'too-many-tries', details: { nextTryAt: null } })

      await run(`account request ${email}`)
      await run('mail send')
      const link = /^https:\S+$/m.exec(await letterText())?.[0]
      expect(codeOf(await run('account set-up', `${link}\n${good}\n`))).toBe('done')
      expect(await signIn(good)).toBe('done')
    })

    it('tells its owner once, by mail send, and answers strangers in the same words', async () => {
      await active()
      const said = async (address: string) => {
        const answers: string[] = []
        for (let n = 0; n < 12; n += 1) {
          const { exit, stdout, stderr } = await run(`account sign-in ${address}`, `wrong ${n}`)
          answers.push([exit, stdout, stderr.replaceAll(address, 'ADDRESS')].join())
        }
        return answers
      }
      expect(await said('nobody@school.example')).toEqual(await said(email))
      const { messages } = (await run('mail list')).json()
      expect(messages).toMatchObject([{ to: email, letter: 'sign-in-slowed', state: 'queued' }])
      await run('mail send')
      expect(await letterText()).toContain('ten wrong passwords')
      later(61)
      await signIn('wrong')
      expect((await run('mail list')).json().messages).toHaveLength(1)
    })

    it('begins anew after a right one, also where a rule stands in the way', async () => {
      await active()
      await world.user('huda@school.example', { centre: 'EG001', hubRole: 'coordinator' })
      await run('coordinator suspend EG001 --yes')
      for (let n = 0; n < 9; n += 1) await signIn(`wrong ${n}`)
      expect(await signIn(right)).toBe('coordinator-suspended')
      for (let n = 0; n < 9; n += 1) expect(await signIn(`wrong ${n}`)).toBe('wrong-sign-in')
      expect(await signIn(right)).toBe('coordinator-suspended')
    })

    it('keeps no address that was typed and is nobody’s', async () => {
      await world.store()
      await signIn('wrong', 'nobody@elsewhere.example')
      const tables = ['wrong_sign_ins', 'audit', 'audit_personal']
      const kept = JSON.stringify(
        await Promise.all(tables.map((table) => world.rows(`select * from ${table}`))),
      )
      expect(kept).not.toContain('nobody')
    })

    it('keeps nothing that an address can be tried against without the key', async () => {
      const other = newWorld()
      try {
        const digests: unknown[] = []
        for (const one of [world, other]) {
          await one.store()
          await one.run(['account', 'sign-in', 'nobody@elsewhere.example'], { stdin: 'wrong' })
          digests.push(...(await one.rows('select address from wrong_sign_ins')))
        }
        expect(new Set(digests.map((row) => JSON.stringify(row))).size).toBe(2)
      } finally {
        await other.close()
      }
    })

    it('counts anew under a new key, by which no address would be found again', async () => {
      await world.store()
      await signIn('wrong', 'nobody@elsewhere.example')
      expect((await run('store rekey --yes')).exit).toBe(0)
      expect(await world.rows('select * from wrong_sign_ins')).toEqual([])
    })
  })
})
