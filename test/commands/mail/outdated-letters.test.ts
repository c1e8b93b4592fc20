import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mailServer } from '../../mail/server.ts'
import { inbox } from '../../mail/inbox.ts'
import { newWorld, type World } from '../../world.ts'

const nobodyAnswers = { env: { SSH_ADMIN_SMTP_URL: 'smtp://127.0.0.1:1?ignoreTLS=true' } }

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.centre('EG002')
  for (const email of ['omar@school.example', 'nour@school.example'])
    await world.user(email, { centre: 'EG001', hubRole: 'admin' })
})
afterEach(() => world.close())

const waiting = async (...argv: string[]) =>
  expect((await world.run([...argv, '--yes'], nobodyAnswers)).exit).toBe(9)
const appoint = (email: string) => waiting('coordinator', 'change', 'EG001', '--to', email)
/** What goes out in the end, those that were refused tried again. */
const sent = async () => {
  await world.run(['mail', 'send'])
  await world.run(['mail', 'send', '--failed'])
  const { messages } = (await world.run(['mail', 'list', '--state', 'written', '--json'])).json()
  return messages.map(({ letter, to }: Record<string, string>) => `${letter} to ${to}`).toSorted()
}
const refusedByServer = () => world.rows(`update outbox set state = 'failed' where state = 'queued'`)

