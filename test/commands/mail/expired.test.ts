import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mailServer, type RealServer } from '../../mail/server.ts'
import { newWorld, type World } from '../../world.ts'

describe('messages whose links expired while the mail server was out', () => {
  let world: World
  let server: RealServer
  beforeEach(async () => {
    world = newWorld()
    server = await mailServer()
    await world.centre('EG001', { name: 'Nile Valley School' })
    for (const name of ['amira', 'noor', 'omar'])
      await world.user(`${name}@school.example`, { centre: 'EG001' })
  })
  afterEach(async () => {
    await server.close()
    await world.close()
  })

  const reset = (...emails: string[]) =>
    world.run(['users', 'reset-password', ...emails, '--yes'], {
      env: { SSH_ADMIN_SMTP_URL: 'smtp://127.0.0.1:1?ignoreTLS=true' },
    })
  const send = (...more: string[]) =>
    world.run(['mail', 'send', ...more], {
      env: { SSH_ADMIN_SMTP_URL: `smtp://127.0.0.1:${server.port}?ignoreTLS=true` },
    })
  const json = async (...argv: string[]) => (await world.run([...argv, '--json'])).json()
  const twoDaysLater = () => world.setClock('2026-03-04T10:00:00Z')

  it('are named, with the line that sends a new one, and the command ends with 9; a rehearsal says the same', async () => {
    await reset('amira@school.example')
    twoDaysLater()
    const rehearsed = await send('--dry-run', '--json')
    const sent = await send('--json')
    const notice = {
      code: 'mail-expired',
      message:
        'The message to amira@school.example was cancelled: its link expired before it could be sent. To send a new one: ssh-admin users reset-password amira@school.example',
    }
    for (const ran of [rehearsed, sent]) {
      expect(ran.exit).toBe(9)
      expect(ran.json()).toMatchObject({ messages: [{ state: 'cancelled' }], total: 1, notices: [notice] })
    }
    expect(server.received).toEqual([])
    expect((await send()).exit).toBe(0)
  })

  it('are counted in the status and listed with the line, until a new one is sent', async () => {
    await reset('amira@school.example', 'noor@school.example')
    twoDaysLater()
    expect((await send('--due')).stderr).toContain(
      '2 messages were cancelled (amira@school.example, noor@school.example), as what they carry expired before they could be sent. To send new ones: ssh-admin users reset-password amira@school.example noor@school.example',
    )
    const status = await json('status')
    expect(status).toMatchObject({ messages: { waiting: 0, expired: 2 } })
    expect(status.next).toContain('ssh-admin mail list --expired')
    const shown = await world.run(['mail', 'list', '--expired'], { terminal: { columns: 120 } })
    expect(shown.stdout).toContain('never went to amira@school.example.')
    expect(shown.stdout).toContain('ssh-admin users reset-password amira@school.example')

    await world.run(['users', 'reset-password', 'amira@school.example', '--yes'])
    expect(await json('status')).toMatchObject({ messages: { waiting: 0, expired: 1 } })
    expect(await json('mail', 'list', '--expired')).toMatchObject({
      messages: [{ to: 'noor@school.example' }],
      total: 1,
    })
    const all = await world.run(['mail', 'list'], { terminal: { columns: 120 } })
    expect(all.stdout).toContain('ssh-admin users reset-password noor@school.example')
    expect(all.stdout).not.toContain('ssh-admin users reset-password amira@school.example')
    expect(await json('mail', 'list')).toMatchObject({ total: 3 })
  })

  it('of many people lead to the list of them, which the command that sends new ones reads', async () => {
    const emails = Array.from({ length: 7 }, (_, n) => `user${n}@school.example`)
    for (const email of emails) await world.user(email, { centre: 'EG001' })
    await reset(...emails)
    twoDaysLater()
    expect((await send()).stderr).toContain(
      '7 messages were cancelled (user0@school.example, user1@school.example, user2@school.example and 4 more), as what they carry expired before they could be sent. To send new ones: ssh-admin mail list --expired --fields to --format tsv | ssh-admin users reset-password - --yes',
    )
    const { stdout } = await world.run(['mail', 'list', '--expired', '--fields', 'to', '--format', 'tsv'])
    const again = await world.run(['users', 'reset-password', '-', '--yes', '--json'], { stdin: stdout })
    expect(again.json()).toMatchObject({ total: 7 })
    expect(await json('status')).toMatchObject({ messages: { expired: 0 } })
  })

  it('are not owed to somebody who was suspended meanwhile, nor while the centre is deleted', async () => {
    await reset('amira@school.example', 'noor@school.example')
    await world.run(['users', 'suspend', 'amira@school.example', '--yes'])
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    twoDaysLater()
    const sent = await send('--json')
    expect([sent.exit, sent.json().notices]).toEqual([0, []])
    expect(await json('status')).toMatchObject({ messages: { waiting: 0, expired: 0 } })
    await world.run(['centres', 'restore', 'EG001', '--yes'])
    expect(await json('status')).toMatchObject({ messages: { expired: 1 } })
  })

  it('are no longer counted after a month', async () => {
    await reset('amira@school.example')
    twoDaysLater()
    await send()
    world.setClock('2026-04-02T08:59:00Z')
    expect(await json('status')).toMatchObject({ messages: { expired: 1 } })
    expect(await json('mail', 'list', '--expired')).toMatchObject({ total: 1 })
    world.setClock('2026-04-02T09:01:00Z')
    expect(await json('status')).toMatchObject({ messages: { expired: 0 } })
    expect(await json('mail', 'list', '--expired')).toMatchObject({ total: 0 })
  })

  it('of PINs are counted as they are listed', async () => {
    const heading = 'Centre number,Centre name,Country,Email'
    writeFileSync(world.path('a.csv'), `${heading}\nEG002,Delta School,Egypt,lina@delta.example\n`)
    const out = { SSH_ADMIN_SMTP_URL: 'smtp://127.0.0.1:1?ignoreTLS=true' }
    await world.run(['centres', 'import', 'a.csv', '--send-mail', '--yes'], { env: out })
    world.setClock('2026-04-01T09:01:00Z')
    await world.run(['mail', 'send'], { env: out })
    const both = async () => [
      (await json('status')).messages.expired,
      (await json('mail', 'list', '--expired')).total,
    ]
    expect(await both()).toEqual([1, 1])
    await world.run(['centres', 'delete', 'EG002', '--yes'])
    expect(await both()).toEqual([0, 0])
    await world.run(['centres', 'restore', 'EG002', '--yes'])
    expect(await both()).toEqual([1, 1])
    world.setClock('2026-05-02T09:01:00Z')
    expect(await both()).toEqual([0, 0])
    world.setClock('2026-04-02T09:01:00Z')
    await world.run(['users', 'pin', 'lina@delta.example', '--yes'])
    expect(await both()).toEqual([0, 0])
  })

  it('nothing is due while messages wait out their pause: how many they are, and until when', async () => {
    await reset('amira@school.example')
    for (const more of [[], ['--dry-run']]) {
      const due = await send('--due', ...more)
      expect(due.exit).toBe(0)
      expect(due.stderr).toContain(
        'The message to amira@school.example could not be sent before and is due again at 2026-03-02 09:05 UTC. To send it now: ssh-admin mail send',
      )
      expect(due.stderr).toContain('Nothing is due.')
      expect(due.stderr).not.toContain('Nothing waits.')
    }
    await reset('noor@school.example')
    expect((await send('--due', '--json')).json().notices).toEqual([
      {
        code: 'mail-waiting',
        message:
          '2 messages could not be sent before; the first of them is due again at 2026-03-02 09:05 UTC. To send them now: ssh-admin mail send',
      },
    ])
    await send()
    expect((await send('--due')).stderr).toContain('Nothing waits.')
  })
})
