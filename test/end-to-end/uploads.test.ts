import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectSqlite } from '../../src/db/sqlite/driver.ts'
import { bin, type Desk, newDesk } from './program.ts'

const facts = '--title Audio --kind other --series 2026-06 --json'.split(' ')
const megabyte = 1024 * 1024

let desk: Desk
beforeEach(async () => {
  desk = newDesk()
  await desk.program(['store', 'init'])
})
afterEach(() => desk.clear())

function inStore<Row>(query: string): Row[] {
  const raw = connectSqlite(desk.path('hub.db'))
  try {
    return raw.prepare<[], Row>(query).all()
  } finally {
    raw.close()
  }
}

/** All of it zeros, but for its end: no room on the disk. */
function largeFile(name: string, bytes: number): void {
  writeFileSync(desk.path(name), '')
  truncateSync(desk.path(name), bytes)
  const file = openSync(desk.path(name), 'r+')
  writeSync(file, Buffer.from('end'), 0, 3, bytes - 3)
  closeSync(file)
}

describe('an upload', () => {
  it('of two programs at once keeps the bytes once, and both answer with what is so', async () => {
    writeFileSync(desk.path('audio.mp3'), Buffer.alloc(5 * megabyte, 7))
    const uploading = () => desk.program(['resources', 'upload', 'audio.mp3', ...facts])
    const both = await Promise.all([uploading(), uploading()])
    expect(both.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual([
      { exitCode: 0, stderr: '' },
      { exitCode: 0, stderr: '' },
    ])
    expect(both.filter(({ stdout }) => JSON.parse(stdout).resources[0].changed)).toHaveLength(1)
    expect(inStore('select sha256 is not null as whole from contents')).toEqual([{ whole: 1 }])
    expect(inStore('select count(*) as pieces from content_pieces')).toEqual([{ pieces: 5 }])
  })

  it('that is killed leaves nothing that anybody sees, and the next takes away what is left', async () => {
    largeFile('audio.mp3', 40 * megabyte)
    const env = { PATH: process.env.PATH, HOME: desk.folder, SSH_ADMIN_DB: desk.path('hub.db') }
    const argv = [bin, 'resources', 'upload', 'audio.mp3', ...facts]
    const program = execa(process.execPath, argv, { cwd: desk.folder, env, extendEnv: false, reject: false })
    while (inStore('select 1 from content_pieces limit 1').length === 0 && program.exitCode === null)
      await new Promise(setImmediate)
    program.kill('SIGKILL')
    await program
    const { stdout } = await desk.program(['resources', 'list', '--json'])
    const wasDone = JSON.parse(stdout).resources.length > 0
    const again = await desk.program(['resources', 'upload', 'audio.mp3', ...facts])
    expect(JSON.parse(again.stdout).resources[0].changed).toBe(!wasDone)
    expect(inStore('select sha256 is not null as whole from contents')).toEqual([{ whole: 1 }])
    expect(inStore('select count(*) as pieces from content_pieces')).toEqual([{ pieces: 40 }])
    expect(await desk.program(['store', 'check'])).toMatchObject({ exitCode: 0 })
  })

  it('lets others write meanwhile', async () => {
    largeFile('audio.mp3', 40 * megabyte)
    const uploading = desk.program(['resources', 'upload', 'audio.mp3', ...facts])
    const create = (number: number) =>
      desk.program(['centres', 'create', `EG10${number}`, '--name', 'Nile', '--country', 'EG'])
    for (const number of [1, 2]) expect(await create(number)).toMatchObject({ exitCode: 0 })
    expect(await uploading).toMatchObject({ exitCode: 0 })
  })

  it('and a download hold a piece of the file in memory, and not the file', async () => {
    largeFile('audio.mp3', 360 * megabyte)
    const peak = async (argv: readonly string[]) => {
      const watched = `process.on('exit', () => require('node:fs').writeFileSync('peak', String(process.resourceUsage().maxRSS)))`
      writeFileSync(desk.path('peak.cjs'), watched)
      const env = {
        PATH: process.env.PATH,
        HOME: desk.folder,
        SSH_ADMIN_DB: desk.path('hub.db'),
        NODE_OPTIONS: `--require ${desk.path('peak.cjs')}`,
      }
      const ran = await desk.program(argv, { env })
      expect(ran, ran.stderr).toMatchObject({ exitCode: 0 })
      return Number(readFileSync(desk.path('peak'), 'utf8')) / 1024
    }
    const usual = await peak(['resources', 'list'])
    // What is let go of is taken back when the engine pleases, later on some than on others: far less than the file.
    const enough = usual + 250
    expect(await peak(['resources', 'upload', 'audio.mp3', ...facts])).toBeLessThan(enough)
    const download = ['resources', 'download', '1', '--out', 'back.mp3', '--json']
    expect(await peak(download)).toBeLessThan(enough)
    const digest = (name: string) =>
      createHash('sha256')
        .update(readFileSync(desk.path(name)))
        .digest('hex')
    expect(digest('back.mp3')).toBe(digest('audio.mp3'))
  })

  it('that Ctrl-C ends leaves nothing of it, and says so', async () => {
    largeFile('audio.mp3', 60 * megabyte)
    const env = { PATH: process.env.PATH, HOME: desk.folder, SSH_ADMIN_DB: desk.path('hub.db') }
    const argv = [bin, 'resources', 'upload', 'audio.mp3', ...facts]
    const program = execa(process.execPath, argv, { cwd: desk.folder, env, extendEnv: false, reject: false })
    while (inStore('select 1 from content_pieces limit 1').length === 0 && program.exitCode === null)
      await new Promise(setImmediate)
    program.kill('SIGINT')
    const { exitCode } = await program
    expect([0, 130]).toContain(exitCode)
    const resources = inStore('select id from resources')
    expect(resources).toHaveLength(exitCode === 0 ? 1 : 0)
    expect(inStore('select id from contents')).toHaveLength(exitCode === 0 ? 1 : 0)
  })
})
