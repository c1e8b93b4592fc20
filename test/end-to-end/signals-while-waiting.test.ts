import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { spawn } from '@lydell/node-pty'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { csv, line } from '../import/workbook.ts'
import { mailServer } from '../mail/server.ts'
import { type Desk, newDesk } from '../torture/desk.ts'
import { stateOf } from '../torture/state.ts'
import { root } from './program.ts'

const program = fileURLToPath(new URL('../torture/ssh-admin.js', import.meta.url))
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

let desk: Desk
beforeEach(async () => {
  desk = newDesk()
  await desk.run(['centres', 'create', 'EG009', '--name', 'Nile Academy', '--country', 'Egypt'])
})
afterEach(() => desk.clear())

/** Starts a command at a terminal. */
function atTerminal(argv: readonly string[], env: Record<string, string> = {}) {
  const running = spawn(process.execPath, [program, ...argv], {
    ...{ cols: 100, rows: 40, cwd: desk.folder },
    env: {
      ...{ PATH: process.env.PATH ?? '', HOME: desk.path('home'), SSH_ADMIN_DB: desk.db },
      ...{ TZ: 'UTC', NO_COLOR: '1', ...env },
    },
  })
  let text = ''
  let hasEnded = false
  running.onData((piece) => {
    text += piece
  })
  const exit = new Promise<number>((resolve) =>
    running.onExit(({ exitCode }) => {
      hasEnded = true
      resolve(exitCode)
    }),
  )
  return {
    exit,
    text: () => stripVTControlCharacters(text),
    send: (signal: string) => process.kill(running.pid, signal),
    shows: async (words: string) => {
      while (!hasEnded && !stripVTControlCharacters(text).includes(words)) await new Promise(setImmediate)
      if (hasEnded) throw new Error(`it ended before it showed ${words}: ${text}`)
    },
  }
}

describe('an import at a terminal that reads and plans', () => {
  it.each(signals)('is cancelled by one %s, and asks nothing that is answered', async (signal) => {
    const rows = Array.from({ length: 20_000 }, (_, at) => line(`EG${at}`, `user${at}@school.example`))
    writeFileSync(desk.path('centres.csv'), csv(rows))
    const before = stateOf(desk.db)
    const files = desk.files()
    const running = atTerminal(['centres', 'import', 'centres.csv'])
    await running.shows('Reading centres.csv')
    running.send(signal)
    expect([await running.exit, running.text()]).toEqual([130, expect.stringContaining('Cancelled')])
    expect(stateOf(desk.db)).toBe(before)
    expect(desk.files().filter((name) => !/-(wal|shm)$/.test(name))).toEqual(files)
  })
})

describe('mail send to a slow server', () => {
  it.each(signals)('sends no more after one %s, says what waits, and ends with 9', async (signal) => {
    const people = Array.from({ length: 30 }, (_, at) => `Amira Haddad <user${at}@school.example>`)
    const nobody = { SSH_ADMIN_SMTP_URL: 'smtp://127.0.0.1:1?ignoreTLS=true' }
    expect(
      (await desk.run(['users', 'add', ...people, '--centre', 'EG009', '--yes'], { env: nobody })).exit,
    ).toBe(9)
    let arrived: () => void = () => undefined
    let goOn: () => void = () => undefined
    const first = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const answered = new Promise<void>((resolve) => {
      goOn = resolve
    })
    let taken = 0
    const server = await mailServer({
      onData: (stream, _session, done) => {
        stream.resume()
        stream.on('end', () => {
          arrived()
          void answered.then(() => {
            taken += 1
            done()
          })
        })
      },
    })
    try {
      const running = atTerminal(['mail', 'send'], {
        SSH_ADMIN_SMTP_URL: `smtp://127.0.0.1:${server.port}?ignoreTLS=true`,
      })
      await first
      running.send(signal)
      goOn()
      expect([await running.exit, running.text().replace(/\s+/g, ' ')]).toEqual([
        9,
        expect.stringContaining('could not be sent: a signal stopped the sending. They wait'),
      ])
      expect(running.text()).toContain('Finishing: the message that is being sent; what is left waits.')
      expect(running.text()).not.toContain('the change is')
    } finally {
      await server.close()
    }
    const { messages } = JSON.parse((await desk.run(['mail', 'list', '--json'])).stdout)
    const states = messages.map(({ state }: { state: string }) => state).sort()
    expect(taken).toBeLessThan(people.length)
    expect(states.filter((state: string) => state === 'sent')).toHaveLength(taken)
    expect(states.filter((state: string) => state === 'queued')).toHaveLength(people.length - taken)
  })
})

describe('a signal that comes when a command has answered', () => {
  it.each(signals)('leaves the exit code what was answered: %s', async (signal) => {
    // Sends it at the very last moment at which Node lets anything be done.
    const last = `const end = process.reallyExit; process.reallyExit = (code) => { process.kill(process.pid, '${signal}'); require('node:fs').writeSync(2, 'the end'); end.call(process, code) }`
    writeFileSync(desk.path('last.cjs'), last)
    const {
      exitCode,
      signal: by,
      stderr,
      stdout,
    } = await execa(
      process.execPath,
      [...['--require', desk.path('last.cjs'), `${root}bin/ssh-admin.js`, '--version']],
      { reject: false, env: { HOME: desk.path('home') } },
    )
    expect({ exitCode, by, stderr }).toEqual({ exitCode: 0, by: undefined, stderr: 'the end' })
    expect(stdout).toContain('0.1.0')
  })
})
