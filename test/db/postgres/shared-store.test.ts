import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../../src/db/store/open.ts'
import type { OpenStore } from '../../../src/db/store/opening.ts'
import { openDatabase } from '../../../src/db/sqlite/connection.ts'
import { tableNames } from '../../../src/db/store/tables.ts'
import { commit } from '../../../src/db/transact.ts'
import { appendAudit } from '../../../src/rules/audit/append.ts'
import { restoreUser } from '../../../src/rules/users/restore.ts'
import { suspendUser } from '../../../src/rules/users/suspend.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
const opened: OpenStore[] = []
beforeEach(async () => {
  world = newWorld()
  await world.store()
})
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
  await world.close()
})

async function desk(
  onHolder: (command: string) => void = () => undefined,
  maxWaitMs = 30_000,
): Promise<OpenStore> {
  const store = await openStore({
    path: world.db,
    keyFile: world.path('hub.db.key'),
    maxWaitMs,
    mode: 'use',
    now: () => world.now,
    command: 'users suspend',
    operator: 'tom@desk-1',
    onWait: (holder) => onHolder(holder?.command ?? ''),
  })
  opened.push(store)
  return store
}

describe('two desks at one store', () => {
  it('have it one after the other, and whoever waits is told for whom', async () => {
    const [one, other] = [await desk(), await desk((command) => waitedFor.push(command))]
    const waitedFor: string[] = []
    const first = await one.db.startTransaction().execute()
    const second = other.db.startTransaction().execute()
    await expect.poll(() => waitedFor, { timeout: 120_000 }).toEqual(['users suspend (tom@desk-1)'])
    await first.commit().execute()
    await (await second).rollback().execute()
  })

  it('say in store info and status who has it, and not who has another one', async () => {
    const holder = async () => (await world.run(['store', 'info', '--json'])).json().server.heldBy
    const first = await (await desk()).db.startTransaction().execute()
    expect(await holder()).toBe('users suspend (tom@desk-1)')
    expect((await world.run(['status', '--json'])).json().heldBy).toBe('users suspend (tom@desk-1)')
    expect((await world.run(['status'])).stdout).toContain('\nIn use by\tusers suspend (tom@desk-1)\n')
    await first.rollback().execute()
    expect((await world.run(['status', '--json'])).json().heldBy).toBe(null)
    expect((await world.run(['status'])).stdout).not.toContain('In use by')
    const client = new pg.Client({
      connectionString: testServer ?? '',
      application_name: 'ssh-admin elsewhere',
    })
    await client.connect()
    try {
      await client.query('begin; create temporary table other (id int); select pg_current_xact_id()')
      expect(await holder()).toBe(null)
    } finally {
      await client.end()
    }
  })

  it('give up waiting in words', async () => {
    const [one, other] = [await desk(), await desk(undefined, 0)]
    const first = await one.db.startTransaction().execute()
    await expect(other.db.startTransaction().execute()).rejects.toMatchObject({
      code: 'store-locked',
      message: expect.stringContaining('users suspend (tom@desk-1)'),
    })
    await first.rollback().execute()
  })

  it('change nothing in a store that was brought up to date while they waited', async () => {
    const waiting: string[] = []
    const [one, other] = [await desk(), await desk((command) => waiting.push(command))]
    const first = await one.db.startTransaction().execute()
    const second = other.db.startTransaction().execute()
    const refused = expect(second).rejects.toMatchObject({ code: 'store-newer' })
    await expect.poll(() => waiting.length, { timeout: 120_000 }).toBe(1)
    await sql`insert into store_versions values (99, '9.0.0')`.execute(first)
    await first.updateTable('store').set({ program: '9.0.0' }).execute()
    await first.commit().execute()
    await refused
    await world.tamper('delete from store_versions where version = 99')
  })

  it('see, once they have it, what the other did meanwhile', async () => {
    const waiting: string[] = []
    const [one, other] = [await desk(), await desk((command) => waiting.push(command))]
    const first = await one.db.startTransaction().execute()
    const second = other.db.startTransaction().execute()
    await expect.poll(() => waiting.length, { timeout: 120_000 }).toBe(1)
    await first.updateTable('store').set({ program: 'changed' }).execute()
    await first.commit().execute()
    const after = await second
    expect(await after.selectFrom('store').select('program').execute()).toEqual([{ program: 'changed' }])
    await after.rollback().execute()
  })

  // What it found as it began to wait would be believed without any error under a higher level of isolation.
  it('decide, once they have it, by what the other changed meanwhile', async () => {
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001' })
    const omar = { email: 'omar@school.example', ctx: world.ctx() }
    const [one, other] = [await desk(), await desk()]
    const { result: restoring } = await commit(one, async (trx) => {
      await suspendUser(trx, omar)
      const waiting = commit(other, (later) => restoreUser(later, { ...omar, send: false }))
      const waitsForRow = sql`select from pg_locks
        where not granted and pid in (select pid from pg_locks where relation = 'store'::regclass)`
      await expect
        .poll(async () => (await waitsForRow.execute(trx)).rows.length, { timeout: 120_000, interval: 10 })
        .toBe(1)
      return { waiting }
    })
    expect((await restoring.waiting).result.outcome).toBe('restored')
    expect((await world.account(omar.email))?.status).toBe('active')
  })
})

