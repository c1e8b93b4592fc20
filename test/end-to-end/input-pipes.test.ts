import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { csv, line } from '../import/workbook.ts'
import { bin, type Desk, newDesk } from './program.ts'

describe.skipIf(process.platform !== 'linux')('a pipe as input', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
    execFileSync('mkfifo', [desk.path('pipe')])
    writeFileSync(desk.path('centres.csv'), csv([line('EG001', 'amira@school.example')]))
  })
  afterEach(() => desk.clear())

  it.each([
    'ssh-admin centres import <(cat centres.csv) --yes --json',
    'cat centres.csv | ssh-admin centres import - --yes --json',
    'cat centres.csv | ssh-admin centres import /dev/stdin --yes --json',
    'cat centres.csv > pipe & ssh-admin centres import pipe --yes --json',
    'ssh-admin centres import pipe --yes --json & cat centres.csv > pipe; wait $!',
  ])('is read whole, whoever comes first: %s', async (typed) => {
    const { exitCode, stdout, stderr } = await desk.shell(typed)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ users: { created: 1 } })
  })

  it.each([
    ['centres', 'import', 'pipe'],
    ['templates', 'edit', 'account-set-up', '--from', 'pipe'],
  ])('to which nobody writes is left at a signal: %s %s %s', async (...argv) => {
    await desk.program(['store', 'init'])
    const running = spawn(process.execPath, [bin, ...argv, '--yes'], {
      cwd: desk.folder,
      env: { PATH: process.env.PATH, HOME: desk.folder, SSH_ADMIN_DB: desk.path('hub.db') },
      stdio: 'ignore',
    })
    const ended = once(running, 'exit')
    await openForReading(desk.path('pipe'), running)
    // As often as somebody may press the keys: a signal never finds the program without an answer.
    while (running.exitCode === null && running.signalCode === null) {
      running.kill('SIGTERM')
      await new Promise(setImmediate)
    }
    expect(await ended).toEqual([130, null])
  })
})

/** Until a process has a file open. */
async function openForReading(path: string, running: ChildProcess): Promise<void> {
  const { readdirSync, readlinkSync } = await import('node:fs')
  const { pid } = running
  const isOpen = () => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path)
    } catch {
      // One of them was closed meanwhile.
      return false
    }
  }
  while (running.exitCode === null && !isOpen()) await new Promise(setImmediate)
}
