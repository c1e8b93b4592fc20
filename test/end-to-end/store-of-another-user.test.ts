import { chmodSync, chownSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from './program.ts'

const isRoot = process.getuid?.() === 0
const somebody = { uid: 65_533, gid: 65_533 }

// Only root can run the program as somebody else.
describe.skipIf(!isRoot)('a store of another user of the machine (needs root: skipped for others)', () => {
  let desk: Desk
  let store: string[]
  beforeEach(async () => {
    desk = newDesk()
    chmodSync(desk.folder, 0o755)
    mkdirSync(desk.path('theirs'))
    store = ['--db', desk.path('theirs/hub.db'), '--json']
    const school = ['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt', ...store]
    expect(await desk.program(school)).toMatchObject({ exitCode: 0 })
  })
  afterEach(() => desk.clear())

  it.each([['status'], ['users list'], ['users suspend amira@school.example --yes']])(
    'is not said to be missing where nobody may look into its folder: %s',
    async (line) => {
      chmodSync(desk.path('theirs'), 0o700)
      const { exitCode, stderr } = await desk.program([...line.split(' '), ...store], somebody)
      expect([exitCode, JSON.parse(stderr).error]).toMatchObject([
        7,
        { code: 'store-unavailable', message: expect.stringContaining('you may not look into its folder') },
      ])
    },
  )

  it('can be read, and says why it cannot be written to', async () => {
    chmodSync(desk.path('theirs'), 0o755)
    chmodSync(desk.path('theirs/hub.db'), 0o644)
    expect(await desk.program(['centres', 'list', ...store], somebody)).toMatchObject({ exitCode: 0 })
    const creating = ['centres', 'create', 'EG002', '--name', 'Delta', '--country', 'Egypt', ...store]
    const { exitCode, stderr } = await desk.program(creating, somebody)
    expect([exitCode, JSON.parse(stderr).error]).toMatchObject([
      7,
      {
        code: 'store-read-only',
        message: `The store ${desk.path('theirs/hub.db')} cannot be written to: you may not write there.`,
      },
    ])
  })

  it("that was there once, and is another one's folder now, keeps no change of the store from its message", async () => {
    const mine = ['--db', desk.path('mine/hub.db'), '--key-file', desk.path('mine/safe.key')]
    const there = ['--db', desk.path('theirs/once.db'), '--key-file', desk.path('mine/safe.key')]
    mkdirSync(desk.path('mine'))
    const school = ['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt', '--json']
    expect(await desk.program([...school, ...there])).toMatchObject({ exitCode: 0 })
    renameSync(desk.path('theirs/once.db'), desk.path('mine/hub.db'))
    for (const name of ['', ...readdirSync(desk.path('mine'))])
      chownSync(desk.path(join('mine', name)), somebody.uid, somebody.gid)
    chmodSync(desk.path('theirs'), 0o700)

    const adding = ['users', 'add', 'Amira Hassan <amira@school.example>', '--centre', 'EG001', '--yes']
    const mail = ['--mail-dir', desk.path('mine/mail')]
    const added = await desk.program([...adding, ...mine, ...mail], somebody)
    expect(added).toMatchObject({ exitCode: 0 })
    expect(readdirSync(desk.path('mine/mail'))).toHaveLength(1)
    expect(await desk.program(['store', 'check', ...mine], somebody)).toMatchObject({ exitCode: 0 })
  })
})
