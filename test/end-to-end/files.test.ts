import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk, root } from './program.ts'

describe('what the program writes', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
  })
  afterEach(() => desk.clear())

  it('is for its owner only, whatever the shell would allow', async () => {
    const workbook = join(root, 'fixtures/centres.xlsx')
    const ran = await desk.shell(`umask 0; ssh-admin centres import '${workbook}' --yes --pins-out pins.xlsx`)
    expect(ran.exitCode).toBe(0)
    const modes = ['hub.db', 'hub.db.key', 'pins.xlsx'].map((name) => statSync(desk.path(name)).mode & 0o777)
    expect(modes).toEqual([0o600, 0o600, 0o600])
  })

  it('goes below an empty HOME when nothing names another place', async () => {
    const env = { HOME: desk.folder }
    const ran = await desk.program(['seed', '--yes', '--centres', '1', '--users', '1'], {
      env,
      extendEnv: false,
    })
    expect(ran.exitCode).toBe(0)
    expect(readdirSync(desk.path('.local/share/ssh-admin')).sort()).toEqual([
      'hub.db',
      'hub.db.key',
      'hub.db.key.head',
    ])
    expect(statSync(desk.path('.local/share/ssh-admin')).mode & 0o777).toBe(0o700)
  })

  it.skipIf(process.platform !== 'linux')(
    'is refused in words where a folder is there and nothing can be made in it (needs /proc)',
    async () => {
      const atProc = {
        env: { HOME: '/proc' },
        extendEnv: false,
        timeout: 120_000,
        killSignal: 'SIGKILL',
      } as const
      expect((await desk.program(['help', 'roles'], atProc)).exitCode).toBe(0)
      const begun = await desk.program(
        ['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt'],
        atProc,
      )
      expect([begun.exitCode, begun.stderr]).toEqual([
        7,
        expect.stringContaining('The folder /proc/.local/share/ssh-admin cannot be made.'),
      ])
      await desk.program(['seed', '--yes', '--centres', '1', '--users', '1'])
      const exported = await desk.program(['centres', 'export', '/proc/centres.csv'])
      expect([exported.exitCode, exported.stderr]).toEqual([
        7,
        expect.stringContaining('/proc/centres.csv cannot be written'),
      ])
    },
  )

  it('leaves the bytes of the store as they are when rehearsed', async () => {
    await desk.program(['seed', '--yes', '--centres', '2', '--users', '10'])
    const { stdout } = await desk.program(['users', 'list', '--search', 'user-5', '--json'])
    const { email } = JSON.parse(stdout).users[0]
    const before = readFileSync(desk.path('hub.db'))
    const ran = await desk.program(['users', 'suspend', email, '--dry-run', '--json'])
    expect(JSON.parse(ran.stdout)).toMatchObject({ dryRun: true, users: [{ outcome: 'suspended' }] })
    expect(readFileSync(desk.path('hub.db')).equals(before)).toBe(true)
    // The cache of compiled code is nobody's file.
    const files = readdirSync(desk.folder).filter((name) => name !== '.cache')
    expect(files.sort()).toEqual(['hub.db', 'hub.db.key', 'hub.db.key.head'])
  })
})
