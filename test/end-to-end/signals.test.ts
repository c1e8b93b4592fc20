import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { spawn } from '@lydell/node-pty'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { csv, line } from '../import/workbook.ts'
import { type Desk, newDesk } from '../torture/desk.ts'
import { writeOlderStore } from '../stores/older-store.ts'
import { stateOf } from '../torture/state.ts'

const program = fileURLToPath(new URL('../torture/ssh-admin.js', import.meta.url))
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs a command at a terminal, stops it at a fault point, sends the signals, and lets it go on. */
async function signalledAt(
  desk: Desk,
  argv: readonly string[],
  { point, sent, question }: { point: string; sent: readonly string[]; question?: string },
): Promise<{ exit: number; text: string }> {
  const log = desk.path('home/points')
  for (const file of [log, `${log}.go`]) rmSync(file, { force: true })
  const env = {
    ...{
      PATH: process.env.PATH ?? '',
      HOME: desk.path('home'),
      SSH_ADMIN_DB: desk.db,
      TZ: 'UTC',
      NO_COLOR: '1',
    },
    ...{ SSH_ADMIN_FAULT: `pause ${point}`, SSH_ADMIN_FAULT_LOG: log },
  }
  const running = spawn(process.execPath, [program, ...argv], { cols: 100, rows: 40, cwd: desk.folder, env })
  let text = ''
  running.onData((piece) => {
    text += piece
  })
  let hasEnded = false
  const ended = new Promise<number>((resolve) =>
    running.onExit(({ exitCode }) => {
      hasEnded = true
      resolve(exitCode)
    }),
  )
  const reached = () =>
    question === undefined ? isPaused() : stripVTControlCharacters(text).includes(question)
  const isPaused = () => existsSync(log) && readFileSync(log, 'utf8').endsWith(` ${point}\n`)
  while (!reached() && !hasEnded) await new Promise(setImmediate)
  if (hasEnded) throw new Error(`it ended before ${point}: ${text}`)
  for (const signal of sent) process.kill(running.pid, signal)
  writeFileSync(`${log}.go`, '')
  const exit = await ended
  return { exit, text: stripVTControlCharacters(text).replaceAll('\r', '') }
}

describe.each([
  ['an import', ['centres', 'import', 'centres.csv', '--yes', '--pins-out', 'pins.csv']],
  ['an ordinary change', ['centres', 'edit', 'EG009', '--town', 'Luxor', '--yes']],
] as const)('%s at a terminal', (_, argv) => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    writeFileSync(desk.path('centres.csv'), csv([line('EG001', 'amira@school.example')]))
    await desk.run(['centres', 'create', 'EG009', '--name', 'Nile Academy', '--country', 'Egypt'])
  })
  afterEach(() => desk.clear())

  const sent = signals.flatMap((signal) => [[signal], [signal, signal]])

  it.each(sent.map((each) => [each.join(' and '), each] as const))(
    'is cancelled by %s while nothing is changed: exit code 130',
    async (_, each) => {
      const before = stateOf(desk.db)
      const files = desk.files()
      const { exit, text } = await signalledAt(desk, argv, { point: 'open hub.db.writer', sent: each })
      expect([exit, text]).toEqual([130, expect.stringContaining('Cancelled. Nothing was changed.')])
      expect(stateOf(desk.db)).toBe(before)
      expect(desk.files().filter((name) => name.startsWith('.'))).toEqual([])
      expect(desk.files().filter((name) => !files.includes(name) && !/-(wal|shm)$/.test(name))).toEqual([])
    },
  )

  it.each(sent.map((each) => [each.join(' and '), each] as const))(
    'is finished after %s once it counts, and answers what was done',
    async (_, each) => {
      const before = stateOf(desk.db)
      const { exit, text } = await signalledAt(desk, argv, { point: 'committed', sent: each })
      expect([exit, text]).toEqual([0, expect.stringMatching(/Finishing: .*\./)])
      expect(stateOf(desk.db)).not.toBe(before)
      if (argv[1] === 'import') expect(existsSync(desk.path('pins.csv'))).toBe(true)
    },
  )
})

describe('a first import at a terminal', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
    writeFileSync(desk.path('centres.csv'), csv([line('EG001', 'amira@school.example')]))
  })
  afterEach(() => desk.clear())

  it.each([[['SIGINT']], [['SIGINT', 'SIGINT']]])(
    'is cancelled by %j once its store is begun, and says that the store stays',
    async (sent) => {
      const argv = ['centres', 'import', 'centres.csv', '--yes', '--pins-out', 'pins.csv']
      const { exit, text } = await signalledAt(desk, argv, { point: 'open hub.db.writer', sent })
      expect([exit, text]).toEqual([
        130,
        expect.stringMatching(
          /Began a new store[\s\S]*Cancelled\. Nothing was changed; the store that was begun is empty\./,
        ),
      ])
      expect(text).not.toContain('Finishing')
      expect(existsSync(desk.path('pins.csv'))).toBe(false)
      expect((await desk.run(['users', 'list', '--json'])).stdout).toContain('"total":0')
      expect(await desk.run(argv)).toMatchObject({ exit: 0 })
    },
  )
})

