import { X509Certificate } from 'node:crypto'
import dns from 'node:dns'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { TLSSocket, type TLSSocketOptions } from 'node:tls'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { newInterruption } from '../../../src/interruption.ts'
import { plainTime } from '../../../src/plain-time.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { type Authority, hasOpenssl, newAuthority } from '../../mail/certificates.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

/** This machine, by a name that is not one of those that need no encryption; later lines of Node take no number for a name. */
const host = 'LOCALHOST'
/** Of what asks a server to break off. */
const cancelLength = 16

describe.skipIf(!hasOpenssl)('a server that is on another machine (needs openssl)', () => {
  let folder: string
  let authority: Authority
  let world: World
  /** What each connection said first, once it was encrypted. */
  const heard: Buffer[] = []
  let open: { server: Server; sockets: Set<Socket> } | undefined

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ssh-admin-certificates-'))
    authority = newAuthority(folder)
    writeFileSync(join(folder, 'text.pem'), 'no certificate\n')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
  })
  afterEach(async () => {
    for (const socket of open?.sockets ?? []) socket.destroy()
    open?.server.close()
    open = undefined
    await world.close()
  })

  /** Answers a desk that asks for encryption, and passes on what it says. @returns its port */
  async function answering(...answers: readonly (TLSSocketOptions | string)[]): Promise<number> {
    const sockets = new Set<Socket>()
    let calls = 0
    const [target] = parseServerAddress(world.db).hosts
    const server = createServer((desk) => {
      sockets.add(desk)
      desk.on('error', () => undefined)
      const answer = answers[Math.min(calls, answers.length - 1)] ?? ''
      calls += 1
      desk.once('data', () => {
        if (typeof answer === 'string') return desk.end(answer)
        desk.write('S')
        const behind = connect(target?.port ?? 0, target?.host)
        sockets.add(behind)
        const clear = new TLSSocket(desk, { isServer: true, ...answer })
        clear.once('data', (first: Buffer) => heard.push(first))
        for (const socket of [behind, clear]) socket.on('error', () => desk.destroy())
        clear.pipe(behind).pipe(clear)
      })
    })
    open = { server, sockets }
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address: AddressInfo | string | null = server.address()
    return typeof address === 'object' ? (address?.port ?? 0) : 0
  }

  const show = (port: number, { more = '', env = {} }: { more?: string; env?: NodeJS.ProcessEnv } = {}) =>
    world.run(['users', 'show', 'huda@school.example', '--json', '--db', placeAt(port, more)], { env })
  const placeAt = (port: number, more: string) => `${world.db.replace(/@[^/]+/, `@${host}:${port}`)}${more}`
  const trusted = () => `&sslrootcert=${join(folder, 'ca.pem')}`
  const inUtc = (at: string) => plainTime(new Date(at).toISOString())
  const certified = (name = `DNS:${host}`, days = 9) => authority.issue(name, days)

  it('is used where whoever signed its certificate is named', async () => {
    const ran = await show(await answering(certified()), { more: trusted() })
    expect([ran.exit, ran.json().email], ran.stderr).toEqual([0, 'huda@school.example'])
  })

  it('is refused without that, and where its certificate is of another name', async () => {
    const port = await answering(certified())
    const refused = await show(port)
    expect([refused.exit, refused.error().code]).toEqual([7, 'store-untrusted'])
    expect(refused.error().hint).toContain('sslrootcert')
    open?.server.close()
    const other = await show(await answering(certified('DNS:another.example')), { more: trusted() })
    expect([other.exit, other.error().code]).toEqual([7, 'store-untrusted'])
    expect(other.error().message).toContain('another name')
    open?.server.close()
  })

  it('is refused where its certificate has expired: since when is said, and what to do', async () => {
    const expired = certified(undefined, -1)
    const certificate = new X509Certificate(expired.cert)
    const port = await answering(expired)
    const refused = await show(port, { more: trusted() })
    expect([refused.exit, refused.error()]).toMatchObject([
      7,
      {
        code: 'store-untrusted',
        message: `The certificate of the server of ${placeAt(port, trusted())} expired at ${inUtc(certificate.validTo)}.`,
        hint: expect.stringMatching(/renew it; this machine's clock says \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/),
      },
    ])
  })

  it('is refused where the certificate of who signed its own has expired, which is said', async () => {
    const old = mkdtempSync(join(folder, 'old-'))
    const authority = newAuthority(old, { days: -1 })
    const { validTo } = new X509Certificate(authority.cert)
    const port = await answering(authority.issue(`DNS:${host}`, 9))
    const refused = await show(port, { more: `&sslrootcert=${join(old, 'ca.pem')}` })
    expect([refused.exit, refused.error()]).toMatchObject([
      7,
      {
        code: 'store-untrusted',
        message: expect.stringMatching(`^The certificate of who signed .* expired at ${inUtc(validTo)}[.]$`),
        hint: expect.stringContaining('sslrootcert=FILE'),
      },
    ])
  })

  it('is refused where it does not speak TLS, or none that is safe, or what is named is no certificate', async () => {
    const plain = await show(await answering('N'), { more: trusted() })
    expect([plain.exit, plain.error().code]).toEqual([7, 'store-untrusted'])
    expect(plain.error().hint).toContain('sslmode=disable')
    const old = {
      ...certified(),
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL@SECLEVEL=0',
    } as const
    open?.server.close()
    const ran = await show(await answering(old), { more: trusted() })
    expect([ran.exit, ran.error().code], ran.stderr).toEqual([7, 'store-untrusted'])
    open?.server.close()
    const text = await show(await answering(certified()), {
      more: `&sslrootcert=${join(folder, 'text.pem')}`,
    })
    expect([text.exit, text.error().code], text.stderr).toEqual([7, 'store-untrusted'])
    const none = await show(1, { more: `&sslrootcert=${join(folder, 'none.pem')}` })
    expect([none.exit, none.error().code]).toEqual([7, 'store-untrusted'])
  })

  it('is no server of PostgreSQL where it answers as none does', async () => {
    const ran = await show(await answering('HTTP/1.1 400 Bad Request\r\n\r\n'), { more: trusted() })
    expect([ran.exit, ran.error().code], ran.stderr).toEqual([7, 'store-unavailable'])
    expect(ran.error().message).toContain('no server of PostgreSQL')
  })

  /** Waits for a locked table of a server that a name stands for, which stands for none from then on, and presses Ctrl-C. */
  async function interrupted(port: number) {
    const locker = new pg.Client({ connectionString: testServer ?? '' })
    await locker.connect()
    const { schema } = parseServerAddress(world.db)
    await locker.query(`begin; lock table ${schema}.users in access exclusive mode`)
    const waiting = `select from pg_locks where not granted and relation = '${schema}.users'::regclass`
    const interruption = newInterruption(() => undefined)
    const running = world.run(['users', 'list', '--db', placeAt(port, trusted())], { interruption })
    while ((await locker.query(waiting)).rowCount === 0) await pause(20)
    await pause(300)
    const asked = vi.spyOn(dns, 'lookup')
    try {
      interruption.handleSignal('SIGINT')
      return { ran: await running, names: asked.mock.calls.map(([name]) => name) }
    } finally {
      asked.mockRestore()
      await locker.end()
    }
  }

  it('is asked over encryption to break off, at the address that the connection has', async () => {
    heard.length = 0
    const { ran, names } = await interrupted(await answering(certified()))
    expect([ran.exit, names], ran.stderr).toEqual([130, []])
    expect(heard.map(({ length }) => length)).toEqual([expect.any(Number), cancelLength])
  })

  it('is asked nothing of the kind where another answers, whose certificate is of another name', async () => {
    heard.length = 0
    const { ran } = await interrupted(await answering(certified(), certified('DNS:another.example')))
    expect([ran.exit, heard.length], ran.stderr).toEqual([130, 1])
  })
})
