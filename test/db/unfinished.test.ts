import { spawnSync } from 'node:child_process'
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  chmodSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
  readFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/sqlite/connection.ts'
import { bin } from '../end-to-end/program.ts'
import { newWorld, type World } from '../world.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65_534

describe('a store', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.run(['seed', '--centres', '2', '--users', '40', '--yes'])
  })
  afterEach(async () => {
    chmodSync(world.folder, 0o700)
    await world.close()
  })

  /** As a process leaves it that is killed while it writes without a WAL. */
  function leaveHotJournal(): void {
    const raw = openDatabase(world.db)
    raw.pragma('journal_mode = delete')
    raw.pragma('cache_size = 1')
    raw.exec(`begin; update users set first_name = 'Nobody'`)
    for (const part of ['', '-journal']) copyFileSync(`${world.db}${part}`, world.path(`copy.db${part}`))
    raw.exec('rollback')
    raw.close()
    for (const part of ['', '-journal']) copyFileSync(world.path(`copy.db${part}`), `${world.db}${part}`)
  }

  it.each([
    ['users', 'list', '--json'],
    ['store', 'check', '--json'],
    ['store', 'backup', 'elsewhere.db', '--json'],
    ['users', 'list', '--search', 'Nobody', '--json'],
  ])('in which a process was killed is rolled back by whoever opens it next: %s %s', async (...argv) => {
    leaveHotJournal()
    expect(await world.run(argv)).toMatchObject({ exit: 0, stderr: '' })
    const { total } = (await world.run(['users', 'list', '--search', 'Nobody', '--json'])).json()
    expect(total).toBe(0)
    expect(existsSync(`${world.db}-journal`)).toBe(false)
  })

  it('whose note of who writes cannot be written or removed is changed all the same', async () => {
    mkdirSync(`${world.db}.writer`)
    const [user] = (await world.run(['users', 'list', '--limit', '1', '--json'])).json().users
    expect(await world.run(['users', 'edit', user.email, '--first-name', 'Mona', '--yes'])).toMatchObject({
      exit: 0,
    })
    expect(await world.run(['store', 'check'])).toMatchObject({ exit: 0 })
  })

  it('in which half a note of who writes lies names it when checked, until the next change takes it away', async () => {
    writeFileSync(`${world.db}.writer`, '{"pid":')
    const { findings } = (await world.run(['store', 'check', '--json'])).json()
    expect(findings).toMatchObject([{ code: 'stale-writer', target: `${world.db}.writer` }])
    await world.run(['store', 'backup', 'copy.db'])
    expect(existsSync(`${world.db}.writer`)).toBe(false)
  })

  it.each([
    ['users', 'list'],
    ['store', 'check'],
    ['store', 'backup', 'copy.db'],
    ['mail', 'send'],
  ])('that lacks one of its tables is told as damaged: %s %s', async (...argv) => {
    const raw = openDatabase(world.db)
    raw.pragma('foreign_keys = off')
    raw.exec('drop table templates')
    raw.close()
    const { exit, stderr } = await world.run(argv)
    expect({ exit, stderr }).toMatchObject({
      exit: 7,
      stderr: expect.stringContaining('it has no table templates'),
    })
  })

  it('never writes its note through a link', async () => {
    writeFileSync(world.path('dear.txt'), 'dear')
    symlinkSync(world.path('dear.txt'), `${world.db}.writer`)
    expect(await world.run(['store', 'backup', 'copy.db'])).toMatchObject({ exit: 0 })
    expect(readFileSync(world.path('dear.txt'), 'utf8')).toBe('dear')
  })

  it.each([
    ['whose name is too long', 'x'.repeat(300)],
    ['beyond a file', 'hub.db/hub.db'],
    ['that is a folder', '.'],
  ])('%s is told in words, and never as a mistake of the program', async (_what, name) => {
    for (const argv of [
      ['users', 'list'],
      ['store', 'init', '--key-file', world.path(`${name}.key`)],
    ]) {
      const { exit, error } = await world.run([...argv, '--db', world.path(name), '--json'])
      expect(exit, error().message).not.toBe(1)
      expect(error().code).not.toBe('unexpected')
    }
  })

  it('is not held up by a note that is a pipe, or that names no process', async () => {
    for (const note of ['{"pid": -1, "command": "x"}', '{"pid": "1"}', 'null', '[]']) {
      writeFileSync(`${world.db}.writer`, note)
      expect(await world.run(['store', 'backup', 'copy.db', '--yes'])).toMatchObject({ exit: 0 })
    }
    spawnSync('mkfifo', [`${world.db}.writer`])
    expect(await world.run(['store', 'check'])).toMatchObject({ exit: 0 })
    expect(await world.run(['store', 'backup', 'copy.db', '--yes'])).toMatchObject({ exit: 0 })
  })

  describe.skipIf(!isRoot || process.platform !== 'linux')(
    'used by somebody who may not write everything',
    () => {
      const asNobody = (...argv: string[]) => {
        const env = { PATH: process.env.PATH, HOME: world.path('home'), SSH_ADMIN_DB: world.db }
        const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...argv], {
          env,
          uid: nobody,
          cwd: world.folder,
        })
        return { exit: status, stdout: String(stdout), stderr: String(stderr) }
      }
      const give = () => {
        mkdirSync(world.path('home'), { recursive: true })
        mkdirSync(world.path('other'), { recursive: true })
        for (const name of ['', ...readdirSync(world.folder)]) chownSync(world.path(name), nobody, nobody)
      }

      it('is read, checked and backed up from a folder that is read-only', () => {
        give()
        chmodSync(world.folder, 0o500)
        expect(asNobody('users', 'list', '--json')).toMatchObject({ exit: 0, stderr: '' })
        expect(asNobody('store', 'check')).toMatchObject({ exit: 0 })
        const copied = asNobody('store', 'backup', 'other/copy.db', '--json')
        expect(copied).toMatchObject({ exit: 0 })
        expect(JSON.parse(copied.stdout).notices).toMatchObject([{ code: 'not-recorded' }])
        const changed = asNobody('users', 'list', '--db', world.path('other/copy.db'))
        expect(changed.exit).toBe(0)
      })

      it('can be changed again after it was read while it was read-only', () => {
        give()
        const raw = openDatabase(world.db)
        raw.pragma('journal_mode = wal')
        raw.prepare('select 1 from users').get()
        copyFileSync(`${world.db}-shm`, world.path('shm'))
        raw.close()
        copyFileSync(world.path('shm'), `${world.db}-shm`)
        writeFileSync(`${world.db}-wal`, '')
        for (const part of ['-shm', '-wal']) {
          chownSync(`${world.db}${part}`, nobody, nobody)
          chmodSync(`${world.db}${part}`, 0o400)
        }
        const { email } = JSON.parse(asNobody('users', 'list', '--limit', '1', '--json').stdout).users[0]
        expect(asNobody('users', 'edit', email, '--first-name', 'Mona', '--yes')).toMatchObject({ exit: 0 })
      })
    },
  )
})
