import { symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

describe('a place that cannot be', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
  })
  afterEach(() => world.close())

  it('is named where a file stands in the place of a folder: as a file that is not there, or a folder', async () => {
    writeFileSync(world.path('f'), '')
    for (const [argv, end] of [
      [
        ['store', 'restore', 'f/b.db', '--yes'],
        [6, 'file-not-found', `There is no file ${world.path('f/b.db')}.`],
      ],
      [
        ['centres', 'apply', 'f/x.plan'],
        [6, 'plan-unreadable', `There is no file ${world.path('f/x.plan')}.`],
      ],
      [
        ['config', 'edit', '--from', 'f/x'],
        [6, 'file-not-readable', 'There is no file f/x.'],
      ],
      [
        ['store', 'backup', 'f/b.db'],
        [7, 'file-no-folder', `There is no folder ${world.path('f')}.`],
      ],
    ] as const) {
      const ran = await world.run([...argv, '--json'])
      const { code, message, hint } = ran.error()
      expect([ran.exit, code, message]).toEqual(end)
      expect(hint).not.toContain('--debug')
    }
  })

  it('is not said to be missing where links lead in a circle', async () => {
    symlinkSync('one', world.path('other'))
    symlinkSync('other', world.path('one'))
    const ran = await world.run(['store', 'restore', 'one', '--yes', '--json'])
    expect(ran.exit).toBe(7)
    expect(ran.error().message).toContain('circle')
  })

  it('is told of the folder of the configuration, with what chooses another', async () => {
    writeFileSync(world.path('f'), '')
    const env = { XDG_CONFIG_HOME: world.path('f') }
    const ran = await world.run(['config', 'set', 'mail-from', 'hub@nile.example', '--json'], { env })
    const { message, hint } = ran.error()
    expect([ran.exit, message]).toEqual([
      7,
      expect.stringContaining(`${world.path('f')}/ssh-admin of the configuration cannot be made`),
    ])
    expect(hint).toBe('XDG_CONFIG_HOME says where it is.')
  })

  it('is no setting where it is said with each command', async () => {
    for (const name of ['wait', '--wait', 'WAIT']) {
      const ran = await world.run(['config', 'set', '--json', '--', name, '60'])
      expect([ran.exit, ran.error().code]).toEqual([2, 'unknown-setting'])
      expect(ran.error().hint).toBe('ssh-admin users list --wait 60')
    }
  })
})
