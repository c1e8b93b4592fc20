import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { bin, newDesk, root } from './program.ts'

it('a command that worked for long ends by itself: told to, Node might wait for ever for a thread that compiles', async () => {
  const desk = newDesk()
  const how = desk.path('how')
  const notes = join(root, 'test/end-to-end/notes-exit.cjs')
  const running = execa(process.execPath, ['--require', notes, bin, 'batch', '--yes'], {
    env: {
      PATH: process.env.PATH,
      HOME: desk.folder,
      SSH_ADMIN_DB: desk.path('hub.db'),
      HOW_IT_ENDED: how,
    },
    extendEnv: false,
    reject: false,
  })
  const create = (number: string) => `centres create ${number} --name ${number} --country EG\n`
  running.stdin.write(create('EG0001'))
  await pause(1_000)
  running.stdin.end(`${create('EG0002')}centres show EG0003\n`)
  const { exitCode } = await running
  expect(exitCode).toBe(9)
  expect(readFileSync(how, 'utf8')).toBe('by itself')
  desk.clear()
})
