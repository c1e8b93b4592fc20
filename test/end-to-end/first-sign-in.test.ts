import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import PostalMime, { type Email } from 'postal-mime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, type Ended, newDesk, root } from './program.ts'

const good = 'nine camels cross the river'

describe('from a workbook to signing in', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
  })
  afterEach(() => desk.clear())

  const run = async (line: string, input = ''): Promise<Ended> => {
    const argv = line.split(' ')
    return desk.program(argv, { input, stdin: 'pipe' })
  }
  const done = async (line: string, input = '') => {
    const ended = await run(line, input)
    expect([line, ended.exitCode, ended.stderr.replace(/^No mail server.*\n/gm, '')]).toEqual([line, 0, ''])
    return ended.stdout
  }
  const mailTo = async (email: string): Promise<Email | undefined> => {
    const folder = desk.path('hub.db.mail')
    const all = await Promise.all(
      readdirSync(folder)
        .sort()
        .map((name) => PostalMime.parse(readFileSync(join(folder, name)))),
    )
    return all.filter(({ to }) => to?.length === 1 && to[0]?.address === email).at(-1)
  }
  const textTo = async (email: string) => (await mailTo(email))?.text ?? ''
  const codeTo = async (email: string) => /^ {3}(\d{6})$/m.exec(await textTo(email))?.[1] ?? 'no code'
  const refused = async (line: string, input: string) => {
    const { exitCode, stderr } = await run(`${line} --json`, input)
    return [exitCode, JSON.parse(stderr).error.code]
  }
  const imported = async () => {
    const file = join(root, 'fixtures', 'centres.xlsx')
    await done(`centres import ${file} --yes --send-mail --pins-out pins.json --quiet`)
    const pins: { Email: string; PIN: string; 'Centre number': string }[] = JSON.parse(
      readFileSync(desk.path('pins.json'), 'utf8'),
    )
    const [one, ...others] = pins
    const other = others.find((pin) => pin['Centre number'] === one?.['Centre number'])
    if (!one || !other) throw new Error('the workbook has a centre with two users')
    return { one, other, centre: one['Centre number'] }
  }

  it('goes by the PIN of the hand-out sheet, a password, and the code from the mail', async () => {
    const { one } = await imported()
    await done('mail send --import 1 --quiet')
    expect((await mailTo(one.Email))?.subject).toBe('Activate your School Support Hub account with your PIN')
    expect(await textTo(one.Email)).not.toContain(one.PIN)

    await done(`account activate ${one.Email}`, `${one.PIN}\n${good}\n`)
    expect(await refused(`account sign-in ${one.Email}`, good)).toEqual([3, 'invited'])
    await done(`account verify ${one.Email}`, await codeTo(one.Email))
    await done(`account sign-in ${one.Email}`, good)
    const user = JSON.parse(await done(`users show ${one.Email} --json`))
    expect(user).toMatchObject({ status: 'active', canSignIn: true, pin: 'used' })
    expect(user.lastSignedInAt).toBeTruthy()
    expect(JSON.parse(await done('audit verify --json'))).toMatchObject({ ok: true })
  })

  it('goes by the temporary password of an invitation, and the code from the mail', async () => {
    const { centre } = await imported()
    const email = 'huda.nasser@office.example'
    const added = await desk.program([
      'users',
      'add',
      `Huda Nasser <${email}>`,
      '--centre',
      centre,
      '--role',
      'exams-officer',
      '--yes',
    ])
    expect(added.exitCode).toBe(0)
    expect((await mailTo(email))?.subject).toBe('You are invited to My Cambridge')
    const temporary = /^ {3}(\S{19})$/m.exec(await textTo(email))?.[1]
    await done(`account set-up ${email}`, `${temporary}\n${good}\n`)
    await done(`account verify ${email}`, await codeTo(email))
    await done(`account sign-in ${email}`, good)
  })

  it('ends at the door while the coordinator is suspended, and goes on when they are restored', async () => {
    const { one, other, centre } = await imported()
    const coordinator = JSON.parse(await done(`coordinator show ${centre} --json`)).coordinator
    if (coordinator === null) {
      const named = ['coordinator', 'add', centre, 'Maha Fathy <maha@office.example>', '--yes']
      expect((await desk.program(named)).exitCode).toBe(0)
    }
    for (const { Email, PIN } of [one, other]) {
      await done(`account activate ${Email}`, `${PIN}\n${good}\n`)
      await done(`account verify ${Email}`, await codeTo(Email))
      await done(`account sign-in ${Email}`, good)
    }
    const users = [one.Email, other.Email].filter((email) => email !== coordinator?.email)

    await done(`coordinator suspend ${centre} --yes`)
    for (const email of users) {
      expect(await refused(`account sign-in ${email}`, good)).toEqual([3, 'coordinator-suspended'])
      expect(await refused(`account sign-in ${email}`, 'something else')).toEqual([3, 'wrong-sign-in'])
    }
    const restored = await run(`coordinator restore ${centre} --yes`)
    expect([restored.exitCode, restored.stderr]).toEqual([0, expect.stringContaining('needs a new message')])
    for (const email of users) await done(`account sign-in ${email}`, good)
  })
})
