import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { bin, type Desk, newDesk, root } from './program.ts'

let desk: Desk

beforeEach(() => {
  desk = newDesk()
})
afterEach(() => desk.clear())

/** Starts a batch that reads lines from its pipe, and writes down how it ends. */
function startBatch() {
  const env = {
    PATH: process.env.PATH,
    HOME: desk.folder,
    SSH_ADMIN_DB: desk.path('hub.db'),
    HOW_IT_ENDED: desk.path('how'),
  }
  const notes = join(root, 'test/end-to-end/notes-exit.cjs')
  return execa(process.execPath, ['--require', notes, bin, 'batch', '--yes'], {
    env,
    extendEnv: false,
    reject: false,
  })
}

const howItEnded = () => readFileSync(desk.path('how'), 'utf8')
const create = (number: number) => `centres create EG${number} --name Nile${number} --country EG\n`

it('a command that worked for long ends by itself: told to, Node might wait for ever for a thread that compiles', async () => {
  const running = startBatch()
  running.stdin.end(Array.from({ length: 3_000 }, (_, at) => create(at + 1_000)).join(''))
  expect((await running).exitCode).toBe(0)
  expect(howItEnded()).toBe('by itself')
})

it('a command that only waited for long is told to end: a late signal must find it with its exit code', async () => {
  await desk.program(['store', 'init'])
  const running = startBatch()
  await pause(1_000)
  running.stdin.end('centres show EG3000\n')
  expect((await running).exitCode).toBe(4)
  expect(howItEnded()).toBe('told to')
})
