import { execa } from 'execa'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtProgram, root } from '../../built-program.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

const required = createRequire(import.meta.url)

describe('signing in at a server by the built program', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
  })
  afterEach(() => world.close())

  const show = (env: NodeJS.ProcessEnv, ...before: string[]) =>
    execa(process.execPath, [...before, builtProgram(), 'users', 'show', 'huda@school.example'], {
      env: { PATH: process.env.PATH, HOME: world.folder, SSH_ADMIN_DB: world.db, ...env },
      extendEnv: false,
      reject: false,
    })

  it.skipIf(!testServer)(
    'loads of Node what it needs for that, and nothing of what fetches pages',
    async () => {
      const log = world.path('modules')
      const before = ['--require', join(root, 'test/end-to-end/list-loaded.cjs')]
      const env = { PGPASSWORD: process.env.PGPASSWORD, LIST_LOADED: log }
      const ran = await show(env, ...before)
      expect(ran.exitCode, ran.stderr).toBe(0)
      const loaded = readFileSync(log, 'utf8').split('\n')
      const needless = [
        'http',
        'http2',
        'tls',
        'zlib',
        'dns',
        'assert',
        'internal/fs/promises',
        'worker_threads',
      ]
      expect(loaded).toContain('net')
      expect(loaded.filter((name) => needless.includes(name))).toEqual([])
    },
  )

  it('is refused with another password', async () => {
    const ran = await show({ PGPASSWORD: 'another' })
    expect(ran.exitCode).toBe(7)
    expect(ran.stderr).toContain('refuses this user')
  })
})

describe('the digests by which the built program signs in', () => {
  const ours = required(join(root, 'build/pg/crypto.cjs'))
  const theirs = required('pg/lib/crypto/utils')
  const bytes = async (made: Promise<Uint8Array | ArrayBuffer>) =>
    Buffer.from(new Uint8Array(await made)).toString('hex')
  const salt = Buffer.from('0001fe80c3a9', 'hex')
  const texts = ['', 'password', 'pässwörd €', 'n=*,r=abc']

  it('are those of pg itself', async () => {
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort())
    expect(ours.randomBytes(18)).toHaveLength(18)
    for (const text of texts) {
      expect(await ours.md5(text)).toBe(await theirs.md5(text))
      expect(await ours.postgresMd5PasswordHash('hub', text, salt)).toBe(
        await theirs.postgresMd5PasswordHash('hub', text, salt),
      )
      const utf8 = Buffer.from(text)
      expect(await bytes(ours.sha256(utf8))).toBe(await bytes(theirs.sha256(utf8)))
      for (const name of ['SHA-256', 'SHA-384', 'SHA-512'])
        expect(await bytes(ours.hashByName(name, utf8))).toBe(await bytes(theirs.hashByName(name, utf8)))
      expect(await bytes(ours.hmacSha256(salt, text))).toBe(await bytes(theirs.hmacSha256(salt, text)))
      expect(await bytes(ours.deriveKey(text, salt, 4096))).toBe(
        await bytes(theirs.deriveKey(text, salt, 4096)),
      )
    }
  })
})
