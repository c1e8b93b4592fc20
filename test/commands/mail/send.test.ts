import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inbox } from '../../mail/inbox.ts'
import { mailServer, type RealServer } from '../../mail/server.ts'
import { inProcess } from '../../terminal.ts'
import { newWorld, type World } from '../../world.ts'

describe('the commands on messages', () => {
  let world: World
  const servers: RealServer[] = []
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { name: 'Nile Valley School' })
    await world.user('amira@school.example', { centre: 'EG001' })
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close()
    await world.close()
  })

  const unreachable = { SSH_ADMIN_SMTP_URL: 'smtp://127.0.0.1:1?ignoreTLS=true' }
  const reset = (env: Record<string, string> = {}, ...more: string[]) =>
    world.run(['users', 'reset-password', 'amira@school.example', '--yes', '--json', ...more], { env })
  const started = async (options = {}) => {
    const server = await mailServer(options)
    servers.push(server)
    return { server, env: { SSH_ADMIN_SMTP_URL: `smtp://127.0.0.1:${server.port}?ignoreTLS=true` } }
  }
  const list = async (...more: string[]) => (await world.run(['mail', 'list', '--json', ...more])).json()

  it('write a message where no server is set, say so, and end well', async () => {
    const ran = await reset()
    expect(ran.exit).toBe(0)
    const [message] = await inbox(world)
    const { mail, notices } = ran.json()
    expect(mail).toMatchObject([{ to: 'amira@school.example', letter: 'password-reset', state: 'written' }])
    expect(notices).toContainEqual({
      code: 'mail-written',
      message: `No mail server is set: the message to amira@school.example is in ${message?.file} and has not been sent.`,
    })
  })

  it('send it where one is set', async () => {
    const { server, env } = await started()
    expect((await reset(env)).json()).toMatchObject({ mail: [{ state: 'sent', attempts: 1 }] })
    expect(server.received).toMatchObject([{ to: ['amira@school.example'] }])
  })

  it('keep the change and end with 9 when the server cannot be reached; mail send tries again', async () => {
    const ran = await reset(unreachable)
    expect(ran.exit).toBe(9)
    expect(ran.json().mail).toMatchObject([{ state: 'queued', attempts: 1 }])
    expect(ran.json().notices).toMatchObject([
      { code: 'mail-waiting', message: expect.stringContaining('ssh-admin mail send') },
    ])

    const { server, env } = await started()
    const early = await world.run(['mail', 'send', '--due', '--json'], { env })
    expect([early.exit, early.json().total]).toEqual([0, 0])
    const rehearsed = await world.run(['mail', 'send', '--dry-run', '--json'], { env })
    expect([rehearsed.exit, rehearsed.json().total, server.received]).toEqual([0, 1, []])
    world.setClock('2026-03-02T09:05:00Z')
    const due = await world.run(['mail', 'send', '--due', '--json'], { env })
    expect([due.exit, due.json().messages[0].state]).toEqual([0, 'sent'])
  })

  it('end with 9 when the server refuses the recipient for good', async () => {
    const onRcptTo = (_to: unknown, _session: unknown, done: (error: Error) => void) =>
      done(Object.assign(new Error('no such user'), { responseCode: 550 }))
    const { env } = await started({ onRcptTo })
    const ran = await reset(env)
    expect([ran.exit, ran.json().mail[0].state]).toEqual([9, 'failed'])
    expect(ran.json().notices).toMatchObject([{ code: 'mail-failed' }])
  })

  const refusingAll = (answer: string) => ({
    onRcptTo: (_to: unknown, _session: unknown, done: (error: Error) => void) =>
      done(Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) })),
  })
  const actions = async () =>
    (await world.run(['audit', 'list', '--kind', 'event', '--json']))
      .json()
      .events.map((event: { action: string }) => event.action)

  it.each([
    ['sent', {}],
    ['written', undefined],
    ['waiting', refusingAll('450 4.2.0 later')],
    ['failed', refusingAll('550 5.1.1 no such user')],
  ])('say what became of a message: %s', async (became, options) => {
    const env = options ? (await started(options)).env : {}
    const ran = await reset(env)
    expect(ran.json().users).toMatchObject([{ outcome: `message-${became}`, changed: true }])
    expect(await actions()).toContain(`mail.message-${became}`)
    const text = await world.run(['users', 'reset-password', 'amira@school.example', '--yes'], { env })
    expect(text.stdout).toMatch(new RegExp(`\\tmessage-${became}\\n$`))
  })

  it('keep all of many letters when the server turns out to have had enough, and say so', async () => {
    const emails = Array.from({ length: 6 }, (_, n) => `user${n}@school.example`)
    for (const email of emails) await world.user(email, { centre: 'EG001' })
    const { env } = await started(refusingAll('550 5.4.5 Daily sending quota exceeded'))
    const ran = await world.run(['users', 'reset-password', ...emails, '--yes', '--json'], { env })
    expect(ran.exit).toBe(9)
    expect(ran.json().mail.map(({ state }: { state: string }) => state)).toEqual(emails.map(() => 'queued'))
    expect(ran.json().notices).toMatchObject([
      {
        code: 'mail-waiting',
        message: expect.stringMatching(/^6 messages could not be sent: .*quota exceeded/),
      },
    ])
    const { server, env: again } = await started()
    expect((await world.run(['mail', 'send', '--json'], { env: again })).exit).toBe(0)
    expect(server.received).toHaveLength(6)
  })

  it('begin with those that were never tried, so that one that stops the rest does it once', async () => {
    await world.user('noor@school.example', { centre: 'EG001' })
    const emails = ['amira@school.example', 'noor@school.example']
    await world.run(['users', 'reset-password', ...emails, '--yes'], {
      env: (await started(refusingAll('550 5.7.1 not authorized'))).env,
    })
    const onRcptTo = ({ address }: { address: string }, _session: unknown, done: (error?: Error) => void) =>
      done(
        address === emails[0]
          ? Object.assign(new Error('5.7.1 not authorized'), { responseCode: 550 })
          : undefined,
      )
    const { server, env } = await started({ onRcptTo })
    expect((await world.run(['mail', 'send'], { env })).exit).toBe(9)
    expect(server.received).toMatchObject([{ to: ['noor@school.example'] }])
  })

  it('name what was refused before, and try it again when told to', async () => {
    await reset((await started(refusingAll('550 5.1.1 no such user'))).env)
    const { server, env } = await started()
    const plain = await world.run(['mail', 'send', '--json'], { env })
    expect([plain.exit, plain.json().total]).toEqual([0, 0])
    expect(plain.json().notices).toMatchObject([
      { code: 'mail-failed', message: expect.stringMatching(/amira@school\.example.*mail send --failed/) },
    ])
    const rehearsed = await world.run(['mail', 'send', '--failed', '--dry-run', '--json'], { env })
    expect([rehearsed.exit, rehearsed.json().total, server.received]).toEqual([0, 1, []])
    const again = await world.run(['mail', 'send', '--failed', '--json'], { env })
    expect([again.exit, again.json().messages]).toMatchObject([0, [{ state: 'sent', attempts: 2 }]])
    expect(server.received).toHaveLength(1)
    expect((await world.run(['mail', 'send', '--json'], { env })).json().notices).toEqual([])
  })

  it('tell how far the sending is: at a terminal, to a program that asks, and to no other', async () => {
    const emails = Array.from({ length: 8 }, (_, n) => `user${n}@school.example`)
    for (const email of emails) await world.user(email, { centre: 'EG001' })
    const { server, env } = await started()
    const queue = () => world.run(['users', 'reset-password', ...emails, '--yes'], { env: unreachable })
    expect((await queue()).exit).toBe(9)
    const typist = inProcess(world, ['mail', 'send', '--rate', '3'], { env })
    await typist.sees('Sending 8 messages …')
    await typist.sees(/Sending 8 messages … \d+ %, \d, \d+ a second, \d+ s left/)
    expect((await typist.leaves()).exit).toBe(0)
    expect(server.received).toHaveLength(8)

    await queue()
    const progress = (await world.run(['mail', 'send', '--progress', 'json'], { env })).stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line).progress)
    expect(progress[0]).toEqual({ phase: 'sending', done: 0, percent: 0, perSecond: null, secondsLeft: null })
    expect(new Set(progress.map(({ phase }) => phase))).toEqual(new Set(['sending']))

    await queue()
    expect((await world.run(['mail', 'send'], { env })).stderr).not.toMatch(/Sending|%/)
    expect(server.received).toHaveLength(24)
  })

  it('are sent at a rate above none', async () => {
    for (const rate of ['0', '-1']) {
      const ran = await world.run(['mail', 'send', `--rate=${rate}`])
      expect([ran.exit, ran.stderr]).toEqual([2, expect.stringContaining('it takes at least 0.001')])
    }
  })

  it('never say that nothing waits where only none was refused', async () => {
    await reset(unreachable)
    const ran = await world.run(['mail', 'send', '--failed'])
    expect(ran.stderr).toContain('None was refused.')
    expect(ran.stderr).not.toContain('Nothing waits')
    const { exit, json } = await world.run(['mail', 'send', '--failed', '--json'])
    expect([exit, json().notices]).toEqual([
      0,
      [{ code: 'mail-waiting', message: expect.stringMatching(/^1 message .*: ssh-admin mail send$/) }],
    ])
  })

  it('end well beside another that is sending now', async () => {
    await reset(unreachable)
    const { db } = await world.store()
    await db
      .updateTable('outbox')
      .set({ claimed_by: 'another', claimed_at: world.now.toISOString() })
      .execute()
    const { server, env } = await started()
    const ran = await world.run(['mail', 'send', '--json'], { env })
    expect([ran.exit, server.received]).toEqual([0, []])
    expect(ran.json().notices).toMatchObject([{ code: 'mail-claimed' }])
  })

  it('are told of with their person: users show, and who adds them again', async () => {
    const add = () =>
      world.run(
        ['users', 'add', 'Nour Salem <nour@school.example>', '--centre', 'EG001', '--yes', '--json'],
        {
          env: unreachable,
        },
      )
    await add()
    const shown = await world.run(['users', 'show', 'nour@school.example', '--json'])
    expect(shown.json().notices).toMatchObject([
      { code: 'mail-waiting', message: expect.stringContaining('account-set-up') },
    ])
    expect(await add().then(({ exit, error }) => [exit, error()])).toMatchObject([
      3,
      {
        code: 'email-in-use',
        message: expect.stringContaining('a message to them waits'),
        hint: 'ssh-admin mail send',
      },
    ])
    await world.run(['mail', 'send'])
    expect((await world.run(['users', 'show', 'nour@school.example', '--json'])).json().notices).toEqual([])
  })

  it('rehearse a message without queueing it', async () => {
    const ran = await reset({}, '--dry-run')
    expect(ran.json()).toMatchObject({
      dryRun: true,
      mail: [{ state: 'written', to: 'amira@school.example' }],
    })
    expect((await list()).total).toBe(0)
    expect(existsSync(world.mailFolder)).toBe(false)
  })

  it('show a message without its secret, and write a page to look at', async () => {
    await reset()
    const [message] = await inbox(world)
    const secret = /\d+\.[\w-]{43}/.exec(message?.text ?? '')?.[0] ?? 'none'
    const ran = await world.run(['mail', 'show', '1', '--html', 'page.html', '--json'])
    expect(ran.json()).toMatchObject({ id: 1, to: 'amira@school.example', page: world.path('page.html') })
    const page = readFileSync(world.path('page.html'), 'utf8')
    expect(page).toContain('Dear Amira Haddad')
    expect(page + ran.stdout + (await world.run(['mail', 'show', '1'])).stdout).not.toContain(secret)
    expect(statSync(world.path('page.html')).mode & 0o777).toBe(0o600)
  })

  it('cancel what waits, once, and nothing that went out', async () => {
    await reset(unreachable)
    expect((await world.run(['mail', 'cancel', '1', '--json'])).json()).toMatchObject({
      messages: [{ id: 1, state: 'cancelled', changed: true }],
    })
    expect((await world.run(['mail', 'cancel', '1', '--json'])).json().messages[0].changed).toBe(false)
    await reset()
    expect((await world.run(['mail', 'cancel', '2', '--json'])).error().code).toBe('not-waiting')
    expect((await world.run(['mail', 'cancel', '99', '--json'])).exit).toBe(4)
    expect((await world.run(['mail', 'cancel', 'x', '--json'])).exit).toBe(2)
  })

  it('list by state, letter and address', async () => {
    await reset(unreachable)
    await reset()
    expect((await list()).total).toBe(2)
    expect((await list('--state', 'written')).messages).toMatchObject([{ id: 2 }])
    expect((await list('--to', 'Nobody@school.example')).total).toBe(0)
    expect((await list('--letter', 'password-reset', '--limit', '1')).messages).toHaveLength(1)
    expect((await world.run(['mail', 'list', '--state', 'wrtten'])).exit).toBe(2)
  })

  it.each([
    ['http://mail.example', 'begins with smtp'],
    ['smtp://mail.example?ignoreTLS=true', 'unprotected'],
    ['smtp://user:word@mail.example', 'must not hold a password'],
    ['smtp://user@mail.example', 'no password is set'],
    ['smtp://mail.example?requireTLS=false', 'means nothing'],
    ['smtps://mail.example?ignoreTLS=true', 'means nothing'],
    ['smtp://mail.example:0', 'port 0'],
    ['smtp://us%zzer@mail.example', 'cannot be read'],
    ['smtp://hub@mail.example?pass=hunter2', 'means nothing'],
    ['smtp://mail.example?hunter2', 'means nothing'],
    ['smtp://hunter2%zz@mail.example', 'cannot be read'],
  ])('refuse the server address %s before anything is changed', async (SSH_ADMIN_SMTP_URL, words) => {
    const ran = await reset({ SSH_ADMIN_SMTP_URL })
    expect([ran.exit, ran.error().code]).toEqual([2, 'bad-smtp'])
    expect(ran.error().message).toContain(words)
    expect(ran.stderr).not.toContain('hunter2')
    expect((await list()).total).toBe(0)
  })

  it.each([['--yes'], ['--dry-run']])('refuse it with %s too: a rehearsal checks the same', async (flag) => {
    const ran = await world.run(['users', 'reset-password', 'amira@school.example', flag, '--json'], {
      env: { SSH_ADMIN_SMTP_URL: 'http://mail.example' },
    })
    expect([ran.exit, ran.error().code]).toEqual([2, 'bad-smtp'])
  })

  it.each([
    ['an address to send from that is none', { SSH_ADMIN_MAIL_FROM: 'The Hub' }, 'bad-mail-from'],
    ['a site whose links nobody could open', { SSH_ADMIN_BASE_URL: 'hub.example' }, 'bad-base-url'],
  ])('refuse %s, before anything is changed', async (_what, env, code) => {
    expect(await reset(env).then((ran) => [ran.exit, ran.error().code])).toEqual([2, code])
    expect((await list()).total).toBe(0)
    for (const more of [[], ['--dry-run']]) {
      const ran = await world.run(['mail', 'send', '--json', ...more], { env })
      expect([ran.exit, ran.error().code]).toEqual([2, code])
    }
  })

  it('say the same of a known and an unknown address, however mail is set up', async () => {
    const env = { SSH_ADMIN_SMTP_URL: 'http://mail.example' }
    const ask = (email: string) => world.run(['account', 'request', email, '--json'], { env })
    const known = await ask('amira@school.example')
    const unknown = await ask('nobody@school.example')
    expect([known.exit, known.stderr]).toEqual([unknown.exit, unknown.stderr])
  })

  it('read the password from a file that nobody else can read', async () => {
    const { server, env: plain } = await started({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (
        { username, password }: { username?: string; password?: string },
        _session: unknown,
        done: (error: Error | null, answer?: { user: string }) => void,
      ) =>
        username === 'hub' && password === 'open sesame'
          ? done(null, { user: 'hub' })
          : done(new Error('no')),
    })
    const file = world.path('password')
    writeFileSync(file, 'open sesame\n', { mode: 0o644 })
    const env = {
      SSH_ADMIN_SMTP_URL: plain.SSH_ADMIN_SMTP_URL.replace('smtp://', 'smtp://hub@'),
      SSH_ADMIN_SMTP_PASSWORD_FILE: file,
    }
    chmodSync(file, 0o644)
    expect(await reset(env).then((ran) => [ran.exit, ran.error().code])).toEqual([7, 'smtp-password-exposed'])
    chmodSync(file, 0o600)
    expect((await reset(env)).json().mail[0].state).toBe('sent')
    // As Notepad and PowerShell save it.
    for (const bytes of [
      Buffer.from('\ufeffopen sesame\r\n'),
      Buffer.from('\ufeffopen sesame\r\n', 'utf16le'),
    ]) {
      writeFileSync(file, bytes)
      expect((await reset(env)).json().mail[0].state).toBe('sent')
    }
    expect(server.received).toHaveLength(3)
    writeFileSync(file, 'wrong')
    expect((await reset(env)).json().mail[0].lastError).toContain('did not accept the user and password')
    rmSync(file)
    expect(await reset(env).then((ran) => [ran.exit, ran.error().code])).toEqual([7, 'smtp-password-missing'])
    // A pipe that nobody writes to is not waited for.
    execFileSync('mkfifo', ['-m', '600', file])
    expect(await reset(env).then((ran) => [ran.exit, ran.error().code])).toEqual([7, 'smtp-password-missing'])
  })

  it('keep the message when the mail directory cannot be written, and end with 9', async () => {
    writeFileSync(world.path('file'), '')
    const ran = await reset({ SSH_ADMIN_MAIL_DIR: world.path('file') })
    expect([ran.exit, ran.json().mail[0].state]).toEqual([9, 'queued'])
    for (const folder of ['file', 'file/more']) {
      const sent = await world.run(['mail', 'send', '--json'], {
        env: { SSH_ADMIN_MAIL_DIR: world.path(folder) },
      })
      expect([sent.exit, sent.json().messages[0].state]).toEqual([9, 'queued'])
      expect(sent.json().notices[0].message).toContain(`the mail directory ${world.path(folder)} cannot be`)
    }
  })
})
