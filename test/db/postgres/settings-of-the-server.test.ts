import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/db/sqlite/connection.ts'
import { openStore } from '../../../src/db/store/open.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { openingOf } from '../../opening.ts'
import { testServer, testPassword } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'
import { countingProxy } from './counting-proxy.ts'

describe('what whoever looks after the server sets for a user', () => {
  const user = `set_${process.env.VITEST_POOL_ID ?? '0'}`
  let world: World
  let owner: pg.Client
  let schema: string
  const as = (...argv: string[]) =>
    world.run([...argv, '--json', '--db', world.db.replace(/\/\/[^@]+@/, `//${user}@`)])

  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.user('omar@school.example', { centre: 'EG001' })
    await world.run(['store', 'init', '--roles'])
    owner = new pg.Client({ connectionString: testServer ?? '' })
    await owner.connect()
    schema = parseServerAddress(world.db).schema
    await owner.query(`create user ${user} password ${testPassword()} in role ${schema}_desk`)
  })
  afterEach(async () => {
    await owner.query(`drop user ${user}`)
    await owner.end()
    await world.close()
  })

  it('changes nothing of what is read and written', async () => {
    for (const setting of [
      `search_path to ''`,
      `"DateStyle" to 'German'`,
      `"IntervalStyle" to 'iso_8601'`,
      `"TimeZone" to 'Pacific/Chatham'`,
      'standard_conforming_strings to off',
      'bytea_output to escape',
      'row_security to off',
      'extra_float_digits to -15',
      `default_transaction_isolation to 'serializable'`,
      'default_transaction_deferrable to on',
      'client_min_messages to error',
    ])
      await owner.query(`alter user ${user} set ${setting}`)
    for (const argv of [
      ['users', 'suspend', 'omar@school.example', '--yes'],
      ['users', 'show', 'omar@school.example'],
      ['centres', 'edit', 'EG001', '--name', 'A \\ in a name', '--yes'],
      ['audit', 'verify'],
      ['store', 'check'],
    ]) {
      const ran = await as(...argv)
      expect(ran.exit, ran.stderr).toBe(0)
    }
  })

  it('leaves a mark as it is in a copy of the store', async () => {
    const mark = 33.333333333333336
    await owner.query(
      `set search_path to ${schema};
        insert into learner_groups (owner_id, site, name, stage) select min(id), 'cambridge-primary', '5A', '5' from users;
        insert into tests (learner_group_id, subject, title, taken_on) select id, 'English', 'Autumn', '2026-10-01' from learner_groups;
        insert into results (test_id, learner, mark) select id, 'Nour', ${mark} from tests; reset search_path`,
    )
    await owner.query(`alter user ${user} set extra_float_digits to -12`)
    const ran = await as('store', 'backup', 'kept.db')
    expect(ran.exit, ran.stderr).toBe(0)
    const kept = openDatabase(world.path('kept.db'))
    expect(kept.prepare('select mark from results').pluck().all()).toEqual([mark])
    kept.close()
  })

  it('does not keep it from saying who holds the store, were it another user', async () => {
    await owner.query(`alter user ${user} set "DateStyle" to 'German'`)
    await owner.query(
      `begin; set local application_name to 'ssh-admin users edit (tom@desk-1)'; select id from ${schema}.store for update`,
    )
    const ran = await as('status')
    await owner.query('rollback')
    expect(ran.exit, ran.stderr).toBe(0)
    expect(ran.json()).toMatchObject({ heldBy: 'users edit (tom@desk-1)' })
  })

  it('does not keep a desk from knowing that the server left traces of whom it erased', async () => {
    await owner.query(`alter user ${user} set client_min_messages to error`)
    await world.run(['users', 'delete', 'omar@school.example', '--suspend', '--yes'])
    const ran = await as('users', 'erase', 'omar@school.example', '--yes')
    expect(ran.json().left).toContainEqual(expect.stringContaining("traces in the server's files"))
  })

  it('says that a refusal has to be recorded, to whoever only looks where nothing may be written', async () => {
    await owner.query(`alter user ${user} set default_transaction_read_only to on`)
    await world.run(['users', 'suspend', 'omar@school.example', '--yes'])
    const ran = await as('whoami', '--as', 'omar@school.example')
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-read-only'])
    expect(ran.error().message).toMatch(/^What was asked has to be recorded, .* takes no changes/)
    expect((await as('users', 'list')).exit).toBe(0)
  })

  it('is named to who worked for too long between two questions', async () => {
    await owner.query(`alter user ${user} set idle_in_transaction_session_timeout to '100ms'`)
    const path = world.db.replace(/\/\/[^@]+@/, `//${user}@`)
    const store = await openStore({
      ...openingOf({ path, keyFile: world.path('own.key'), now: () => world.now }),
      mode: 'as-it-is',
    })
    const read = async () => {
      for await (const _ of store.engine.readRows('users', ['id'])) continue
    }
    await read()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
    await expect(read()).rejects.toThrow('nothing was asked of it for too long')
    await store.close()
  })

  it('ends no wait for who holds the store, and no change after it, however little time a statement may take', async () => {
    await owner.query(`alter user ${user} set statement_timeout to '300ms'`)
    const suspend = (wait: string) => as('users', 'suspend', 'omar@school.example', '--yes', '--wait', wait)
    const hold = () =>
      owner.query(
        `begin; set local application_name to 'ssh-admin users edit (tom@desk-1)'; select id from ${schema}.store for update`,
      )
    await hold()
    const refused = await suspend('1')
    expect([refused.exit, refused.error().code]).toEqual([7, 'store-locked'])
    expect(refused.error().message).toContain('users edit (tom@desk-1)')
    setTimeout(() => void owner.query('rollback'), 1_500)
    const ran = await suspend('60')
    expect(ran.exit, ran.stderr).toBe(0)
  })

  it('ends no wait for who holds the store, and no connection in it, however little time a transaction may take', async ({
    skip,
  }) => {
    const { rows } = await owner.query("select current_setting('transaction_timeout', true) as there")
    if (rows[0].there === null) skip('this server is older than PostgreSQL 17')
    await owner.query(`alter user ${user} set transaction_timeout to '800ms'`)
    const [server = { host: '', port: 0 }] = parseServerAddress(world.db).hosts
    const proxy = await countingProxy(server)
    await owner.query(`begin; select id from ${schema}.store for update`)
    setTimeout(() => void owner.query('rollback'), 2_500)
    const there = world.db.replace(/\/\/[^/]+/, `//${user}@127.0.0.1:${proxy.port}`)
    const ran = await world.run(
      'users suspend omar@school.example --yes --wait 60'.split(' ').concat('--db', there),
    )
    const connections = proxy.connections()
    await proxy.close()
    expect([ran.exit, connections], ran.stderr).toEqual([0, 1])
  })

  it('shows nobody a part of the store for all of it, where it keeps rows back', async () => {
    await owner.query(`alter table ${schema}.users enable row level security`)
    try {
      const ran = await as('users', 'list')
      expect([ran.exit, ran.error().code]).toEqual([7, 'store-refused'])
      expect(ran.error().message).toContain('row-level security')
    } finally {
      await owner.query(`alter table ${schema}.users disable row level security`)
    }
  })
})

it('waits as long as somebody types, also where the server counts no such number of milliseconds', async () => {
  const world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  for (const argv of [
    ['users', 'list'],
    ['centres', 'edit', 'EG001', '--town', 'Giza', '--yes'],
  ])
    expect(await world.run([...argv, '--wait', '9007199254740991'])).toMatchObject({ exit: 0 })
  await world.close()
})
