import { chmodSync, chownSync, existsSync, readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bin, type Desk, newDesk } from './program.ts'

const isRoot = process.getuid?.() === 0
const somebody = 65_533
const stranger = 65_534

describe('a key that belongs to another user of the machine', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    expect(await desk.program(['store', 'init'])).toMatchObject({ exitCode: 0 })
  })
  afterEach(() => desk.clear())

  const key = () => desk.path('hub.db.key')
  /** Everything of the store belongs to whoever runs the program, but for the key. */
  const runAs = async (uid: number) => {
    chownSync(desk.folder, uid, uid)
    for (const name of readdirSync(desk.folder)) {
      if (name !== 'hub.db.key') chownSync(desk.path(name), uid, uid)
    }
    const argv = ['users', 'add', 'Amira Haddad <amira@school.example>', '--centre', 'EG001', '--json']
    return desk.program(argv, { uid, gid: uid })
  }

  // Only root can give a file to somebody else.
  it.skipIf(!isRoot)('is not used (needs root: skipped for others)', async () => {
    expect(existsSync(bin)).toBe(true)
    chmodSync(key(), 0o644)
    chownSync(key(), stranger, stranger)
    const { exitCode, stderr } = await runAs(somebody)
    expect([exitCode, JSON.parse(stderr).error]).toMatchObject([
      7,
      { code: 'key-exposed', message: expect.stringContaining('belongs to another user of this machine') },
    ])
  })

  it.skipIf(!isRoot)('is used by root, who can read it anyway (needs root: skipped for others)', async () => {
    chownSync(key(), stranger, stranger)
    const { exitCode, stderr } = await runAs(0)
    expect([exitCode, JSON.parse(stderr).error.code]).toEqual([4, 'centre-not-found'])
  })

  it.skipIf(!isRoot)('is used where it is one’s own (needs root: skipped for others)', async () => {
    chownSync(key(), somebody, somebody)
    const { exitCode, stderr } = await runAs(somebody)
    expect([exitCode, JSON.parse(stderr).error.code]).toEqual([4, 'centre-not-found'])
  })
})