it('keeps one unbroken log, whoever writes to it', async () => {
  const desks = [await desk(), await desk(), await desk()]
  const writing = desks.flatMap((store) =>
    Array.from({ length: 5 }, () =>
      commit(store, (trx) =>
        appendAudit(trx, { ...world.ctx(), action: 'centres.created', subject: 'EG001' }),
      ),
    ),
  )
  await Promise.all(writing)
  const ran = await world.run(['audit', 'verify', '--json'])
  expect(ran.json()).toMatchObject({ ok: true, events: 15 })
})

it('refuses to change or empty the log, whoever asks', async () => {
  await world.commit((ctx) => (trx) => appendAudit(trx, { ...ctx, action: 'centres.created' }))
  for (const statement of ["update audit set action = 'x'", 'delete from audit', 'truncate audit cascade'])
    await expect(world.rows(statement)).rejects.toThrow('append-only')
})

it('numbers the rows of each table that has numbers, but for the log and the store itself, which number their own', async () => {
  const { rows } = await sql<{ name: string; counted: boolean }>`
    select table_name as name, is_identity = 'YES' as counted from information_schema.columns
    where table_schema = current_schema() and column_name = 'id' order by 1`.execute((await world.store()).db)
  expect(rows.filter(({ counted }) => !counted).map(({ name }) => name)).toEqual(['audit', 'store'])
})

it('has the columns of a store that is a file, table by table', async () => {
  await world.run(['store', 'init', '--db', world.path('file.db'), '--key-file', world.path('file.key')])
  const file = openDatabase(world.path('file.db'))
  const names = file.prepare<[string], string>('select name from pragma_table_info(?)').pluck()
  const { db } = await world.store()
  for (const table of tableNames) {
    const { rows } = await sql<{ name: string }>`select column_name as name from information_schema.columns
      where table_schema = current_schema() and table_name = ${table}`.execute(db)
    expect(rows.map(({ name }) => name).sort(), table).toEqual(names.all(table).sort())
  }
  file.close()
})

it('is copied into one file, which is the same store', async () => {
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.commit((ctx) => (trx) => appendAudit(trx, { ...ctx, action: 'centres.created' }))
  expect((await world.run(['store', 'backup', 'backup.db'])).exit).toBe(0)
  const key = ['--key-file', world.path('hub.db.key')]
  const shown = await world.run([
    'users',
    'show',
    'huda@school.example',
    '--json',
    '--db',
    'backup.db',
    ...key,
  ])
  const there = await world.run(['users', 'show', 'huda@school.example', '--json'])
  expect(shown.json()).toEqual(there.json())
  expect(readFileSync(world.path('backup.db')).subarray(0, 15).toString()).toBe('SQLite format 3')
})

it('says that there is no store, and makes none, where none was begun', async () => {
  const elsewhere = world.db.replace(/schema=\w+/, 'schema=nowhere')
  const ran = await world.run(['users', 'list', '--db', elsewhere, '--json'])
  expect([ran.exit, ran.error().code]).toEqual([7, 'store-missing'])
})

it('says that a server cannot be reached', async () => {
  const ran = await world.run(['users', 'list', '--db', 'postgres://hub@127.0.0.1:1/hub', '--json'])
  expect([ran.exit, ran.error().code]).toEqual([7, 'store-unavailable'])
})
