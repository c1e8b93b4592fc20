import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectSqlite } from '../../src/db/sqlite/driver.ts'
import { latestVersion } from '../../src/db/migrations/index.ts'
import { writeOlderStore } from '../stores/older-store.ts'
import { type Desk, newDesk } from './program.ts'

let desk: Desk
beforeEach(async () => {
  desk = newDesk()
  // Loaded before the program: what the system says of a disk with 40 KB left.
  writeFileSync(
    desk.path('full-disk.cjs'),
    "require('node:fs').statfsSync = () => ({ bavail: 10, bsize: 4096 })\n",
  )
})
afterEach(() => desk.clear())

const onFullDisk = (argv: readonly string[]) =>
  desk.program([...argv, '--json'], {
    env: {
      PATH: process.env.PATH,
      HOME: desk.folder,
      SSH_ADMIN_DB: desk.path('hub.db'),
      NODE_OPTIONS: `--require ${desk.path('full-disk.cjs')}`,
    },
  })

/** Every file with what is in it. */
function files(): Record<string, string> {
  const names = readdirSync(desk.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.cache'))
    .map(({ parentPath, name }) => join(parentPath, name))
  return Object.fromEntries(names.map((name) => [name, readFileSync(name).subarray(100).toString('base64')]))
}

describe('on a disk with no room for a copy of the store', () => {
  it.each([['store backup copy.db'], ['store copy --to copy.db --yes'], ['store restore backup.db --yes']])(
    'ssh-admin %s is refused before it begins, and leaves everything as it is',
    async (line) => {
      await desk.program(['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt'])
      await desk.program(['store', 'backup', 'backup.db'])
      const before = files()
      const ended = await onFullDisk(line.split(' '))
      expect(ended.exitCode).toBe(7)
      const { error } = JSON.parse(ended.stderr)
      expect(error).toMatchObject({ code: 'disk-full', hint: expect.stringContaining('Nothing was changed') })
      expect(error.message).toMatch(/needs about .*, and its disk has 4\d KB left/)
      expect(existsSync(desk.path('copy.db'))).toBe(false)
      expect(files()).toEqual(before)
    },
  )

  it('an upload is refused before it begins, unless the store has the bytes, or had them', async () => {
    const upload = (name: string) =>
      ['resources', 'upload', name, '--title', name, '--kind', 'other', '--series', '2026-06'] as const
    writeFileSync(desk.path('audio.mp3'), Buffer.alloc(3 * 1024 ** 2, 'audio'))
    writeFileSync(desk.path('other.mp3'), Buffer.alloc(2 * 1024 ** 2, 'other'))
    await desk.program(['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt'])
    const before = files()
    const ended = await onFullDisk(upload('audio.mp3'))
    expect(ended.exitCode).toBe(7)
    expect(JSON.parse(ended.stderr).error).toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/hub\.db needs about 3\.1 MB, and its disk has 4\d KB left/),
      hint: 'Nothing was changed. Make room there, then try again.',
    })
    expect(files()).toEqual(before)
    expect(await desk.program(upload('audio.mp3'))).toMatchObject({ exitCode: 0 })
    expect(await onFullDisk(upload('audio.mp3'))).toMatchObject({ exitCode: 0 })
    // What an upload that was cut short had left is free again.
    const store = connectSqlite(desk.path('hub.db'))
    store.exec('create table large (bytes)')
    store.prepare('insert into large values (?)').run(Buffer.alloc(3 * 1024 ** 2))
    store.exec('drop table large')
    store.close()
    expect(await onFullDisk(upload('other.mp3'))).toMatchObject({ exitCode: 0 })
  })

  it('an older store is not brought up to date', async () => {
    await writeOlderStore(desk.path('hub.db'), latestVersion - 1)
    const before = files()
    const ended = await onFullDisk(['store', 'migrate', '--yes'])
    expect([ended.exitCode, JSON.parse(ended.stderr).error.code]).toEqual([7, 'disk-full'])
    expect(files()).toEqual(before)
  })
})
