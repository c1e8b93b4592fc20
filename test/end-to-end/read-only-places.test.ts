import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from './program.ts'

const somebody = { uid: 65_533, gid: 65_533 }

// Only root can run the program as somebody else, whom a mode keeps from writing.
describe.skipIf(process.getuid?.() !== 0)(
  'a place that may only be read (needs root: skipped for others)',
  () => {
    let desk: Desk
    beforeEach(async () => {
      desk = newDesk()
      for (const name of ['mine', 'out']) mkdirSync(desk.path(name))
      const store = ['--db', desk.path('mine/hub.db'), '--json']
      expect(await desk.program(['store', 'init', ...store])).toMatchObject({ exitCode: 0 })
      expect(await desk.program(['store', 'backup', desk.path('copy.db'), ...store])).toMatchObject({
        exitCode: 0,
      })
      for (const name of readdirSync(desk.path('mine')))
        chownSync(desk.path(`mine/${name}`), somebody.uid, somebody.gid)
      for (const name of ['mine', 'copy.db', '.']) chownSync(desk.path(name), somebody.uid, somebody.gid)
      chmodSync(desk.path('out'), 0o555)
    })
    afterEach(() => desk.clear())

    const failing = async (...argv: string[]) => {
      const line = [...argv, '--db', desk.path('mine/hub.db'), '--yes', '--json']
      const { exitCode, stderr } = await desk.program(line, somebody)
      return [exitCode, JSON.parse(stderr).error]
    }

    it.each([
      ['store backup', ['store', 'backup']],
      ['store copy', ['store', 'copy', '--to']],
      ['centres export', ['centres', 'export']],
    ])('is no place for a file: %s', async (_, argv) => {
      const extra = argv.includes('copy') ? ['--key-file', desk.path('mine/hub.db.key')] : []
      expect(await failing(...argv, desk.path('out/new.db.csv'), ...extra)).toMatchObject([
        7,
        { code: 'file-not-writable', message: expect.stringContaining('you may not write there') },
      ])
      expect(readdirSync(desk.path('out'))).toEqual([])
    })

    it('keeps no store from being exported, listed in a file or backed up, though not recorded', async () => {
      mkdirSync(desk.path('free'))
      chownSync(desk.path('free'), somebody.uid, somebody.gid)
      const commands = [
        ['centres', 'export', desk.path('free/all.csv')],
        ['releases', 'authorisations', '--out', desk.path('free/releases.csv')],
        ['audit', 'export', desk.path('free/log.csv')],
        ['store', 'backup', desk.path('free/copy.db')],
      ]
      for (const protect of ['mine', 'mine/hub.db'] as const) {
        chmodSync(desk.path(protect), 0o500)
        for (const argv of commands) {
          const line = [...argv, '--db', desk.path('mine/hub.db'), '--yes', '--json']
          const { exitCode, stdout } = await desk.program(line, somebody)
          expect([exitCode, JSON.parse(stdout).notices[0].code]).toEqual([0, 'not-recorded'])
        }
        expect(
          await failing('centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt'),
        ).toMatchObject([
          7,
          { code: 'store-read-only', message: expect.stringContaining(desk.path('mine/hub.db')) },
        ])
        chmodSync(desk.path(protect), 0o700)
      }
    })

    it('is no store to put another in the place of', async () => {
      chmodSync(desk.path('mine/hub.db'), 0o400)
      expect(await failing('store', 'restore', desk.path('copy.db'))).toMatchObject([
        7,
        { code: 'store-read-only', message: expect.stringContaining('you may not write there') },
      ])
    })

    it('says of a configuration that nobody may read why it is not read', async () => {
      const folder = desk.path('.config/ssh-admin')
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${folder}/config.json`, '{}')
      chmodSync(`${folder}/config.json`, 0)
      expect(await failing('users', 'suspend', 'omar@nile.example')).toMatchObject([
        7,
        { code: 'config-unreadable', message: expect.stringContaining('you may not read it') },
      ])
    })
  },
)
