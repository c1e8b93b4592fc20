import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from '@lydell/node-pty'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtProgram } from '../built-program.ts'
import { atTerminal, type Typist, typistAt } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

const teacher = 'teacher@school.example'

let world: World
beforeEach(async () => {
  world = newWorld(new Date())
  await world.centre('EG001')
  await world.user(teacher, { centre: 'EG001' })
})
afterEach(() => world.close())

const status = async () => JSON.parse((await world.run(['users', 'show', teacher, '--json'])).stdout).status

const draftOfUsers = expect.stringMatching(/^users-add-.*\.csv$/)

function drafts(): string[] {
  const folder = join(world.folder, '.local/share/ssh-admin/drafts')
  return existsSync(folder) ? readdirSync(folder) : []
}

function started() {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: world.folder,
    SSH_ADMIN_DB: world.db,
    TERM: 'xterm-256color',
    TZ: 'UTC',
  }
  return { cols: 100, rows: 40, cwd: world.folder, env }
}

/** One user whole, and the question for the next. */
async function typesOneUser(typist: Typist): Promise<void> {
  for (const [question, typed] of [
    ['First name:', 'Zara'],
    ['Last name:', 'Quill'],
    ['E-mail:', 'zara@school.example'],
    ['Rights and sites', ''],
    ['Add another?', 'y'],
  ] as const) {
    await typist.sees(question)
    typist.types(typed)
    typist.presses('enter')
  }
  await typist.sees('First name:')
}

describe('at a question', () => {
  it.each(['ctrl-c', 'ctrl-d'] as const)('is cancelled by %s, and ends with 130', async (key) => {
    const typist = atTerminal(world, ['users', 'suspend', teacher])
    await typist.sees('(y/N)')
    typist.presses(key)
    expect(await typist.leaves()).toMatchObject({
      exit: 130,
      text: expect.stringContaining('Cancelled. Nothing was changed.'),
    })
    expect(await status()).toBe('active')
  })

  it('keeps what was typed where Ctrl-D ends it', async () => {
    const typist = atTerminal(world, ['users', 'add', '--centre', 'EG001'])
    await typesOneUser(typist)
    typist.presses('ctrl-d')
    expect(await typist.leaves()).toMatchObject({ exit: 130 })
    expect(drafts()).toEqual([draftOfUsers])
  })

  it('keeps what was typed when the window of the terminal is closed', async () => {
    const argv = [builtProgram(), 'users', 'add', '--centre', 'EG001']
    const terminal = spawn(process.execPath, argv, started())
    await typesOneUser(typistAt(terminal))
    // Whoever closes the window takes the other end of the terminal away; the signal comes by itself.
    const socket: unknown = Reflect.get(terminal, '_socket')
    if (typeof socket !== 'object' || socket === null) throw new Error('a pseudo-terminal has a socket')
    Reflect.apply(Reflect.get(socket, 'destroy'), socket, [])
    await expect.poll(drafts, { timeout: 60_000 }).toEqual([draftOfUsers])
  })

  it('still asks when it was stopped by Ctrl-Z and goes on', async () => {
    const line = `set -m; '${process.execPath}' '${builtProgram()}' users suspend ${teacher}; echo stopped; fg`
    const typist = typistAt(spawn('bash', ['-c', line], started()))
    await typist.sees('(y/N)')
    typist.presses('ctrl-z')
    await typist.sees('stopped')
    typist.types('y')
    await typist.sees('(y/N) y')
    typist.presses('enter')
    expect(await typist.leaves()).toMatchObject({ exit: 0 })
    expect(await status()).toBe('suspended')
  })
})
