import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itInAFile } from '../../in-a-file.ts'
import { everyRow } from '../../stored-text.ts'
import { newWorld, type World } from '../../world.ts'

describe('restoring a store', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.run(['store', 'init'])
  })
  afterEach(() => world.close())

  const exists = (email: string) => world.run(['users', 'exists', email])
  const kept = () => readdirSync(world.folder).filter((name) => name.includes('before-restore'))

  const auditRows = async () => (await world.run(['store', 'info', '--json'])).json().auditRows

  itInAFile('puts the backup in its place and keeps what was there', async () => {
    for (const name of ['copy.db', 'second.db', 'third.db']) await world.run(['store', 'backup', name])
    expect(await auditRows()).toBe(4)
    const ran = await world.run(['store', 'restore', 'copy.db', '--yes'])
    expect(ran).toMatchObject({ exit: 0, stderr: '' })
    // That it was begun, and restored: a backup is named in the log when it is there.
    expect(await auditRows()).toBe(2)
    expect(kept()).toEqual(['hub.db.before-restore-2026-03-02T09-00-00Z'])
    expect(await world.run(['store', 'check'])).toMatchObject({ exit: 0, stderr: '' })
  })

  itInAFile('is refused while another process has the store open', async () => {
    await world.run(['store', 'backup', 'copy.db'])
    await world.store()
    const ran = await world.run(['store', 'restore', 'copy.db', '--yes', '--json'])
    expect(ran.exit).toBe(7)
    expect(ran.error()).toMatchObject({ code: 'store-in-use' })
    expect(kept()).toEqual([])
  })

  it('takes only a whole store', async () => {
    writeFileSync(world.path('letter.db'), 'Dear Sir or Madam')
    await world.run(['store', 'backup', 'whole.db'])
    const bytes = readFileSync(world.path('whole.db'))
    const before = await everyRow(world)
    await world.closeStore()
    writeFileSync(world.path('half.db'), bytes.subarray(0, Math.floor(bytes.length / 2)))
    for (const file of ['letter.db', 'half.db', 'missing.db']) {
      const ran = await world.run(['store', 'restore', file, '--yes'])
      expect(ran.exit).toBe(6)
    }
    expect(await everyRow(world)).toEqual(before)
    expect(readdirSync(world.folder).filter((name) => name.includes('restoring'))).toEqual([])
  })

  itInAFile('never takes the store for its own backup', async () => {
    linkSync(world.db, world.path('other-name.db'))
    for (const file of ['hub.db', 'other-name.db']) {
      const { exit, error } = await world.run(['store', 'restore', file, '--yes', '--json'])
      expect([exit, error().code]).toEqual([3, 'same-file'])
    }
    expect(kept()).toEqual([])
  })

  it('goes on with the key that the store was given since', async () => {
    await world.run(['store', 'backup', 'copy.db'])
    await world.run(['store', 'rekey', '--yes'])
    const refused = await world.run(['store', 'restore', 'copy.db', '--yes', '--keep-credentials'])
    expect(refused.exit).toBe(3)
    expect(await world.run(['store', 'restore', 'copy.db', '--yes'])).toMatchObject({ exit: 0, stderr: '' })
    expect(await world.run(['store', 'check'])).toMatchObject({ exit: 0, stderr: '' })
  })

  itInAFile('brings a store to a machine that has none, with its key or with a new one', async () => {
    await world.run(['store', 'backup', 'copy.db'])
    for (const file of ['hub.db', 'hub.db.key']) rmSync(world.path(file))
    const ran = await world.run(['store', 'restore', 'copy.db', '--yes', '--json'])
    expect(ran.error()).toMatchObject({ code: 'key-missing' })
    expect(existsSync(world.db)).toBe(false)
    expect(await world.run(['store', 'restore', 'copy.db', '--yes', '--new-key'])).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining(`The new key is ${world.keyFile}: keep a copy elsewhere.`),
      stderr: '',
    })
    expect(await world.run(['store', 'check'])).toMatchObject({ exit: 0, stderr: '' })
  })

  it('says with --json that there is a new key', async () => {
    await world.run(['store', 'backup', 'copy.db'])
    rmSync(world.keyFile)
    const ran = await world.run(['store', 'restore', 'copy.db', '--yes', '--new-key', '--json'])
    expect(ran.json()).toMatchObject({ newKey: true, changed: true, notices: [] })
  })

  it('makes no new key where one is there, and says so before anything else', async () => {
    await world.run(['store', 'backup', 'copy.db'])
    const key = readFileSync(world.keyFile, 'utf8')
    for (const way of ['--dry-run', '--yes']) {
      const ran = await world.run(['store', 'restore', 'copy.db', '--new-key', '--json', way])
      expect(ran.json()).toMatchObject({
        newKey: false,
        notices: expect.arrayContaining([
          {
            code: 'key-there',
            message: expect.stringContaining(`it is ${world.keyFile}. It stays, and no new`),
          },
        ]),
      })
    }
    expect(readFileSync(world.keyFile, 'utf8')).toBe(key)
    const given = { env: { SSH_ADMIN_KEY_COMMAND: `cat ${world.keyFile}`, SSH_ADMIN_KEY_FILE: undefined } }
    const ran = await world.run(['store', 'restore', 'copy.db', '--new-key', '--yes'], given)
    expect([ran.exit, ran.stderr]).toEqual([
      0,
      expect.stringContaining('The key is given by a command. It stays'),
    ])
  })

  itInAFile('replaces a store that is no database any more', async () => {
    await world.run(['store', 'backup', 'copy.db'])
    writeFileSync(world.db, 'struck by lightning, and by much more of it than a header would need')
    expect(await world.run(['store', 'restore', 'copy.db', '--yes'])).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining('erase again whoever was erased since'),
    })
    expect(await exists('nobody@school.example')).toMatchObject({ exit: 4 })
  })

  itInAFile('leaves every byte as it was when rehearsed', async () => {
    await world.run(['store', 'backup', 'copy.db'])
    const before = readFileSync(world.db)
    const names = readdirSync(world.folder)
    const ran = await world.run(['store', 'restore', 'copy.db', '--dry-run', '--json'])
    expect(ran.json()).toMatchObject({
      dryRun: true,
      kept: `${world.db}.before-restore-2026-03-02T09-00-00Z`,
    })
    expect(readFileSync(world.db).equals(before)).toBe(true)
    expect(readdirSync(world.folder)).toEqual(names)
  })
})
