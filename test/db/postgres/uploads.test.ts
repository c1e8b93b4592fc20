import { truncateSync, writeFileSync } from 'node:fs'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtProgram } from '../../built-program.ts'
import { newWorld, type World } from '../../world.ts'

const megabyte = 1024 * 1024
const facts = '--title Audio --kind other --series 2026-06 --json'.split(' ')

let world: World
beforeEach(async () => {
  world = newWorld(new Date())
  await world.store()
})
afterEach(() => world.close())

/** The built program, in a process of its own. */
const uploading = () =>
  execa(process.execPath, [builtProgram(), 'resources', 'upload', 'audio.mp3', ...facts], {
    cwd: world.folder,
    env: {
      PATH: process.env.PATH,
      PGPASSWORD: process.env.PGPASSWORD,
      HOME: world.folder,
      SSH_ADMIN_DB: world.db,
      SSH_ADMIN_KEY_FILE: world.path('hub.db.key'),
      SSH_ADMIN_MAIL_DIR: world.path('hub.db.mail'),
    },
    extendEnv: false,
    reject: false,
    // One that never ends is told by what it had answered by then, and not by the time that the whole test may take.
    timeout: 80_000,
    killSignal: 'SIGKILL',
  })

function audio(megabytes: number): void {
  writeFileSync(world.path('audio.mp3'), 'audio')
  truncateSync(world.path('audio.mp3'), megabytes * megabyte)
}

const piecesOf = async () =>
  Number((await world.rows('select count(*) as pieces from content_pieces'))[0]?.pieces)
const contents = () => world.rows('select sha256 is not null as whole from contents')

describe('an upload to a shared store', () => {
  it('by two desks at once keeps the bytes once, and both answer with what is so', async () => {
    audio(5)
    const both = await Promise.all([uploading(), uploading()])
    expect(both.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual([
      { exitCode: 0, stderr: '' },
      { exitCode: 0, stderr: '' },
    ])
    const outcomes = both.map(({ stdout }) => JSON.parse(stdout).resources[0].outcome)
    expect(outcomes.sort()).toEqual(['unchanged', 'uploaded'])
    expect(await contents()).toEqual([{ whole: true }])
    expect(await piecesOf()).toBe(5)
  })

  it('that is killed leaves nothing that anybody sees, and the next takes away what is left', async () => {
    audio(20)
    const program = uploading()
    const isRunning = () => program.exitCode === null && program.signalCode === null
    while (isRunning() && (await piecesOf()) === 0) await new Promise(setImmediate)
    program.kill('SIGKILL')
    await program
    expect((await world.run(['resources', 'list', '--json'])).json().resources).toEqual([])
    expect(await contents()).toEqual([{ whole: false }])
    const again = await uploading()
    expect(again).toMatchObject({ exitCode: 0, timedOut: false, stderr: '' })
    expect(JSON.parse(again.stdout).resources).toMatchObject([{ outcome: 'uploaded' }])
    expect(await contents()).toEqual([{ whole: true }])
    expect(await piecesOf()).toBe(20)
    expect(await world.run(['store', 'check'])).toMatchObject({ exit: 0 })
  })
})
