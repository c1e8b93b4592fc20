import { spawn } from '@lydell/node-pty'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtProgram } from '../built-program.ts'
import { typistAt } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

const teacher = 'teacher@school.example'

describe('a question', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld(new Date())
    await world.centre('EG001')
    await world.user(teacher, { centre: 'EG001' })
  })
  afterEach(() => world.close())

  /** All that a terminal gets where the question is answered with No. */
  const asked = async (env: Record<string, string>, ...options: string[]) => {
    const argv = [builtProgram(), 'users', 'suspend', teacher, ...options]
    const { PATH = '' } = process.env
    const started = { PATH, HOME: world.folder, SSH_ADMIN_DB: world.db, TERM: 'xterm-256color', ...env }
    const typist = typistAt(spawn(process.execPath, argv, { cwd: world.folder, env: started }))
    await typist.sees('(y/N)')
    typist.presses('enter')
    const { raw } = await typist.leaves()
    return { coloured: raw.includes('\x1b[1m') || raw.includes('\x1b[34m'), warned: raw.includes('Warning') }
  }

  it('has no colour where somebody wants none, whatever forces it', async () => {
    const none = { coloured: false, warned: false }
    expect(await asked({ NO_COLOR: '1', FORCE_COLOR: '1' })).toEqual(none)
    expect(await asked({ FORCE_COLOR: '1' }, '--no-color')).toEqual(none)
    const coloured = { coloured: true, warned: false }
    expect(await asked({ FORCE_COLOR: '1' })).toEqual(coloured)
    expect(await asked({ FORCE_COLOR: '1', NODE_DISABLE_COLORS: '1' })).toEqual(coloured)
    expect(await asked({ FORCE_COLOR: '1', NO_COLOR: '' })).toEqual(coloured)
  })
})
