import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OutboxRow } from '../../src/db/schema.ts'
import { sendMessages } from '../../src/mail/send.ts'
import { newWorld, type World } from '../world.ts'
import { type Authority, hasOpenssl, newAuthority } from './certificates.ts'
import { mailServer, type RealServer } from './server.ts'

describe.skipIf(!hasOpenssl)('a mail server that cannot be trusted (needs openssl)', () => {
  let world: World
  let server: RealServer | undefined
  let authority: Authority
  const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-certificates-'))
  beforeAll(() => {
    authority = newAuthority(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.user('amira@school.example', { centre: 'EG001', status: 'invited' })
    expect((await world.run(['users', 'reset-password', 'amira@school.example', '--yes'])).exit).toBe(0)
    const { db } = await world.store()
    await db.updateTable('outbox').set({ state: 'queued', file: null }).execute()
  })
  afterEach(async () => {
    await server?.close()
    server = undefined
    await world.close()
  })

  async function sentTo(port: number, protection: 'tls' | 'starttls'): Promise<OutboxRow | undefined> {
    const store = await world.store()
    const [first] = await store.db.selectFrom('outbox').select('id').execute()
    await sendMessages([first?.id ?? 0], {
      store,
      actor: world.ctx().actor,
      now: () => world.now,
      server: { host: '127.0.0.1', port, protection, tls: { ca: authority.cert } },
      folder: world.path('mail'),
      from: 'noreply@cambridgeinternational.org',
      baseUrl: 'https://hub.example',
    })
    return store.db.selectFrom('outbox').selectAll().executeTakeFirst()
  }

  const trouble = {
    'has expired': 'the certificate of the server has expired',
    'is for another host': 'the certificate of the server is for another name',
    'is its own': 'the certificate of the server is signed by nobody whom this machine trusts',
  }
  const certificates = {
    'has expired': () => authority.issue('IP:127.0.0.1', -1),
    'is for another host': () => authority.issue('DNS:mail.elsewhere.example', 1),
    'is its own': () => newAuthority(mkdtempSync(join(folder, 'other-'))).issue('IP:127.0.0.1', 1),
  }

  it.each(
    (['has expired', 'is for another host', 'is its own'] as const).flatMap((what) =>
      (['tls', 'starttls'] as const).map((protection) => [what, protection] as const),
    ),
  )('whose certificate %s is sent nothing, and told of in words: %s', async (what, protection) => {
    const secure = protection === 'tls'
    server = await mailServer({ disabledCommands: [], secure, ...certificates[what]() })
    const message = await sentTo(server.port, protection)
    expect(message).toMatchObject({ state: 'queued' })
    expect(message?.last_error).toBe(`no protected connection to 127.0.0.1:${server.port}: ${trouble[what]}`)
    expect(server.received).toEqual([])
  })

  it('that speaks plain text is sent nothing, and told of in words', async () => {
    server = await mailServer()
    const { port } = server
    expect(await sentTo(port, 'tls')).toMatchObject({
      state: 'queued',
      last_error: `no protected connection to 127.0.0.1:${port}: the server does not speak TLS on this port`,
    })
    expect((await sentTo(port, 'starttls'))?.last_error).toContain(
      `no protected connection to 127.0.0.1:${port}: `,
    )
    expect(server.received).toEqual([])
  })

  it.each(['tls', 'starttls'] as const)('is told from one that can be: %s', async (protection) => {
    const secure = protection === 'tls'
    server = await mailServer({ disabledCommands: [], secure, ...authority.issue('IP:127.0.0.1', 1) })
    expect(await sentTo(server.port, protection)).toMatchObject({ state: 'sent' })
    expect(server.received).toHaveLength(1)
  })
})
