import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

describe('backing up a store', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'amira@school.example' })
  })
  afterEach(() => world.close())

  it('makes one file for its owner only, while the store is open elsewhere', async () => {
    const ran = await world.run(['store', 'backup', 'copy.db'])
    expect(ran).toMatchObject({ exit: 0, stderr: '' })
    expect(ran.stdout).toContain(`The key is not in it: it is ${world.keyFile}`)
    expect(statSync(world.path('copy.db')).mode & 0o777).toBe(0o600)
    const other = await world.run(['users', 'exists', 'amira@school.example', '--db', world.path('copy.db')])
    expect(other.exit).toBe(0)
  })

  it('is named in the audit log of the store', async () => {
    await world.run(['store', 'backup', 'copy.db'])
    const { db } = await world.store()
    const actions = await db.selectFrom('audit').select('action').execute()
    expect(actions.map(({ action }) => action)).toContain('store.backed-up')
  })

  it('asks before it replaces a file', async () => {
    writeFileSync(world.path('copy.db'), 'dear')
    const ran = await world.run(['store', 'backup', 'copy.db'])
    expect(ran.exit).toBe(2)
    expect(ran.stderr).toContain('--yes')
    expect(readFileSync(world.path('copy.db'), 'utf8')).toBe('dear')
    expect((await world.run(['store', 'backup', 'copy.db', '--yes'])).exit).toBe(0)
  })

  it('never writes over the store or its key', async () => {
    for (const own of [...(testServer === undefined ? [world.db] : []), world.keyFile, world.headFile]) {
      const ran = await world.run(['store', 'backup', own, '--yes'])
      expect(ran.exit).toBe(3)
    }
  })

  it('needs no key, and says that the log does not name it', async () => {
    rmSync(world.keyFile)
    const ran = await world.run(['store', 'backup', 'copy.db', '--json'])
    expect(ran.json()).toMatchObject({ changed: true, notices: [{ code: 'not-recorded' }] })
  })

  it('leaves nothing when rehearsed', async () => {
    const ran = await world.run(['store', 'backup', 'copy.db', '--dry-run', '--json'])
    expect(ran.json()).toMatchObject({ dryRun: true })
    expect(existsSync(world.path('copy.db'))).toBe(false)
  })
})
