import {
  chmodSync,
  closeSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectSqlite } from '../../../src/db/sqlite/driver.ts'
import { itInAFile } from '../../in-a-file.ts'
import { newWorld, type World } from '../../world.ts'

describe('checking a store', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.run(['store', 'init'])
  })
  afterEach(() => world.close())

  it('finds nothing wrong with a new one', async () => {
    const ran = await world.run(['store', 'check', '--json'])
    expect(ran.json()).toMatchObject({ ok: true, findings: [] })
  })

  it('names a folder in which everybody can put another store or key', async () => {
    chmodSync(world.folder, 0o777)
    const ran = await world.run(['store', 'check', '--json'])
    expect(ran.json()).toMatchObject({
      findings: [{ code: 'folder-open-to-others', target: world.folder, hint: `chmod o-w ${world.folder}` }],
    })
    chmodSync(world.folder, 0o700)
  })

  itInAFile('tells what is untidy, and goes on', async () => {
    chmodSync(world.db, 0o644)
    writeFileSync(`${world.db}.3f2a.part`, '')
    writeFileSync(`${world.db}.5b1c.restoring.writer`, '')
    writeFileSync(`${world.db}.writer`, JSON.stringify({ pid: 2 ** 22 + 1, command: 'centres import' }))
    const ran = await world.run(['store', 'check', '--json'])
    expect(ran.exit).toBe(0)
    const codes = ran.json().findings.map(({ code }: { code: string }) => code)
    expect(codes).toEqual(['open-to-others', 'leftover', 'leftover', 'stale-writer'])
  })

  it('fails when others can read the key', async () => {
    chmodSync(world.keyFile, 0o644)
    const ran = await world.run(['store', 'check', '--json'])
    expect(ran.exit).toBe(7)
  })

  it('fails when the key is missing, or another store’s', async () => {
    rmSync(world.keyFile)
    const missing = await world.run(['store', 'check', '--json'])
    expect(missing).toMatchObject({ exit: 7 })
    expect(missing.error()).toMatchObject({ code: 'key-missing' })
    const otherKey = world.path('other.db.key')
    await world.run(['store', 'init', '--db', world.path('other.db'), '--key-file', otherKey])
    const other = await world.run(['store', 'check', '--json', '--key-file', otherKey])
    expect(other.error()).toMatchObject({ code: 'key-mismatch' })
  })

  it('fails when a row of the audit log was changed', async () => {
    await world.run(['store', 'rekey', '--yes'])
    await world.tamper("update audit set operator = 'nobody@nowhere'")
    const ran = await world.run(['store', 'check', '--json'])
    expect(ran.exit).toBe(7)
    expect(ran.error()).toMatchObject({ code: 'audit-broken' })
  })

  itInAFile('fails when pages were written over', async () => {
    const file = openSync(world.db, 'r+')
    const { size } = statSync(world.db)
    for (let at = 8192; at < size; at += 4096) writeSync(file, Buffer.alloc(64, 0xa5), 0, 64, at)
    closeSync(file)
    const ran = await world.run(['store', 'check', '--json'])
    expect(ran.exit).toBe(7)
    expect(ran.error()).toMatchObject({ code: 'store-damaged' })
  })

  itInAFile(
    'fails when what the file says of its own tables is not what was written, and so does whatever needs them',
    async () => {
      const raw = connectSqlite(world.db)
      raw.exec('alter table store rename column key_fingerprint to key_fingerprinu')
      raw.close()
      for (const argv of [
        ['store', 'check'],
        ['store', 'info'],
        ['centres', 'create', 'EG001', '--name', 'A', '--country', 'Egypt'],
      ]) {
        const ran = await world.run([...argv, '--json'])
        expect({ argv, exit: ran.exit, code: ran.error().code }).toEqual({
          argv,
          exit: 7,
          code: 'store-damaged',
        })
      }
    },
  )

  itInAFile('says all it can of a store that was cut short', async () => {
    truncateSync(world.db, statSync(world.db).size / 2)
    const { exit, error } = await world.run(['store', 'check', '--json'])
    expect(exit).toBe(7)
    const { code, hint, details } = error()
    expect({ code, hint, details }).toMatchObject({
      code: 'store-damaged',
      hint: expect.stringContaining('Keep all files as they are.'),
      details: { problems: [{ target: world.db, code: 'store-damaged' }] },
    })
  })
})
