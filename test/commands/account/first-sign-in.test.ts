import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pinOf } from '../../../src/rules/credentials/derive.ts'
import { queueMessage } from '../../../src/rules/mail/queue-message.ts'
import { inbox } from '../../mail/inbox.ts'
import { newWorld, type World } from '../../world.ts'

const email = 'amira@school.example'
const good = 'nine camels cross the river'

describe('the first sign-in', () => {
  let world: World
  let id: number
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'omar@school.example' })
    id = await world.user(email, { centre: 'EG001', status: 'invited' })
  })
  afterEach(() => world.close())

  const run = (argv: string, stdin = '') => world.run([...argv.split(' '), '--json'], { stdin })
  const givePin = async () => {
    const store = await world.store()
    const nonce = world.ctx().random(16)
    const at = world.now.toISOString()
    await store.db
      .updateTable('users')
      .set({ pin_state: 'issued', pin_nonce: nonce, pin_issued_at: at })
      .where('id', '=', id)
      .execute()
    return pinOf(store.keys().pin, nonce)
  }
  const newest = async () => (await inbox(world)).at(-1)?.text ?? ''
  const codeIn = (text: string) => /^ {3}(\d{6})$/m.exec(text)?.[1] ?? ''
  const linkIn = (text: string) => /^https:\S+$/m.exec(text)?.[0] ?? ''
  const sendLink = () =>
    world.commit((ctx) => async (trx) => {
      await queueMessage(trx, ctx, {
        letter: 'account-set-up',
        to: { id, email, firstName: 'Amira', lastName: 'Haddad', centre: null },
      })
    })
  const requested = async (address = email) => {
    await run(`account request ${address}`)
    await run('mail send')
    return newest()
  }
  const link = async () => linkIn(await requested())
  const linkFromStaff = async () => {
    await run(`users reset-password ${email} --yes`)
    return linkIn(await newest())
  }
  const setUp = (proof: string, password = good) => run('account set-up', `${proof}\n${password}\n`)

  it('goes by PIN, password, the code from the message, and then the password', async () => {
    const pin = await givePin()
    const activated = await run(`account activate ${email}`, `${pin.slice(0, 4)} ${pin.slice(4)}\n${good}\n`)
    expect(activated.json()).toMatchObject({ status: 'invited', pin: 'used', mail: [{ state: 'written' }] })
    const early = await run(`account sign-in ${email}`, good)
    expect([early.exit, early.error().code]).toEqual([3, 'invited'])

    const code = codeIn(await newest())
    expect((await run(`account verify ${email}`, code)).json()).toMatchObject({ status: 'active' })
    const again = await run(`account verify ${email}`, code)
    expect([again.exit, again.error().code]).toEqual([3, 'wrong-code'])
    const signedIn = await run(`account sign-in ${email}`, good)
    expect(signedIn.json()).toMatchObject({ canSignIn: true, lastSignedInAt: '2026-03-02T09:00:00.000Z' })
  })

  it('goes by link straight to an active account', async () => {
    const ran = await setUp(await link())
    expect(ran.json()).toMatchObject({ status: 'active', changed: true })
    expect((await run(`account sign-in ${email}`, good)).exit).toBe(0)
  })

  it('waits while the centre is deleted, whatever right secret is shown', async () => {
    const close = () => run('centres delete EG001 --yes')
    const reopen = () => run('centres restore EG001')
    const pin = await givePin()
    const proof = await link()
    await world.commit((ctx) => async (trx) => {
      const to = { id, email, firstName: 'Amira', lastName: 'Haddad', centre: null }
      await queueMessage(trx, ctx, { letter: 'invitation', to })
    })
    await run('mail send')
    const temporary = /\b\w{4}(?:-\w{4}){3}\b/.exec(await newest())?.[0]
    const refused = async (argv: string, stdin: string) => {
      const ran = await run(argv, stdin)
      expect([argv, ran.exit, ran.error().code]).toEqual([argv, 3, 'centre-deleted'])
    }

    await close()
    await refused(`account activate ${email}`, `${pin}\n${good}\n`)
    await refused('account set-up', `${proof}\n${good}\n`)
    await refused(`account set-up ${email}`, `${temporary}\n${good}\n`)
    await reopen()
    expect(await run(`account activate ${email}`, `${pin}\n${good}\n`)).toMatchObject({ exit: 0 })
    const code = codeIn(await newest())
    await close()
    await refused(`account verify ${email}`, code)
    await reopen()
    expect(await run(`account verify ${email}`, code)).toMatchObject({ exit: 0 })
    await close()
    await refused(`account sign-in ${email}`, good)
    await reopen()
    expect(await run(`account sign-in ${email}`, good)).toMatchObject({ exit: 0 })
  })

  it('goes by link with its address typed beside it, and not with that of another', async () => {
    const proof = await link()
    const other = await run('account set-up omar@school.example', `${proof}\n${good}\n`)
    expect([other.exit, other.error().code]).toEqual([3, 'wrong-link'])
    const own = await run(`account set-up ${email}`, `${proof}\n${good}\n`)
    expect(own.json()).toMatchObject({ status: 'active', changed: true })
  })

  it('counts no link as a wrong temporary password, and says with what one goes', async () => {
    await world.user('huda@school.example', { centre: 'EG001', hubRole: null, status: 'invited' })
    const proof = await link()
    await run('users reset-password huda@school.example --yes')
    const temporary = /^ {3}(\S{19})$/m.exec(await newest())?.[1]
    for (let tries = 0; tries < 5; tries += 1)
      expect((await run('account set-up huda@school.example', `${proof}\n${good}\n`)).exit).toBe(3)
    const alone = (await setUp(`${temporary}`)).error()
    expect(alone).toMatchObject({
      code: 'wrong-link',
      hint: 'A temporary password goes with its address: ssh-admin account set-up EMAIL',
    })
    expect((await run('account set-up huda@school.example', `${temporary}\n${good}\n`)).exit).toBe(0)
  })

  it('goes by temporary password and code for a user of other services', async () => {
    await world.user('huda@school.example', { centre: 'EG001', hubRole: null, status: 'invited' })
    const temporary = /^ {3}(\S{19})$/m.exec(await requested('huda@school.example'))?.[1]
    const ran = await run('account set-up huda@school.example', `${temporary}\n${good}\n`)
    expect(ran.json()).toMatchObject({ status: 'invited' })
    await run('account verify huda@school.example', codeIn(await newest()))
    expect((await run('account sign-in huda@school.example', good)).exit).toBe(0)
  })

  it('lasts 48 hours, to the second', async () => {
    const proof = await link()
    world.setClock('2026-03-04T09:00:00Z')
    expect((await setUp(proof)).error()).toMatchObject({ code: 'link-expired' })

    const newer = await linkFromStaff()
    world.setClock('2026-03-06T08:59:59Z')
    expect((await setUp(newer)).exit).toBe(0)
  })

  describe('opens nothing any more', () => {
    const temporaryPassword = async () => {
      if ((await world.account('huda@school.example')) === undefined)
        await world.user('huda@school.example', { centre: 'EG001', hubRole: null, status: 'invited' })
      await run('users reset-password huda@school.example --yes')
      const temporary = /^ {3}(\S{19})$/m.exec(await newest())?.[1]
      return () => run('account set-up huda@school.example', `${temporary}\n${good}\n`)
    }
    const code = async () => {
      await run(`account activate ${email}`, `${await givePin()}\n${good}\n`)
      const typed = codeIn(await newest())
      return () => run(`account verify ${email}`, typed)
    }
    const pin = async () => {
      const given = await givePin()
      return () => run(`account activate ${email}`, `${given}\n${good}\n`)
    }
    const reset = async () => {
      await run('users reset-password omar@school.example --yes')
      const proof = linkIn(await newest())
      return () => setUp(proof)
    }

    it.each([
      ['a PIN', '30 days', '2026-04-01T09:00:00Z', pin],
      ['a temporary password', '48 hours', '2026-03-04T09:00:00Z', temporaryPassword],
      ['a code', '30 minutes', '2026-03-02T09:30:00Z', code],
      ['a link to a new password', '24 hours', '2026-03-03T09:00:00Z', reset],
    ])('of %s, to the second, after %s', async (_what, _lives, end, issue) => {
      const use = await issue()
      world.setClock(end)
      expect((await use()).exit).toBe(3)
      world.setClock(new Date(Date.parse(end) + 60_000))
      const again = await issue()
      world.setClock(new Date(2 * Date.parse(end) + 60_000 - Date.parse('2026-03-02T09:00:00Z') - 1000))
      expect((await again()).exit).toBe(0)
    })
  })

  it('says of a used, an older and an altered link what is wrong with it', async () => {
    const older = await link()
    const proof = await linkFromStaff()
    expect((await setUp(older)).error()).toMatchObject({ code: 'link-void' })
    expect((await setUp(proof.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')))).error()).toMatchObject({
      code: 'wrong-link',
    })
    expect((await setUp(proof)).exit).toBe(0)
    expect((await setUp(proof)).error()).toMatchObject({
      code: 'link-used',
      hint: expect.stringContaining(email),
    })
  })

  it('voids the PIN after five wrong ones, counted although each is refused', async () => {
    const pin = await givePin()
    const wrong = pin === '00000000' ? '00000001' : '00000000'
    for (const pinState of ['issued', 'issued', 'issued', 'issued', 'void']) {
      const ran = await run(`account activate ${email}`, `${wrong}\n${good}\n`)
      expect([ran.exit, ran.error().code]).toEqual([3, 'wrong-pin'])
      expect(await world.account(email)).toMatchObject({ pin: pinState })
    }
    expect((await run(`account activate ${email}`, `${pin}\n${good}\n`)).error().code).toBe('wrong-pin')
  })

  it('voids the code after five wrong ones', async () => {
    const pin = await givePin()
    await run(`account activate ${email}`, `${pin}\n${good}\n`)
    const code = codeIn(await newest())
    const wrong = code === '000000' ? '000001' : '000000'
    for (let tries = 0; tries < 5; tries += 1) await run(`account verify ${email}`, wrong)
    expect((await run(`account verify ${email}`, code)).error().code).toBe('wrong-code')
  })

  it('says the same of an address that is known and one that is not', async () => {
    const masked = ({ exit, stdout, stderr }: { exit: number; stdout: string; stderr: string }) =>
      [exit, stdout, stderr].join().replaceAll(/\w+@school.example/g, 'X')
    for (const [verb, stdin] of [
      ['request', ''],
      ['activate', `12345678\n${good}\n`],
      ['set-up', `abcd-efgh-ijkl-mnop\n${good}\n`],
      ['verify', '123456\n'],
      ['sign-in', 'not it\n'],
    ] as const) {
      for (const json of [[], ['--json']]) {
        const known = await world.run(['account', verb, email, ...json], { stdin })
        const unknown = await world.run(['account', verb, 'nobody@school.example', ...json], { stdin })
        expect(masked(known)).toBe(masked(unknown))
      }
    }
  })

  it('names the rule in the way only after a right password', async () => {
    await setUp(await link())
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    expect((await run(`account sign-in ${email}`, 'wrong')).error().code).toBe('wrong-sign-in')
    expect((await run(`account sign-in ${email}`, good)).error()).toMatchObject({
      code: 'coordinator-suspended',
      hint: 'ssh-admin coordinator restore EG001',
    })
  })

  it('takes no password that is guessed first, and changes nothing then', async () => {
    const proof = await link()
    for (const weak of ['vLq9#tuK', 'P4$$word P4$$word', 'Amira Haddad 2026', 'centre EG001, EG001']) {
      expect([weak, (await setUp(proof, weak)).error().code]).toEqual([weak, 'weak-password'])
    }
    expect((await setUp(proof)).exit).toBe(0)
  })

  it('reads no secret from the arguments, and says where they go', async () => {
    const ran = await run(`account activate ${email}`)
    expect([ran.exit, ran.error().code]).toEqual([2, 'answer-needed'])
    expect((await world.run(['account', 'activate', email, '12345678'])).exit).toBe(2)
  })

  it('cannot begin while a link waits for somebody who was suspended meanwhile', async () => {
    await sendLink()
    await world.run(['users', 'suspend', email, '--yes'])
    const sent = await world.run(['mail', 'send', '--json'])
    expect(sent.json().messages).toEqual([])
  })
})