describe('a letter that waits', () => {
  it('and says that somebody coordinates a centre does not go out once another does', async () => {
    await waiting('coordinator', 'add', 'EG002', 'Wrong Person <wrong@school.example>')
    await waiting('coordinator', 'change', 'EG002', '--new', 'Right Person <right@school.example>')
    await appoint('omar@school.example')
    await appoint('nour@school.example')
    expect(await sent()).toEqual([
      'coordinator-appointed to nour@school.example',
      'coordinator-set-up to right@school.example',
    ])
    const { lastError } = (await world.run(['mail', 'show', '1', '--json'])).json()
    expect(lastError).toBe('What it says is not so any more.')
  })

  it('and was refused is not tried again either', async () => {
    await appoint('omar@school.example')
    await refusedByServer()
    await appoint('nour@school.example')
    expect(await sent()).toEqual(['coordinator-appointed to nour@school.example'])
  })

  it('and has waited since a build that did not cancel it does not go out either', async () => {
    await appoint('omar@school.example')
    await appoint('nour@school.example')
    await world.rows(`update outbox set state = 'queued' where to_address like 'omar%'`)
    expect(await sent()).toEqual(['coordinator-appointed to nour@school.example'])
  })

  it('goes out once to whoever coordinates it again', async () => {
    for (const email of ['omar@school.example', 'nour@school.example']) await appoint(email)
    await world.run(['users', 'edit', 'omar@school.example', '--admin', '--yes'])
    await appoint('omar@school.example')
    expect(await sent()).toEqual(['coordinator-appointed to omar@school.example'])
  })

  it('and was to set up an account goes out anew to whoever coordinates it again', async () => {
    await waiting('coordinator', 'add', 'EG002', 'Rana Said <rana@school.example>')
    await waiting('coordinator', 'change', 'EG002', '--new', 'Lina Aziz <lina@school.example>')
    await world.run(['users', 'edit', 'rana@school.example', '--admin', '--yes'])
    await waiting('coordinator', 'change', 'EG002', '--to', 'rana@school.example')
    expect(await sent()).toEqual(['coordinator-set-up to rana@school.example'])
  })

  it('to an address that was changed goes to the new one', async () => {
    await appoint('omar@school.example')
    await waiting('users', 'edit', 'omar@school.example', '--email', 'said@school.example')
    expect(await sent()).toEqual([
      'address-changed to omar@school.example',
      'address-changed to said@school.example',
      'coordinator-appointed to said@school.example',
    ])
  })

  it('and was refused at an address that was changed goes to the new one', async () => {
    await appoint('omar@school.example')
    await refusedByServer()
    await waiting('users', 'edit', 'omar@school.example', '--email', 'said@school.example')
    expect((await sent()).slice(-1)).toEqual(['coordinator-appointed to said@school.example'])
  })

  it('and explains a PIN does not go out once that was replaced by another, which is handed out', async () => {
    writeFileSync(
      world.path('list.csv'),
      'Centre number,Centre name,Email,First name\nEG002,Centre EG002,rana@school.example,Rana\n',
    )
    await waiting('centres', 'import', 'list.csv', '--send-mail', '--pins-out', 'pins.csv')
    await world.run(['users', 'pin', 'rana@school.example', '--yes'])
    expect(await sent()).toEqual([])
  })

  it('and explains a PIN does not go to a former address, and is owed to the new one', async () => {
    const rows = ['rana', 'lina'].map((name) => `EG002,Centre EG002,${name}@school.example,${name}`)
    writeFileSync(world.path('list.csv'), `Centre number,Centre name,Email,First name\n${rows.join('\n')}\n`)
    await waiting('centres', 'import', 'list.csv', '--send-mail', '--pins-out', 'pins.csv')
    await world.rows(`update outbox set state = 'failed' where to_address like 'lina%'`)
    for (const name of ['rana', 'lina'])
      await waiting('users', 'edit', `${name}@school.example`, '--email', `new.${name}@school.example`)
    const activations = async () => (await sent()).filter((line: string) => line.startsWith('account-'))
    expect(await activations()).toEqual([])
    await world.run(['mail', 'send', '--import', '1'])
    expect(await activations()).toEqual([
      'account-activation to new.lina@school.example',
      'account-activation to new.rana@school.example',
    ])
  })

  it('goes to nobody while their centre is deleted, and once it is restored', async () => {
    await waiting('users', 'add', 'Rana Said <rana@school.example>', '--centre', 'EG002')
    await world.run(['centres', 'delete', 'EG002', '--yes'])
    const ran = await world.run(['mail', 'send', '--json'])
    expect([ran.exit, ran.json().messages[0].state]).toEqual([9, 'queued'])
    expect(ran.json().notices).toMatchObject([
      {
        code: 'mail-waiting',
        message:
          'The message to rana@school.example waits, as the centre is deleted. Once it is restored: ssh-admin mail send',
      },
    ])
    expect((await world.run(['mail', 'send', '--due'])).exit).toBe(0)
    await world.run(['centres', 'restore', 'EG002'])
    expect(await sent()).toEqual(['account-set-up to rana@school.example'])
  })

  it('for a deleted centre is due as soon as that is restored, or they have left it', async () => {
    for (const name of ['Rana', 'Lina'])
      await waiting('users', 'add', `${name} Said <${name}@school.example>`, '--centre', 'EG002')
    await world.run(['centres', 'delete', 'EG002', '--yes'])
    const due = async (...more: string[]) =>
      (await world.run(['mail', 'send', ...more, '--json']))
        .json()
        .messages.map(({ to, state }: Record<string, string>) => `${to} ${state}`)
    expect(await due()).toEqual(['Rana@school.example queued', 'Lina@school.example queued'])
    expect(await due('--due')).toEqual([])
    await world.run(['users', 'move', 'lina@school.example', '--to', 'EG001', '--yes'])
    expect(await due('--due')).toEqual(['Lina@school.example written'])
    await world.run(['centres', 'restore', 'EG002'])
    expect(await due('--due')).toEqual(['Rana@school.example written'])
  })

  it('as the server is busy is not said to wait for a centre', async () => {
    for (const [name, centre] of [
      ['Rana', 'EG002'],
      ['Lina', 'EG001'],
    ])
      await waiting('users', 'add', `${name} Said <${name}@school.example>`, '--centre', centre ?? '')
    await world.run(['centres', 'delete', 'EG002', '--yes'])
    const server = await mailServer({
      onRcptTo: (_, __, done) => done(Object.assign(new Error('4.2.0 later'), { responseCode: 450 })),
    })
    const env = { SSH_ADMIN_SMTP_URL: `smtp://127.0.0.1:${server.port}?ignoreTLS=true` }
    const ran = await world.run(['mail', 'send', '--json'], { env })
    await server.close()
    expect(ran.json().notices.map(({ message }: { message: string }) => message)).toEqual([
      expect.stringContaining(
        'The message to Lina@school.example could not be sent: 127.0.0.1 answered: 450',
      ),
      'The message to Rana@school.example waits, as the centre is deleted. Once it is restored: ssh-admin mail send',
    ])
  })

  it('of a change that a later line of the same batch takes back does not go out', async () => {
    const stdin = ['omar', 'nour'].map((name) => `coordinator change EG001 --to ${name}@school.example\n`)
    expect((await world.run(['batch', '--yes'], { stdin: stdin.join('') })).exit).toBe(0)
    expect(await sent()).toEqual(['coordinator-appointed to nour@school.example'])
  })
})

