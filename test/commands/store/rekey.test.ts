import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deriveKeys, waitingKeyFile, writeKeyFile } from '../../../src/db/store/keys.ts'
import { newDesk } from '../../torture/desk.ts'
import { itInAFile } from '../../in-a-file.ts'
import { newWorld, type World } from '../../world.ts'

describe('giving a store a new key', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    const id = await world.user('amira@school.example', { centre: 'EG001', status: 'invited' })
    const { db } = await world.store()
    await db
      .updateTable('users')
      .set({ pin_state: 'issued', pin_nonce: Buffer.alloc(16), pin_issued_at: world.now.toISOString() })
      .where('id', '=', id)
      .execute()
  })
  afterEach(() => world.close())

  it('says where the new key waits when it could not be given its name, and goes on from there', async () => {
    const desk = newDesk()
    await desk.run(['store', 'init'])
    const ran = await desk.run(['store', 'rekey', '--yes', '--json'], { fault: 'EIO rename hub.db.key' })
    expect(ran.exit).toBe(9)
    const waiting = desk.files().find((name) => /^hub[.]db[.]key[.][0-9a-f]{16}[.]new$/.test(name)) ?? ''
    expect(JSON.parse(ran.stdout).notices).toEqual([
      { code: 'key-waits', message: expect.stringContaining(desk.path(waiting)) },
    ])
    expect(await desk.run(['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'EG'])).toMatchObject(
      { exit: 0 },
    )
    expect(desk.files()).not.toContain(waiting)
    expect(await desk.run(['store', 'check'])).toMatchObject({ exit: 0 })
    desk.clear()
  })

  const key = () => readFileSync(world.keyFile, 'utf8')

  it('voids every open PIN and link, and counts them', async () => {
    const before = key()
    const ran = await world.run(['store', 'rekey', '--yes', '--json'])
    expect(ran.json()).toMatchObject({ changed: true, voided: { pins: 1, links: 0, letters: 0 } })
    expect(key()).not.toBe(before)
    expect(await world.account('amira@school.example')).toMatchObject({ pin: 'void' })
    expect(readdirSync(world.folder).filter((name) => name.endsWith('.new'))).toEqual([])
  })

  it('cancels the messages whose links are worth nothing now, so that none is sent', async () => {
    const refused = ['--smtp', 'smtp://127.0.0.1:1?ignoreTLS=true']
    const { exit } = await world.run(['users', 'reset-password', 'amira@school.example', '--yes', ...refused])
    expect(exit).toBe(9)
    const ran = await world.run(['store', 'rekey', '--yes', '--json'])
    expect(ran.json()).toMatchObject({ voided: { links: 1, letters: 1 } })
    const { messages } = (await world.run(['mail', 'list', '--json'])).json()
    expect(messages).toMatchObject([{ state: 'cancelled' }])
    expect((await world.run(['mail', 'send', '--json'])).json()).toMatchObject({ messages: [] })
  })

  it('goes on with the audit log in a new part, which names the old head', async () => {
    await world.run(['store', 'backup', 'copy.db'])
    await world.run(['store', 'rekey', '--yes'])
    const { db } = await world.store()
    const rows = await db.selectFrom('audit').selectAll().orderBy('id').execute()
    expect(rows.map(({ segment, action }) => [segment, action])).toEqual([
      [1, 'store.backed-up'],
      [2, 'store.rekeyed'],
    ])
    expect(JSON.parse(rows[1]?.facts ?? '')).toMatchObject({ oldHead: rows[0]?.mac.toString('hex') })
  })

  it('is understood by a command that had the store open before', async () => {
    const { keys } = await world.store()
    const before = keys().fingerprint
    await world.run(['store', 'rekey', '--yes'])
    // A server is asked for it as the next change begins.
    await world.commit(() => async () => undefined)
    expect(keys().fingerprint).not.toBe(before)
  })

  it('can be cut short before the new key has its name', async () => {
    const old = key()
    await world.run(['store', 'rekey', '--yes'])
    await world.closeStore()
    const { keys } = await world.store()
    renameSync(world.keyFile, waitingKeyFile(world.keyFile, keys().fingerprint))
    const ran = await world.run(['store', 'backup', 'copy.db'])
    expect(ran.exit).toBe(0)
    expect(key()).not.toBe(old)
  })

  describe('that was cut short before the store took it on', () => {
    const left = () => waitingKeyFile(world.keyFile, deriveKeys(Buffer.alloc(32, 7)).fingerprint)
    const findings = async () => (await world.run(['store', 'check', '--json'])).json().findings

    it('is told with whose key it left, by store check and by the next, and stays: it may be the only one', async () => {
      writeKeyFile(left(), Buffer.alloc(32, 7))
      const what = `${left()} is a key that this store does not have: `
      expect(await findings()).toEqual([
        {
          target: left(),
          code: 'key-left',
          message: expect.stringContaining(what),
          hint: expect.stringContaining(`ssh-admin store check --db FILE --key-file ${left()}`),
        },
      ])
      const again = await world.run(['store', 'rekey', '--yes', '--json'])
      expect(again.json().notices).toEqual([{ code: 'key-left', message: expect.stringContaining(what) }])
      expect(existsSync(left())).toBe(true)
      rmSync(left())
      expect(await findings()).toMatchObject([{ code: 'key-kept' }])
    })

    it('is told to be no key where it is none, and not where it only cannot be read', async () => {
      writeFileSync(left(), 'ssh-admin key 1\nAAAA', { mode: 0o600 })
      expect(await findings()).toMatchObject([{ code: 'key-left', hint: expect.stringMatching(/: rm \S+$/) }])
      writeFileSync(left(), '')
      chmodSync(left(), 0o644)
      expect(await findings()).toMatchObject([
        { code: 'key-left', hint: expect.stringContaining('chmod 600') },
      ])
    })
  })

  describe('that a copy has the old one of, under the same name', () => {
    const named = () => ['--key-file', world.keyFile, '--json']
    const other = (...words: string[]) => world.run([...words, '--db', world.path('copy.db'), ...named()])
    const issuing = ['users', 'pin', 'amira@school.example', '--yes']
    const findings = async () => (await other('store', 'check')).json().findings

    beforeEach(async () => {
      const copied = await world.run(['store', 'copy', '--to', world.path('copy.db'), '--yes', ...named()])
      expect(copied.exit, copied.stderr).toBe(0)
    })

    it('keeps that one beside it, for the copy to go on with', async () => {
      const before = key()
      const rehearsed = (await world.run(['store', 'rekey', '--dry-run', '--json'])).json()
      const { kept } = (await world.run(['store', 'rekey', '--yes', '--json'])).json()
      expect([rehearsed.kept, readFileSync(kept, 'utf8')]).toEqual([kept, before])
      const issued = await other(...issuing)
      expect(issued.exit, issued.stderr).toBe(0)
      expect(await findings()).toMatchObject([
        { target: kept, message: expect.stringContaining('is the key of this store: another store') },
      ])
      expect((await other('store', 'info')).json()).toMatchObject({ key: 'there', keyFile: kept })
      const backedUp = (await other('store', 'backup', 'kept.db')).json()
      expect(backedUp.keyFile).toBe(kept)
      const restored = await other('store', 'restore', 'kept.db', '--keep-credentials', '--yes')
      expect(restored.exit, restored.stderr).toBe(0)
      const copied = (await other('store', 'copy', '--to', world.path('third.db'), '--yes')).json()
      expect([copied.keyFile, copied.keyFileOfCopy]).toEqual([kept, world.keyFile])
    })

    it('keeps the one of the store as the copy is given a new one', async () => {
      await world.run(['store', 'rekey', '--yes'])
      const ofStore = key()
      const { kept } = (await other('store', 'rekey', '--yes')).json()
      expect(readFileSync(kept, 'utf8')).toBe(ofStore)
      for (const run of [other, (...words: string[]) => world.run([...words, '--json'])]) {
        expect(await run(...issuing)).toMatchObject({ exit: 0 })
        expect(await run('audit', 'verify')).toMatchObject({ exit: 0 })
      }
    })

    it('keeps it whole where a command was cut short as it kept it', async () => {
      const { kept } = (await world.run(['store', 'rekey', '--dry-run', '--json'])).json()
      writeFileSync(kept, 'ssh-admin key 1\nAAAA', { mode: 0o600 })
      await world.run(['store', 'rekey', '--yes'])
      expect(await other(...issuing)).toMatchObject({ exit: 0 })
    })

    it('lets nothing be written over it', async () => {
      const { kept } = (await world.run(['store', 'rekey', '--yes', '--json'])).json()
      const ran = await world.run(['store', 'backup', kept, '--yes', '--json'])
      expect(ran.error().code).toBe('same-file')
    })
  })

  it('is the way out when the key is lost', async () => {
    rmSync(world.keyFile)
    const ran = await world.run(['store', 'rekey', '--yes', '--json'])
    expect([ran.exit, ran.json().kept]).toEqual([0, null])
    expect(await world.run(['store', 'check'])).toMatchObject({ exit: 0 })
  })

  itInAFile('refuses an older copy of the store in its place, whose PINs and links are void', async () => {
    const mine = (...words: string[]) => world.run([...words, '--db', world.path('mine.db'), '--json'])
    await mine('store', 'init')
    copyFileSync(world.path('mine.db'), world.path('before.db'))
    const { kept } = (await mine('store', 'rekey', '--yes')).json()
    for (const part of ['-wal', '-shm']) rmSync(world.path(`mine.db${part}`), { force: true })
    copyFileSync(world.path('before.db'), world.path('mine.db'))
    const creating = ['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'EG']
    const refused = await mine(...creating)
    expect([refused.exit, refused.error().code]).toEqual([7, 'key-mismatch'])
    expect((await mine('store', 'info')).json()).toMatchObject({
      key: 'of-another-store',
      keyFile: world.path('mine.db.key'),
    })
    const { problems } = (await mine('store', 'check')).error().details
    expect(problems).toMatchObject([
      { target: world.path('mine.db.key'), code: 'key-mismatch' },
      { target: kept, message: expect.stringContaining('the older copy that is in the store') },
    ])
    expect(refused.error().message).toContain('an older copy of it, from before it was given that key')
    const present = readFileSync(world.path('mine.db.key'), 'utf8')
    expect(await mine('store', 'restore', 'before.db', '--keep-credentials', '--yes')).toMatchObject({
      exit: 3,
    })
    copyFileSync(world.path('mine.db'), world.path('older.db'))
    expect(await mine('store', 'restore', 'before.db', '--yes')).toMatchObject({ exit: 0 })
    expect(await mine(...creating)).toMatchObject({ exit: 0 })
    expect((await mine('store', 'info')).json()).toMatchObject({
      key: 'there',
      keyFile: world.path('mine.db.key'),
    })
    expect(readFileSync(world.path('mine.db.key'), 'utf8')).toBe(present)
    expect(await world.run([...creating, '--db', world.path('older.db'), '--key-file', kept])).toMatchObject({
      exit: 0,
    })
  })

  it('never writes over the key of another store', async () => {
    const other = ['--db', world.path('other.db'), '--key-file', world.path('other.db.key')]
    expect(await world.run(['store', 'init', ...other])).toMatchObject({ exit: 0 })
    const ran = await world.run(['store', 'rekey', '--yes', '--key-file', world.path('other.db.key')])
    expect(ran.exit).toBe(7)
    expect(await world.run(['store', 'check', ...other])).toMatchObject({ exit: 0 })
  })

  it('changes nothing when rehearsed, and nothing without an answer', async () => {
    const before = key()
    const rehearsed = await world.run(['store', 'rekey', '--dry-run', '--json'])
    expect(rehearsed.json()).toMatchObject({ dryRun: true, voided: { pins: 1 } })
    expect(await world.run(['store', 'rekey'])).toMatchObject({ exit: 2 })
    expect(key()).toBe(before)
    expect(await world.account('amira@school.example')).toMatchObject({ pin: 'issued' })
  })
})
