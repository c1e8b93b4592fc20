import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from '@lydell/node-pty'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { builtProgram } from '../built-program.ts'
import { typistAt } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
})
afterEach(() => world.close())

it('keeps what was typed when the window of the terminal is closed', async () => {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: world.folder,
    SSH_ADMIN_DB: world.db,
    TERM: 'xterm',
    TZ: 'UTC',
  }
  const argv = [builtProgram(), 'users', 'add', '--centre', 'EG001']
  const terminal = spawn(process.execPath, argv, { cols: 90, rows: 30, cwd: world.folder, env })
  const typist = typistAt(terminal)
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
  // Whoever closes the window takes the other end of the terminal away; the signal comes by itself.
  const socket: unknown = Reflect.get(terminal, '_socket')
  if (typeof socket !== 'object' || socket === null) throw new Error('a pseudo-terminal has a socket')
  Reflect.apply(Reflect.get(socket, 'destroy'), socket, [])
  const drafts = () => {
    try {
      return readdirSync(join(world.folder, '.local/share/ssh-admin/drafts'))
    } catch {
      return []
    }
  }
  await expect.poll(drafts, { timeout: 60_000 }).toEqual([expect.stringMatching(/^users-add-.*\.csv$/)])
})
