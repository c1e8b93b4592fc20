import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mailServer } from '../../mail/server.ts'
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

  it('names the school that somebody has been moved to', async () => {
    await waiting('users', 'add', 'Rana Said <rana@school.example>', '--centre', 'EG001')
    await waiting('users', 'add', 'Lina Aziz <lina@school.example>', '--centre', 'EG001')
    await world.rows(`update outbox set state = 'failed' where to_address like 'lina%'`)
    for (const name of ['rana', 'lina'])
      await world.run(['users', 'move', `${name}@school.example`, '--to', 'EG002', '--yes'])
    expect(await sent()).toHaveLength(2)
    for (const name of ['rana', 'lina']) {
      const { messages } = (
        await world.run(['mail', 'list', '--to', `${name}@school.example`, '--json'])
      ).json()
      const { text } = (await world.run(['mail', 'show', String(messages[0].id), '--json'])).json()
      expect(text).toContain('(EG002)')
      expect(text).not.toContain('EG001')
    }
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
