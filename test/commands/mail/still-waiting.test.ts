import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.user('amira@school.example', { centre: 'EG001', hubRole: 'admin' })
  await world.user('omar@school.example', { centre: 'EG001', status: 'invited' })
})
afterEach(() => world.close())

/** As a command that was killed behind its commit leaves them: the messages wait. */
const nobodyAnswers = { env: { SSH_ADMIN_SMTP_URL: 'smtp://127.0.0.1:1?ignoreTLS=true' } }
const waits = (to: string) => ({
  code: 'mail-waiting',
  message: `A message to ${to} from before waits to be sent: ssh-admin mail send`,
})

describe('a change that was made before', () => {
  it.each([
    ['nour@school.example', ['users', 'add', 'Nour Said <nour@school.example>', '--centre', 'EG001']],
    ['amira@school.example', ['coordinator', 'change', 'EG001', '--to', 'amira@school.example', '--yes']],
  ])('says that a message of it waits, and how it is sent: %s', async (to, line) => {
    const again = line[0] === 'users' ? [...line, '--if-missing'] : line
    expect((await world.run(line, nobodyAnswers)).exit).toBe(9)
    const ran = await world.run([...again, '--json'])
    expect([ran.exit, ran.json().notices]).toEqual([0, [waits(to)]])
    expect((await world.run(again)).stderr).toContain('waits to be sent: ssh-admin mail send')
    await world.run(['mail', 'send'])
    expect((await world.run([...again, '--json'])).json().notices).toEqual([])
  })

  it('says so of whoever was restored and is to set up a password', async () => {
    await world.run(['users', 'suspend', 'omar@school.example', '--yes'])
    const restore = ['users', 'restore', 'omar@school.example', '--send', '--yes']
    expect((await world.run(restore, nobodyAnswers)).exit).toBe(9)
    expect((await world.run([...restore, '--json'])).json().notices).toContainEqual(
      waits('omar@school.example'),
    )
  })

  it('says nothing of those who are sent nothing', async () => {
    await world.run(['users', 'reset-password', 'omar@school.example', '--yes'], nobodyAnswers)
    await world.run(['users', 'suspend', 'omar@school.example', '--yes'])
    const ran = await world.run(['users', 'suspend', 'omar@school.example', '--yes', '--json'])
    expect(ran.json().notices).toEqual([])
  })

  it('says nothing in a batch of what goes out with it', async () => {
    const add = "users add 'Nour Said <nour@school.example>' --centre EG001 --if-missing\n"
    const ran = await world.run(['batch', '--json'], { stdin: add + add })
    expect(ran.exit).toBe(0)
    expect(ran.stdout).not.toContain('mail-waiting')
    await world.run(['users', 'reset-password', 'nour@school.example', '--yes'], nobodyAnswers)
    expect((await world.run(['batch', '--json'], { stdin: add })).stdout).toContain('mail-waiting')
  })
})

describe('an address that was changed before', () => {
  it('is named with whom it was given to, and the messages that wait', async () => {
    const edit = ['users', 'edit', 'amira@school.example', '--email', 'new@school.example', '--yes']
    expect((await world.run(edit, nobodyAnswers)).exit).toBe(9)
    const again = async () => {
      const ran = await world.run([...edit, '--json'])
      return [ran.exit, ran.error().message, ran.error().hint]
    }
    const there = 'Nobody has the address amira@school.example; new@school.example has an account already'
    expect(await again()).toEqual([
      4,
      `${there}, and a message to them waits to be sent.`,
      'ssh-admin mail send',
    ])
    await world.run(['mail', 'send'])
    expect(await again()).toEqual([4, `${there}.`, 'ssh-admin users show new@school.example'])
  })
})

describe('an address that is mistyped, where the new one has an account', () => {
  it('is named with the address that was meant', async () => {
    const edit = ['users', 'edit', 'amira@shool.example', '--email', 'omar@school.example', '--yes']
    expect((await world.run([...edit, '--json'])).error()).toMatchObject({
      code: 'user-not-found',
      message: 'Nobody has the address amira@shool.example; omar@school.example has an account already.',
      hint: 'Did you mean amira@school.example (EG001, active)?',
      details: { candidates: [{ email: 'amira@school.example' }] },
    })
  })
})

describe('a coordinator who was added before', () => {
  it('is named as such, with the message that waits', async () => {
    await world.centre('EG002')
    const add = ['coordinator', 'add', 'EG002', 'Nour Said <nour@school.example>', '--yes']
    expect((await world.run(add, nobodyAnswers)).exit).toBe(9)
    const refused = async () => (await world.run([...add, '--json'])).error()
    expect(await refused()).toMatchObject({
      code: 'has-coordinator',
      message: 'nour@school.example coordinates EG002 already; a message to them waits to be sent.',
      hint: 'ssh-admin mail send',
    })
    await world.run(['mail', 'send'])
    expect(await refused()).toMatchObject({
      message: 'nour@school.example coordinates EG002 already.',
      hint: 'ssh-admin coordinator show EG002',
    })
  })
})

describe('a line of a batch that is refused for what a line before it did', () => {
  it.each([
    [
      "users add 'Nour Said <nour@school.example>' --centre EG001",
      'nour@school.example already has an account at EG001 (Nour Said, invited).',
    ],
    [
      'users edit amira@school.example --email new@school.example --yes',
      'Nobody has the address amira@school.example; new@school.example has an account already.',
    ],
    [
      "coordinator add EG002 'Nour Said <nour@school.example>' --yes",
      'nour@school.example coordinates EG002 already.',
    ],
  ])('says of no message that it waits, which the batch sends at its end: %s', async (line, message) => {
    await world.centre('EG002')
    const ran = await world.run(['batch', '--keep-going'], { stdin: `${line}\n${line}\n` })
    expect(ran.stdout.split('\n')[1]?.split('\t')[2]).toBe(message)
    expect(ran.stderr).not.toContain('mail send')
  })
})

describe('an import that was made before', () => {
  it('says how many of its messages wait, and how they are sent', async () => {
    writeFileSync(
      world.path('roster.csv'),
      [
        'Centre number,Centre name,Email',
        'EG001,,huda@school.example',
        'EG001,,nour@school.example',
        '',
      ].join('\n'),
    )
    const line = ['centres', 'import', 'roster.csv', '--partial', '--send-mail', '--yes']
    expect((await world.run(line, nobodyAnswers)).exit).toBe(9)
    expect((await world.run([...line, '--json'])).json().notices).toContainEqual({
      code: 'mail-waiting',
      message: 'One message of import 1 waits to be sent: ssh-admin mail send --import 1',
    })
    await world.run(['mail', 'send', '--import', '1'])
    expect((await world.run([...line, '--json'])).json().notices).not.toContainEqual(
      expect.objectContaining({ code: 'mail-waiting' }),
    )
  })
})
