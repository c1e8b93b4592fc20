import { readdirSync, writeFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newInterruption } from '../../../src/interruption.ts'
import { copyTables, type EmptyStore } from '../../../src/db/store/copy-tables.ts'
import { openDatabase } from '../../../src/db/sqlite/connection.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.user('omar@school.example', { centre: 'EG001' })
  await world.run(['users', 'suspend', 'omar@school.example', '--yes'])
})
afterEach(() => world.close())

const copied = (...more: string[]) => world.run(['store', 'copy', '--to', 'moved.db', '--json', ...more])
const asCopy = (...argv: string[]) =>
  world.run([...argv, '--json', '--db', 'moved.db', '--key-file', world.path('hub.db.key')])

describe('copying a store into one that is a file', () => {
  it('makes the same store, whose log ends in the same row', async () => {
    const { head, rows, counts } = (await copied('--yes')).json()
    expect(counts).toMatchObject({ centres: 1, users: 2 })
    expect(rows).toBeGreaterThan(4)
    for (const run of [world.run.bind(world), (argv: string[]) => asCopy(...argv)]) {
      const verified = (await run(['audit', 'verify', '--json'])).json()
      expect(verified).toMatchObject({ ok: true, events: head.events, head: head.head })
    }
    const shown = (await asCopy('users', 'show', 'omar@school.example')).json()
    expect(shown).toEqual((await world.run(['users', 'show', 'omar@school.example', '--json'])).json())
    const last = (await asCopy('audit', 'list', '--limit', '1')).json().events[0]
    expect(last).toMatchObject({
      action: 'store.copied',
      kind: 'event',
      details: { to: world.path('moved.db') },
    })
  })

  it('goes on numbering after accounts that are gone', async () => {
    await world.tamper(
      testServer === undefined
        ? "update sqlite_sequence set seq = 900 where name = 'users'"
        : "select setval(pg_get_serial_sequence('users', 'id'), 900)",
    )
    await copied('--yes')
    const raw = openDatabase(world.path('moved.db'))
    expect(raw.prepare("select seq from sqlite_sequence where name = 'users'").pluck().get()).toBe(900)
    raw.close()
  })

  it('takes with it an upload that somebody has begun', async () => {
    const at = world.now.toISOString()
    await world.tamper(
      `insert into contents (maker, begun_at) values ('elsewhere-1-1-000000000000', '${at}')`,
      `insert into content_pieces (content_id, position, bytes) values (1, 0, x'00')`,
    )
    expect((await copied('--yes')).exit).toBe(0)
    expect((await asCopy('store', 'check')).json()).toMatchObject({ ok: true })
    const raw = openDatabase(world.path('moved.db'))
    expect(raw.prepare('select count(*) from contents').pluck().get()).toBe(1)
    raw.close()
  })

  it('says in a rehearsal what it would copy, and makes nothing', async () => {
    const before = readdirSync(world.folder).sort()
    const answer = (await copied('--dry-run')).json()
    expect(answer).toMatchObject({ dryRun: true, rows: null, head: null, counts: { centres: 1, users: 2 } })
    expect(readdirSync(world.folder).sort()).toEqual(before)
    expect((await world.rows("select 1 from audit where action = 'store.copied'")).length).toBe(0)
  })

  it.each(['moved.db', 'moved.db-wal'])('is refused where %s is there', async (there) => {
    writeFileSync(world.path(there), 'something')
    const ran = await copied('--yes')
    expect([ran.exit, ran.error().code]).toEqual([3, 'store-exists'])
  })

  it('refuses the store itself, and places of another kind', async () => {
    const to = (place: string) => world.run(['store', 'copy', '--to', place, '--yes', '--json'])
    expect((await to(world.db)).error().code).toBe(testServer === undefined ? 'same-file' : 'store-exists')
    expect((await to('mysql://db/hub')).error()).toMatchObject({
      code: 'not-a-file',
      message:
        '--to names a place of kind mysql://, and must name a file, or a store on a server (postgres://).',
    })
    expect((await to('postgres://hub:secret@db/hub')).error().code).toBe('password-in-address')
  })

  it('leaves nothing when it is cancelled', async () => {
    const interruption = newInterruption(() => undefined)
    interruption.handleSignal()
    // Its name is noted there before it is made.
    const ofStores = () =>
      readdirSync(world.folder)
        .filter((name) => name !== '.local')
        .sort()
    const before = ofStores()
    const ran = await world.run(['store', 'copy', '--to', 'moved.db', '--yes'], { interruption })
    expect(ran.exit).toBe(130)
    expect(ofStores()).toEqual(before)
  })
})

describe('a copy that is not what was copied', () => {
  const into = (change: (to: EmptyStore) => Partial<EmptyStore>) => async () => {
    const { db, engine } = await world.store()
    const there = new Map<string, number>()
    const to: EmptyStore = {
      named: 'there',
      tables: async () => [{ name: 'users', columns: ['id', 'email'], hasSequence: true }],
      insert: async ({ name }, rows) => {
        for await (const some of rows) there.set(name, (there.get(name) ?? 0) + some.length)
      },
      setLastNumber: async () => undefined,
      rowsIn: async (table) => there.get(table) ?? 0,
      head: async () => {
        const { rows } = await sql<{
          id: number
          mac: Buffer
        }>`select id, mac from audit order by id desc limit 1`.execute(db)
        return rows[0] && { events: rows[0].id, head: rows[0].mac.toString('hex') }
      },
    }
    const signal = new AbortController().signal
    return copyTables({ from: { db, engine }, to: { ...to, ...change(to) }, signal, withoutContent: false })
  }

  it('is told by a row that did not come, and by a log that ends elsewhere', async () => {
    expect((await into(() => ({}))()).rows).toEqual({ users: 2 })
    await expect(
      into(({ rowsIn }) => ({ rowsIn: async (table) => (await rowsIn(table)) - 1 }))(),
    ).rejects.toMatchObject({
      code: 'copy-differs',
    })
    await expect(into(() => ({ head: async () => undefined }))()).rejects.toMatchObject({
      code: 'copy-differs',
    })
  })
})
