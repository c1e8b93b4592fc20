import type { Socket } from 'node:net'
import tls from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { OutboxRow } from '../../src/db/schema.ts'
import { type SendOptions, sendMessages } from '../../src/mail/send.ts'
import { queueMessage } from '../../src/rules/mail/queue-message.ts'
import { newWorld, type World } from '../world.ts'
import { mailServer, oddServer, upTo } from './server.ts'

describe('sending through a mail server', () => {
  let world: World
  const closing: (() => Promise<void>)[] = []
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
  })
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
    await world.close()
  })

  const closed = <S extends { close: () => Promise<void> }>(server: S): S => {
    closing.push(server.close)
    return server
  }

  /** For servers that never answer; whoever answers has as long as is usual. */
  const impatient = { connect: 10_000, greeting: 3000, reply: 3000, total: 10_000 }
  const queue = async (count: number) => {
    for (let at = 1; at <= count; at += 1) {
      const email = `user${at}@school.example`
      const id = await world.user(email, { centre: 'EG001', status: 'invited' })
      await world.commit(
        (ctx) => (trx) =>
          queueMessage(trx, ctx, {
            letter: 'account-set-up',
            to: { id, email, firstName: 'U', lastName: `${at}`, centre: null },
          }),
      )
    }
  }
  const rows = async (): Promise<OutboxRow[]> =>
    (await world.store()).db.selectFrom('outbox').selectAll().orderBy('id').execute()
  const send = async (port: number, more: Partial<SendOptions> = {}) => {
    await sendMessages(
      (await rows()).map(({ id }) => id),
      {
        store: await world.store(),
        actor: world.ctx().actor,
        now: () => world.now,
        server: { host: '127.0.0.1', port, protection: 'none' },
        folder: world.path('mail'),
        from: 'noreply@cambridgeinternational.org',
        baseUrl: 'https://hub.example',
        ...more,
      },
    )
    return rows()
  }

  it('hands over several hundred messages on one connection, each to one person, once', async () => {
    await queue(300)
    const server = closed(await mailServer())
    const after = await send(server.port)
    expect(new Set(after.map(({ state }) => state))).toEqual(new Set(['sent']))
    expect(server.connections()).toBe(1)
    expect(server.received.map(({ to }) => to)).toEqual(after.map(({ to_address }) => [to_address]))
    await send(server.port)
    expect(server.received).toHaveLength(300)
  })

  it('keeps a message that the server cannot take now, for a later try', async () => {
    await queue(2)
    const server = closed(
      await mailServer({
        onRcptTo: ({ address }, _session, done) =>
          address === 'user1@school.example'
            ? done(Object.assign(new Error('try later'), { responseCode: 451 }))
            : done(),
      }),
    )
    expect(await send(server.port)).toMatchObject([
      { state: 'queued', attempts: 1, next_try_at: '2026-03-02T09:05:00.000Z', claimed_by: null },
      { state: 'sent' },
    ])
    expect((await rows())[0]?.last_error).toContain('451 try later')
  })

  it('fails the message whose recipient is refused for good, and sends the others', async () => {
    await queue(3)
    const server = closed(
      await mailServer({
        onRcptTo: ({ address }, _session, done) =>
          address === 'user2@school.example'
            ? done(Object.assign(new Error('no such user'), { responseCode: 550 }))
            : done(),
      }),
    )
    const after = await send(server.port)
    expect(after.map(({ state }) => state)).toEqual(['sent', 'failed', 'sent'])
    expect(after[1]?.last_error).toContain('550 no such user')
  })

  it.each([
    ['nobody listens', async () => ({ port: 1, close: async () => undefined })],
    ['the server never greets', () => oddServer(() => undefined)],
    ['the server hangs up at once', () => oddServer((socket) => socket.destroy())],
    ['the server falls silent at the recipient', () => oddServer(upTo('RCPT', () => undefined))],
    ['the line breaks at the recipient', () => oddServer(upTo('RCPT', (socket) => socket.destroy()))],
    ['the server never asks for the message', () => oddServer(upTo('DATA', () => undefined))],
    ['the line breaks before the message', () => oddServer(upTo('DATA', (socket) => socket.destroy()))],
  ])('keeps the message when %s', async (_what, start) => {
    await queue(1)
    const server = closed(await start())
    const after = await send(server.port, { limits: impatient })
    expect(after).toMatchObject([{ state: 'queued', attempts: 1, claimed_by: null }])
  })

  it.each([
    ['the server falls silent', upTo('.', () => undefined)],
    ['the line breaks', upTo('.', (socket) => socket.destroy())],
  ])(
    'says that a message may have arrived when, after it, %s; and never sends it again',
    async (_what, speak) => {
      await queue(1)
      const odd = closed(await oddServer(speak))
      const after = await send(odd.port, { limits: impatient })
      expect(after).toMatchObject([{ state: 'unknown', attempts: 1 }])
      const server = closed(await mailServer())
      expect(await send(server.port)).toMatchObject([{ state: 'unknown' }])
      expect(server.received).toEqual([])
    },
  )

  it.each([
    ['250-queued\r\n550 and refused\r\n', '.', 'unknown'],
    ['550-refused\r\n250 and queued\r\n', '.', 'unknown'],
    ['550-refused\r\n250 and taken\r\n', 'RCPT', 'queued'],
    ['250-taken\r\n550 and refused\r\n', 'RCPT', 'queued'],
    ['250-taken\r\n550 and refused\r\n', 'MAIL', 'queued'],
  ])('takes no answer for one that contradicts itself: %j to %s', async (answer, command, state) => {
    await queue(1)
    const odd = closed(await oddServer(upTo(command, (socket) => socket.write(answer))))
    const after = await send(odd.port, { limits: impatient })
    expect(after).toMatchObject([
      { state, last_error: expect.stringContaining('contradicts itself in one answer') },
    ])
  })

  /** Says one letter after the other, and never comes to an end. */
  const drip = (socket: Socket) => {
    socket.write('250-')
    const timer = setInterval(() => socket.write('x'), 50)
    socket.once('close', () => clearInterval(timer))
  }

  it.each([
    ['EHLO', 'queued'],
    ['RCPT', 'queued'],
    ['.', 'unknown'],
  ])('waits for no server that never ends its answer to %s', async (command, state) => {
    await queue(1)
    const odd = closed(await oddServer(upTo(command, drip)))
    const after = await send(odd.port, { limits: { ...impatient, total: 400 } })
    expect(after).toMatchObject([
      { state, last_error: `127.0.0.1:${odd.port} did not answer in time (it speaks too slowly)` },
    ])
  })

  it('ends at a signal where no line is open yet, and no message was touched', async () => {
    await queue(2)
    const interrupting = new AbortController()
    const odd = closed(
      await oddServer((socket) => {
        drip(socket)
        interrupting.abort()
      }),
    )
    const after = await send(odd.port, { signal: interrupting.signal })
    expect(after).toMatchObject([
      { state: 'queued', attempts: 0 },
      { state: 'queued', attempts: 0 },
    ])
  })

  it('is told at a terminal as what it is where it may have arrived', async () => {
    await world.user('omar@school.example', { centre: 'EG001' })
    const odd = closed(await oddServer(upTo('.', (socket) => socket.destroy())))
    const smtp = ['--smtp', `smtp://127.0.0.1:${odd.port}?ignoreTLS=true`]
    const reset = ['users', 'reset-password', 'omar@school.example', '--yes', ...smtp]
    const { exit, stdout } = await world.run(reset, { terminal: true })
    expect(exit).toBe(9)
    expect(stdout).toContain('may have got the message that lets them choose a password, or not')
    expect(stdout).not.toContain('did not get')
  })

  it('stops after three broken lines, and touches no message after them', async () => {
    await queue(5)
    const odd = closed(await oddServer(upTo('RCPT', (socket) => socket.destroy())))
    const after = await send(odd.port)
    expect(after.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 0, 0])
    expect(new Set(after.map(({ state }) => state))).toEqual(new Set(['queued']))
  })

  const refusing = async (...answers: (string | undefined)[]) => {
    let asked = 0
    const odd = await oddServer(
      (socket) =>
        void upTo('RCPT', (to) => {
          const answer = answers[Math.min(asked++, answers.length - 1)]
          to.write(`${answer ?? '250 fine'}\r\n`)
        })(socket),
    )
    return closed(odd)
  }

  it.each([
    ['a quota', '550 5.4.5 Daily user sending quota exceeded'],
    ['a limit', '554 5.2.0 Submission quota exceeded'],
    ['relaying', '554 Relaying denied'],
    ['what the sender may', '550 5.7.1 Client was not authorized to send'],
    ['the sender', '550 5.1.8 Bad sender address'],
    ['a sign-in', '530 5.7.0 Authentication required'],
  ])('stops at a refusal that speaks of %s, and everything waits', async (_what, answer) => {
    await queue(5)
    const server = await refusing(answer)
    const after = await send(server.port)
    expect(after.map(({ state }) => state)).toEqual(['queued', 'queued', 'queued', 'queued', 'queued'])
    expect(after.map(({ attempts }) => attempts)).toEqual([1, 0, 0, 0, 0])
    expect(after[0]?.last_error).toContain(answer)
  })

  it('stops after the same refusal for three recipients in a row; the rest waits', async () => {
    await queue(6)
    const server = await refusing('550 5.1.1 No such user')
    const after = await send(server.port)
    expect(after.map(({ state }) => state)).toEqual([
      'failed',
      'failed',
      'failed',
      'queued',
      'queued',
      'queued',
    ])
    expect(after.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 0, 0, 0])
  })

  it.each([
    [['550 5.1.1 No such user', '550 5.1.1 No such user', '550 5.2.1 Mailbox disabled']],
    [['550 5.1.1 No such user', '550 5.1.1 No such user', '552 5.2.2 Mailbox over quota']],
  ])('goes on after refusals that differ: %j', async (answers) => {
    await queue(4)
    const server = await refusing(...answers, '550 5.1.10 Nobody')
    expect((await send(server.port)).map(({ state }) => state)).toEqual([
      'failed',
      'failed',
      'failed',
      'failed',
    ])
  })

  it.each([
    ['454 4.7.0 later', 'could not check the user and password now'],
    ['421 4.3.2 closing', 'could not check the user and password now'],
    ['504 5.5.4 no such mechanism', 'offers no way to sign in with a user and password'],
    ['535 5.7.8 bad', 'did not accept the user and password'],
  ])('says of a sign-in that was answered %s that it %s', async (answer, words) => {
    await queue(1)
    const { port } = closed(await oddServer(upTo('AUTH', (socket) => void socket.write(`${answer}\r\n`))))
    const server = { host: '127.0.0.1', port, protection: 'none', user: 'hub', password: 'secret' } as const
    expect(await send(port, { server })).toMatchObject([
      { state: 'queued', last_error: `127.0.0.1:${port} ${words} (${answer})` },
    ])
  })

  it('fails each message that is larger than the server takes, and closes no line for it', async () => {
    await queue(4)
    let lines = 0
    const speak = upTo('EHLO', (socket) => void socket.write('250-odd.example\r\n250 SIZE 10\r\n'))
    const odd = closed(
      await oddServer((socket) => {
        lines += 1
        speak(socket)
      }),
    )
    const after = await send(odd.port)
    expect(after.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed', 'failed'])
    expect(after[0]?.last_error).toContain('127.0.0.1 takes no message as large as this one')
    expect(lines).toBe(1)
  })

  it('takes no answer that SMTP does not know for a refusal: the message may have arrived', async () => {
    await queue(1)
    const odd = closed(await oddServer(upTo('.', (socket) => void socket.write('999 what\r\n'))))
    expect(await send(odd.port)).toMatchObject([{ state: 'unknown' }])
  })

  it('sends nothing without protection that was asked for', async () => {
    await queue(1)
    const plain = closed(await mailServer())
    const host = '127.0.0.1'
    const after = await send(plain.port, { server: { host, port: plain.port, protection: 'starttls' } })
    expect(after).toMatchObject([{ state: 'queued' }])
    expect(after[0]?.last_error).toMatch(/protected|STARTTLS/)
    expect(plain.received).toEqual([])
  })

  it.each([
    ['STARTTLS', 'starttls', false],
    ['TLS from the start', 'tls', true],
  ] as const)('is protected by %s, with a certificate that is trusted', async (_what, protection, secure) => {
    await queue(2)
    const server = closed(await mailServer({ disabledCommands: [], secure }))
    // The server's certificate is a test's own: here it stands for one that is trusted.
    const tls = { rejectUnauthorized: false }
    const after = await send(server.port, {
      server: { host: '127.0.0.1', port: server.port, protection, tls },
    })
    expect(after.map(({ state }) => state)).toEqual(['sent', 'sent'])
    expect(server.connections()).toBe(1)
  })

  it.each([undefined, '0'])(
    'sends nothing to a server whose certificate is not to be trusted, where the environment says %s',
    async (said) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', said)
      onTestFinished(() => {
        vi.unstubAllEnvs()
      })
      await queue(1)
      const server = closed(await mailServer({ disabledCommands: [] }))
      const host = '127.0.0.1'
      const after = await send(server.port, { server: { host, port: server.port, protection: 'starttls' } })
      expect(after).toMatchObject([{ state: 'queued' }])
      expect(after[0]?.last_error).toMatch(/the certificate of the server/)
      expect(server.received).toEqual([])
    },
  )

  it('sends nothing over less than TLS 1.2, where Node was told to take less', async () => {
    const { DEFAULT_MIN_VERSION: before } = tls
    // As `--tls-min-v1.0` in NODE_OPTIONS does.
    tls.DEFAULT_MIN_VERSION = 'TLSv1'
    onTestFinished(() => {
      tls.DEFAULT_MIN_VERSION = before
    })
    await queue(2)
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const
    const server = closed(await mailServer({ disabledCommands: [], secure: true, ...old }))
    const place = { host: '127.0.0.1', port: server.port, protection: 'tls' } as const
    const lenient = { rejectUnauthorized: false, ciphers: 'DEFAULT:@SECLEVEL=0' }
    expect((await send(server.port, { server: { ...place, tls: lenient } }))[0]).toMatchObject({
      state: 'queued',
    })
    expect(server.received).toEqual([])
    // The server would take it.
    const after = await send(server.port, { server: { ...place, tls: { ...lenient, minVersion: 'TLSv1' } } })
    expect(after.map(({ state }) => state)).toEqual(['sent', 'sent'])
  })

  it('never sends the same message twice, with two at it at once', async () => {
    await queue(40)
    const server = closed(await mailServer())
    await Promise.all([send(server.port), send(server.port)])
    const ids = server.received.map(({ messageId }) => messageId)
    expect([ids.length, new Set(ids).size]).toEqual([40, 40])
  })

  it('leaves a claim to its sender until it lapses; the repetition is the same message', async () => {
    await queue(1)
    const server = closed(await mailServer())
    await send(server.port)
    const { db } = await world.store()
    const claimed = { state: 'queued', claimed_by: 'gone', claimed_at: world.now.toISOString() } as const
    await db.updateTable('outbox').set(claimed).execute()
    await send(server.port)
    expect(server.received).toHaveLength(1)
    world.setClock('2026-03-02T09:10:00Z')
    expect(await send(server.port)).toMatchObject([{ state: 'sent' }])
    const [first, second] = server.received
    expect(second?.raw).toBe(first?.raw)
  })

  it('cancels what expired, and what was voided or replaced', async () => {
    await queue(1)
    await world.run([
      'users',
      'reset-password',
      'user1@school.example',
      '--yes',
      '--smtp',
      'smtp://127.0.0.1:1?ignoreTLS=true',
    ])
    expect((await rows()).map(({ state }) => state)).toEqual(['cancelled', 'queued'])
    world.setClock('2026-03-04T09:00:00Z')
    const server = closed(await mailServer())
    expect((await send(server.port)).map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
    expect(server.received).toEqual([])
  })
})
