import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { spawn } from '@lydell/node-pty'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtWithFaultPoints } from '../built-program.ts'
import { type Desk, newDesk } from '../torture/desk.ts'

let desk: Desk
beforeEach(async () => {
  desk = newDesk()
  await desk.run(['store', 'init'])
})
afterEach(() => desk.clear())

const drafts = () => desk.path('home/.local/share/ssh-admin/drafts')
const change = ['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'EG']

/** Whatever it is sent, it saves, and stays open until it is told to save once more and end. */
const editor = `trap '' INT TERM HUP
echo "$1" > path
printf 'typed so far' > "$1"
touch open
until [ -e end ]; do sleep 0.05; done
printf 'typed to the end' > "$1" 2> said
touch ended
`

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate)
}

/** Sends it to a process that is still there. */
function isReached(pid: number, signal: string): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false
  }
}

describe('an editor that is open', () => {
  it.each([
    ['templates edit account-set-up', 'SIGINT'],
    ['config edit', 'SIGTERM'],
    ['templates edit account-set-up', 'SIGKILL'],
  ])('keeps what it saves where %s is ended by %s, however often', async (line, signal) => {
    writeFileSync(desk.path('editor'), editor)
    const { PATH = '' } = process.env
    const running = spawn(process.execPath, [builtWithFaultPoints(), ...line.split(' ')], {
      ...{ cols: 100, rows: 40, cwd: desk.folder },
      env: {
        ...{ PATH, HOME: desk.path('home'), SSH_ADMIN_DB: desk.db, TMPDIR: desk.folder },
        EDITOR: `sh ${desk.path('editor')}`,
      },
    })
    let text = ''
    running.onData((piece) => {
      text += piece
    })
    let exit: number | undefined
    running.onExit(({ exitCode }) => {
      exit = exitCode
    })
    await until(() => existsSync(desk.path('open')) || exit !== undefined)
    expect(exit, text).toBeUndefined()
    // Again and again: a second is heard once the first was.
    await until(() => !isReached(running.pid, signal))
    writeFileSync(desk.path('end'), '')
    await until(() => existsSync(desk.path('ended')))
    await until(() => exit !== undefined)
    if (signal !== 'SIGKILL') expect(exit, text).toBe(130)
    const [name = '', ...others] = readdirSync(drafts())
    expect(others).toEqual([])
    const file = `${drafts()}/${name}`
    expect(readFileSync(file, 'utf8')).toBe('typed to the end')
    expect((await desk.run(['store', 'check'])).stdout.replace(/\s+/g, '')).toContain(file)
    expect((await desk.run(change)).exit).toBe(0)
    expect(existsSync(file)).toBe(true)
    expect(desk.files().filter((left) => left.startsWith('ssh-admin-'))).toEqual([])
  })
})