describe('a letter that has waited, or was refused,', () => {
  /** What the letters to somebody say, the one that was written last first. */
  const lettersTo = async (to: string): Promise<{ text: string; state: string; subject: string }[]> => {
    const { messages } = (await world.run(['mail', 'list', '--to', to, '--json'])).json()
    return Promise.all(
      messages.map(async ({ id }: { id: number }) =>
        (await world.run(['mail', 'show', String(id), '--json'])).json(),
      ),
    )
  }
  const rana = 'rana@school.example'
  const lina = 'lina@school.example'
  /** One waits, one was refused. */
  const invite = async (...names: string[]) => {
    for (const [name, email] of Object.entries({ 'Rana Said': rana, 'Lina Aziz': lina }))
      if (names.includes(email)) await waiting('users', 'add', `${name} <${email}>`, '--centre', 'EG001')
    await world.rows(`update outbox set state = 'failed' where to_address like 'lina%'`)
  }

  it.each<{ change: string; does: (email: string) => Promise<unknown>; says: string; not: string }>([
    {
      change: 'the school that somebody has been moved to',
      does: (email) => world.run(['users', 'move', email, '--to', 'EG002', '--yes']),
      says: 'for Centre EG002 (EG002)',
      not: 'EG001',
    },
    {
      change: 'no school for whoever was removed from theirs',
      does: () => world.rows(`update users set centre_id = null, hub_role = null where status = 'invited'`),
      says: 'Support Hub.',
      not: 'EG001',
    },
    {
      change: 'the name that the school has been given',
      does: () => world.run(['centres', 'edit', 'EG001', '--name', 'Nile Academy']),
      says: 'for Nile Academy (EG001)',
      not: 'Centre EG001',
    },
    {
      change: 'the name that an import has given the school',
      does: () => {
        writeFileSync(world.path('roster.csv'), 'Centre number,Centre name,Email\nEG001,Delta Academy,\n')
        return world.run(['centres', 'import', 'roster.csv', '--partial', '--yes'])
      },
      says: 'for Delta Academy (EG001)',
      not: 'Centre EG001',
    },
    {
      change: 'the school as it is called again once that import is taken back',
      does: async () => {
        writeFileSync(world.path('roster.csv'), 'Centre number,Centre name,Email\nEG001,Delta Academy,\n')
        await world.run(['centres', 'import', 'roster.csv', '--partial', '--yes'])
        const { imports } = (await world.run(['centres', 'imports', '--json'])).json()
        await world.run(['centres', 'imports', 'undo', String(imports[0].id), '--yes'])
      },
      says: 'for Centre EG001 (EG001)',
      not: 'Delta Academy',
    },
    {
      change: 'the name that somebody has been given',
      does: (email) => world.run(['users', 'edit', email, '--first-name', 'Noor', '--last-name', 'Hadi']),
      says: 'Dear Noor Hadi',
      not: 'Said',
    },
  ])('names $change', async ({ does, says, not }) => {
    await invite(rana, lina)
    for (const email of [rana, lina]) await does(email)
    const whole = async () => (await Promise.all([rana, lina].map(lettersTo))).flat()
    for (const { text } of await whole()) {
      expect(text).toContain(says)
      expect(text).not.toContain(not)
    }
    expect(await sent()).toHaveLength(2)
    // What went out is kept as it was.
    await world.run(['centres', 'edit', 'EG001', '--name', 'Harbour School'])
    await world.run(['users', 'edit', rana, '--first-name', 'Zed'])
    for (const { state, text } of await whole()) {
      expect([state, text]).toEqual(['written', expect.stringContaining(says)])
      expect(text).not.toContain(not)
    }
    const addressed = (await inbox(world)).map(({ to }) => to?.[0]?.name)
    expect(addressed).toEqual(
      says.startsWith('Dear') ? ['Noor Hadi', 'Noor Hadi'] : ['Rana Said', 'Lina Aziz'],
    )
  })

  it('tells nobody at a former address what somebody is called since', async () => {
    await waiting('users', 'edit', 'omar@school.example', '--email', 'new@school.example')
    await world.run(['users', 'edit', 'new@school.example', '--first-name', 'Noor', '--last-name', 'Hadi'])
    expect(await sent()).toHaveLength(2)
    const [former, present] = await Promise.all(
      ['omar@school.example', 'new@school.example'].map(async (to) => (await lettersTo(to))[0]?.text),
    )
    expect([former, present]).toEqual([
      expect.stringContaining('Dear Amira Haddad'),
      expect.stringContaining('Dear Noor Hadi'),
    ])
  })

  it('says how long its link is good from then on', async () => {
    await invite(rana)
    world.setClock('2026-03-03T22:10:00.000Z')
    expect(await sent()).toHaveLength(1)
    expect((await lettersTo(rana))[0]?.text).toContain(
      'within 11 hours, before Wednesday 4 March 2026 at 09:00 UTC',
    )
    const [{ text = '' } = {}] = await inbox(world)
    expect(text).toContain('within 11 hours')
  })

  it('bears the subject that staff have given its template, and its own where that is reset', async () => {
    await invite(rana, lina)
    const { stdout } = await world.run(['templates', 'show', 'account-set-up'])
    writeFileSync(
      world.path('set-up.txt'),
      stdout.replace('Set up your School Support Hub account', 'Welcome'),
    )
    const subjects = async () =>
      (await Promise.all([rana, lina].map(lettersTo))).flat().map((one) => one.subject)
    expect((await world.run(['templates', 'edit', 'account-set-up', '--from', 'set-up.txt'])).exit).toBe(0)
    expect(await subjects()).toEqual(['Welcome', 'Welcome'])
    await world.run(['templates', 'reset', 'account-set-up', '--yes'])
    expect(await subjects()).toEqual(Array(2).fill('Set up your School Support Hub account'))
  })

  it('explains a PIN that was renewed meanwhile until that is over', async () => {
    writeFileSync(
      world.path('roster.csv'),
      `Centre number,Centre name,Email,First name\nEG001,Centre EG001,${rana},Rana\n`,
    )
    await waiting('centres', 'import', 'roster.csv', '--partial', '--send-mail', '--pins-out', 'pins.csv')
    world.setClock('2026-03-30T09:00:00.000Z')
    const renewed = ['centres', 'pins', '1', '--out', 'renewed.csv', '--renew', '--yes']
    expect((await world.run(renewed)).exit).toBe(0)
    world.setClock('2026-04-10T09:00:00.000Z')
    expect(await sent()).toEqual([`account-activation to ${rana}`])
    expect((await lettersTo(rana))[0]?.text).toContain('Wednesday 29 April 2026 at 09:00 UTC')
  })
})
