import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { atTerminal } from '../terminal.ts'
import { newDesk as newDeskWithFaults } from '../torture/desk.ts'
import { newWorld, type World } from '../world.ts'
import { type Desk, newDesk } from './program.ts'

describe('a batch in a pipe', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    writeFileSync(
      desk.path('begin.txt'),
      [
        "centres create EG001 --name 'Nile School' --country Egypt",
        "users add 'Amira Haddad <amira@school.example>' --centre EG001",
      ].join('\n'),
    )
    writeFileSync(
      desk.path('lines.txt'),
      Array.from({ length: 300 }, (_, at) => `users edit amira@school.example --first-name A${at}\n`).join(
        '',
      ),
    )
  })
  afterEach(() => desk.clear())

  it('begins a store, and makes changes one after the other', async () => {
    const begun = await desk.shell('ssh-admin batch < begin.txt')
    expect([begun.exitCode, begun.stdout.trimEnd().split('\n')]).toEqual([
      0,
      [expect.stringMatching(/^1\t0\tEG001/), expect.stringMatching(/^2\t0\t.*Amira Haddad/)],
    ])
    const done = await desk.shell('ssh-admin batch --json < lines.txt | tail -1')
    expect(JSON.parse(done.stdout)).toMatchObject({ done: 300, refused: 0, left: 0 })
    expect((await desk.program(['audit', 'verify'])).exitCode).toBe(0)
  })

  it('runs no more lines once its reader has left, and says how many it ran', async () => {
    await desk.shell('ssh-admin batch < begin.txt')
    const { stdout, stderr } = await desk.shell(
      'ssh-admin batch < lines.txt | head -1; echo ${PIPESTATUS[0]}',
    )
    const [first, exit] = stdout.trimEnd().split('\n')
    expect(first).toMatch(/^1\t0\t/)
    expect(stderr).not.toContain('EPIPE')
    // A reader who leaves at the very end is not noticed.
    const [, done, left = '0'] = /^(\d+) lines? done(?:, (\d+) lines? not run)?/m.exec(stderr) ?? []
    expect(Number(done) + Number(left)).toBe(300)
    expect(exit).toBe(left === '0' ? '0' : '9')
  })
})

describe('a batch that a signal stops while its messages are written', () => {
  const lines = [
    "centres create EG001 --name 'Nile School' --country Egypt",
    "users add 'Amira Haddad <amira@school.example>' --centre EG001",
    // Changes that follow one another are saved together for so long as time allows: here each has its own points.
    'users list',
    "users add 'Omar Haddad <omar@school.example>' --centre EG001",
  ].join('\n')

  it.each(['batch --yes --json', 'batch --yes --json --atomic'])(
    'tells what became of each, and that the lines are done: %s',
    async (typed) => {
      const batch = typed.split(' ')
      const start = newDeskWithFaults()
      const { points } = await start.run(batch, { input: lines, fault: 'none' })
      start.clear()
      const folder = points.findIndex((point) => point.startsWith('mkdir hub.db.mail'))
      const letter = points.findIndex((point) => /^open .*\.eml/.test(point))
      expect([folder, letter]).not.toContain(-1)
      for (const at of [folder, letter]) {
        const desk = newDeskWithFaults()
        const { stdout, stderr } = await desk.run(batch, { input: lines, fault: `SIGTERM ${at + 1}` })
        const told = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
        expect(told).toMatchObject({ done: 4, refused: 0, left: 0 })
        expect(stdout + stderr).not.toContain('Nothing was changed')
        const written = existsSync(desk.path('hub.db.mail'))
          ? readdirSync(desk.path('hub.db.mail')).filter((name) => name.endsWith('.eml')).length
          : 0
        const { messages } = JSON.parse((await desk.run(['mail', 'list', '--json'])).stdout)
        const states = messages.map(({ state }: { state: string }) => state).sort()
        expect(states).toEqual(Array.from({ length: 2 }, () => (written === 2 ? 'written' : 'queued')))
        const codes = told.notices.map(({ code }: { code: string }) => code)
        expect(codes).toContain(written === 2 ? 'mail-written' : 'mail-waiting')
        desk.clear()
      }
    },
  )
})

describe('a batch at a terminal', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.user('amira@school.example', { centre: 'EG001' })
  })
  afterEach(() => world.close())

  it('runs each line as it is typed, and Ctrl-C ends it with what was done', async () => {
    const screen = atTerminal(world, ['batch'])
    await screen.sees('Ctrl-D ends')
    screen.types('users suspend amira@school.example --yes\n')
    await screen.sees('suspended')
    screen.presses('ctrl-c')
    const { exit, text } = await screen.leaves()
    expect(exit).toBe(9)
    expect(text).toContain('what was done before stays done')
    expect(text).not.toContain('Nothing was changed')
  })
})