describe('users erase at a terminal', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    await desk.run(['centres', 'create', 'EG009', '--name', 'Nile Academy', '--country', 'Egypt'])
    await desk.run(['users', 'add', 'Omar Haddad <omar@school.example>', '--centre', 'EG009'])
    await desk.run(['users', 'delete', 'omar@school.example', '--suspend', '--yes'])
    mkdirSync(desk.path('hub.db.mail'), { recursive: true })
    for (const name of ['a.eml', 'b.eml', 'c.eml'])
      writeFileSync(desk.path(`hub.db.mail/${name}`), 'To: omar@school.example\r\n\r\nHello\r\n')
  })
  afterEach(() => desk.clear())

  const erasing = ['users', 'erase', 'omar@school.example', '--yes']
  const messages = () => readdirSync(desk.path('hub.db.mail'))

  it('is cancelled before it counts, and no message is removed', async () => {
    const before = messages()
    const { exit } = await signalledAt(desk, erasing, { point: 'open hub.db.writer', sent: ['SIGINT'] })
    expect([exit, messages()]).toEqual([130, before])
  })

  it.each(signals)('is finished after %s once messages are removed', async (signal) => {
    const { exit, text } = await signalledAt(desk, erasing, { point: 'remove b.eml', sent: [signal, signal] })
    expect([exit, text]).toEqual([0, expect.stringContaining('Finishing: the change is saved.')])
    expect(messages()).toEqual([])
    expect((await desk.run(erasing)).stdout).toMatch(/^0\t0\t0\t0\n?$/)
  })
})

describe('store restore at a terminal', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    await desk.run(['store', 'init'])
    await desk.run(['store', 'backup', 'copy.db'])
    await desk.run(['centres', 'create', 'EG009', '--name', 'Nile Academy', '--country', 'Egypt'])
  })
  afterEach(() => desk.clear())

  it.each(signals)('is cancelled by %s at its question', async (signal) => {
    const before = stateOf(desk.db)
    const { exit } = await signalledAt(desk, ['store', 'restore', 'copy.db'], {
      ...{ point: 'none', question: 'It voids', sent: [signal] },
    })
    expect(exit).toBe(130)
    expect(stateOf(desk.db)).toBe(before)
    expect(desk.files().filter((name) => /restoring/.test(name))).toEqual([])
  })

  it.each(signals)('is finished after %s once the backup takes its place', async (signal) => {
    const before = stateOf(desk.db)
    const { exit, text } = await signalledAt(desk, ['store', 'restore', 'copy.db', '--yes'], {
      ...{ point: 'rename hub.db', sent: [signal, signal] },
    })
    expect([exit, text]).toEqual([0, expect.stringContaining('Finishing: the backup is being put')])
    expect(stateOf(desk.db)).not.toBe(before)
    expect(await desk.run(['store', 'check'])).toMatchObject({ exit: 0 })
  })
})

describe('what is made beside the store at a terminal', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
  })
  afterEach(() => desk.clear())

  const init = async () => {
    await desk.run(['store', 'init'])
  }
  it.each([
    ['store init', { argv: ['store', 'init'], point: 'committed', before: async () => {} }],
    [
      'store restore',
      {
        argv: ['store', 'restore', 'copy.db', '--yes'],
        point: 'committed',
        before: async () => {
          await init()
          await desk.run(['store', 'backup', 'copy.db'])
        },
      },
    ],
    [
      'store migrate',
      {
        argv: ['store', 'migrate', '--yes'],
        point: 'committed',
        before: () => writeOlderStore(desk.db, 1),
      },
    ],
    ['store copy', { argv: ['store', 'copy', '--to', 'moved.db', '--yes'], point: 'fsync', before: init }],
    ['store rekey', { argv: ['store', 'rekey', '--yes'], point: 'fsync', before: init }],
  ] as const)('is taken away when a second signal ends %s', async (_, { argv, point, before: prepare }) => {
    await prepare()
    // What SQLite keeps beside a store that is open is no leftover.
    const names = () => desk.files().filter((name) => !/hub[.]db-(wal|shm|journal)$/.test(name))
    const files = names()
    const { exit, text } = await signalledAt(desk, argv, { point, sent: ['SIGTERM', 'SIGTERM'] })
    expect([exit, text]).toEqual([130, expect.stringContaining('Cancelled. Nothing was changed.')])
    expect(names()).toEqual(files)
  })
})

describe('a second signal right after the first', () => {
  it('leaves no journal beside the store that a backup was to take the place of', async () => {
    const desk = newDesk()
    try {
      expect((await desk.run(['store', 'init'])).exit).toBe(0)
      expect((await desk.run(['store', 'backup', 'copy.db'])).exit).toBe(0)
      const before = desk.files()
      const restoring = ['store', 'restore', 'copy.db', '--yes']
      const ran = await desk.run(restoring, { fault: 'SIGTERM+SIGTERM committed' })
      expect([ran.exit, ran.stdout]).toEqual([130, ''])
      expect(desk.files()).toEqual(before)
    } finally {
      desk.clear()
    }
  })
})
