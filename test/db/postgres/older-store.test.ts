import pg from 'pg'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/db/sqlite/connection.ts'
import { latestVersion } from '../../../src/db/migrations/index.ts'
import { deskRole } from '../../../src/db/postgres/desk-role.ts'
import { firstSchema, firstVersion } from '../../../src/db/postgres/new-schema.ts'
import { migrateWithin } from '../../../src/db/postgres/migrate.ts'
import { emptySchema } from '../../../src/db/postgres/new-schema.ts'
import { copyTables } from '../../../src/db/store/copy-tables.ts'
import { headFileOnServer } from '../../../src/db/audit/head-file.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { openStore } from '../../../src/db/store/open.ts'
import { newInterruption } from '../../../src/interruption.ts'
import { writeOlderStore } from '../../stores/older-store.ts'
import { testServer, testPassword } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'
import { openingOf } from '../../opening.ts'
import { cuttingProxy } from './cutting-proxy.ts'

const schema = `older_${process.env.VITEST_POOL_ID ?? '0'}`
const desk = `${schema}_tom`
const address = (user?: string) =>
  `${(testServer ?? '').replace(/\/\/[^@]+@/, user === undefined ? '$&' : `//${user}@`)}?schema=${schema}`
const headFile = () => headFileOnServer(world.path('shared.key'), parseServerAddress(address()))
let world: World
let client: pg.Client

/** A store with data as an older ssh-admin left it on a server, with its key. */
async function writeOlderSharedStore(version: number): Promise<void> {
  const file = world.path('older.db')
  await writeOlderStore(file, version)
  await client.query(
    `begin; create schema ${schema}; set local search_path to ${schema}; ${firstSchema().join(';')}`,
  )
  await client.query('insert into store_versions values ($1, $2)', [firstVersion, '0.1.0'])
  await migrateWithin(client, { from: firstVersion, to: version })
  const now = () => world.now
  const from = await openStore(openingOf({ path: file, keyFile: `${file}.key`, mode: 'as-it-is', now }))
  const { signal } = new AbortController()
  await copyTables({ from, to: emptySchema(client, { shown: schema }), signal, withoutContent: false })
  await from.close()
  await client.query('commit')
  renameSync(`${file}.key`, world.path('shared.key'))
  if (existsSync(`${file}.key.head`)) renameSync(`${file}.key.head`, headFile())
}

const dropAll = () =>
  client.query(
    `drop schema if exists ${schema} cascade;
      do $$ begin execute 'drop owned by ${desk}; drop role ${desk}'; exception when undefined_object then null; end $$;
      do $$ begin execute 'drop owned by ${schema}_desk; drop role ${schema}_desk'; exception when undefined_object then null; end $$`,
  )
const at = (place: string, ...argv: string[]) =>
  world.run([...argv, '--db', place, '--key-file', world.path('shared.key'), '--json'])
const run = (...argv: string[]) => at(address(), ...argv)
/** Every table, and what all of its rows come to. */
const contents = async () => {
  const { rows } = await client.query<{ name: string }>(
    'select table_name as name from information_schema.tables where table_schema = $1 order by 1',
    [schema],
  )
  const found: unknown[] = []
  for (const { name } of rows) {
    const text = `select md5(string_agg(t::text, '' order by t::text)) as md5 from ${schema}.${name} t`
    found.push(name, (await client.query<{ md5: string }>(text)).rows[0]?.md5)
  }
  return found
}

beforeEach(async () => {
  world = newWorld(new Date('2026-11-26T09:00:00.000Z'))
  const types = { getTypeParser: (oid: number) => (oid === 20 ? Number : pg.types.getTypeParser(oid)) }
  client = new pg.Client({ connectionString: testServer ?? '', types })
  await client.connect()
  await dropAll()
})
afterEach(async () => {
  await dropAll()
  await client.end()
  await world.close()
})

const older = Array.from({ length: latestVersion - firstVersion }, (_, at) => ({
  version: firstVersion + at,
}))

describe.each(older)('a shared store of version $version', ({ version }) => {
  beforeEach(() => writeOlderSharedStore(version))

  it('is read, described, checked and backed up as it is, as a file is', async () => {
    const before = await contents()
    const shown = await run('users', 'show', 'amira@nile.example')
    expect(shown).toMatchObject({ exit: 0, stderr: '' })
    expect(shown.json()).toMatchObject({ pin: 'issued', progressionTests: { results: 2 } })
    expect((await run('users', 'list')).json().total).toBeGreaterThan(0)
    expect((await run('status')).exit).toBe(0)
    expect((await run('audit', 'verify')).json()).toMatchObject({ ok: true })
    const described = (await run('store', 'info')).json()
    expect(described).toMatchObject({ version, key: 'there', keyFile: world.path('shared.key') })
    expect(described.server.version).toMatch(/^\d+/)
    const checked = await run('store', 'check')
    expect(checked, checked.stderr).toMatchObject({ exit: 0 })
    expect(checked.json().findings).toMatchObject([{ code: 'store-older' }])
    const copied = await run('store', 'backup', 'copy.db')
    expect(copied.json().notices).toMatchObject([{ code: 'not-recorded' }])
    const copy = openDatabase(world.path('copy.db'))
    expect(copy.pragma('user_version', { simple: true })).toBe(version)
    copy.close()
    expect(await contents()).toEqual(before)
  })

  it('is changed by nothing but its migration, rehearsals included', async () => {
    const before = await contents()
    for (const argv of [
      ['users', 'suspend', 'amira@nile.example', '--yes'],
      ['users', 'suspend', 'amira@nile.example', '--dry-run'],
      ['store', 'rekey', '--yes'],
    ]) {
      const { exit, error } = await run(...argv)
      expect([exit, error().code]).toEqual([7, 'store-older'])
      expect(error().hint).toContain('ssh-admin store migrate')
    }
    expect(await contents()).toEqual(before)
  })

  it('is brought up to date, with all that is in it', async () => {
    const listed = (await run('users', 'list')).json()
    rmSync(headFile(), { force: true })
    const ran = await run('store', 'migrate', '--yes')
    expect(ran.json(), ran.stderr).toMatchObject({ from: version, to: latestVersion, changed: true })
    expect((await run('users', 'list')).json()).toEqual(listed)
    expect((await run('audit', 'verify')).exit).toBe(0)
    expect((await run('store', 'check')).json()).toMatchObject({ ok: true, findings: [] })
    expect((await run('users', 'suspend', 'amira@nile.example', '--yes')).exit).toBe(0)
  })
})

describe('an older shared store with files in it', () => {
  beforeEach(async () => {
    await writeOlderSharedStore(latestVersion - 1)
    await client.query(
      `set search_path to ${schema};
        insert into contents (id, sha256, bytes, begun_at) values (1, '${'a'.repeat(64)}', 3, '2026-11-25T09:00:00.000Z');
        insert into content_pieces (content_id, position, bytes) values (1, 0, 'abc');
        insert into help_documents (id, title, created_at) values (1, 'How to begin', '2026-11-25T09:00:00.000Z');
        insert into help_document_versions (document_id, version, file, content_id, created_at)
          values (1, 1, 'begin.pdf', 1, '2026-11-25T09:00:00.000Z');
        reset search_path`,
    )
  })

  it('is read without their bytes, however many those are', async () => {
    // Whoever asked for them would be told that they are not there.
    await client.query(`alter table ${schema}.content_pieces rename to elsewhere`)
    const listed = await run('help-documents', 'list')
    expect(listed.json(), listed.stderr).toMatchObject({ total: 1 })
    expect((await run('users', 'list')).exit).toBe(0)
    expect((await run('errors', 'list', '--kind', 'other')).json().total).toBe(0)
  })

  it('gives none of them away before it is brought up to date: no download could be recorded', async () => {
    const ran = await run('help-documents', 'download', '1', '--out', 'begin.pdf')
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-older'])
    expect(existsSync(world.path('begin.pdf'))).toBe(false)
  })

  it('refuses nobody there in silence: what cannot be recorded is not answered', async () => {
    const before = await contents()
    const ran = await run('users', 'show', 'huda@nile.example', '--as', 'karim@delta.example')
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-older'])
    expect(await contents()).toEqual(before)
  })
})

it('an older shared store is brought up to date by its owner alone, who is named, also in a rehearsal', async () => {
  await writeOlderSharedStore(latestVersion - 1)
  const keyFile = world.path('shared.key')
  const opening = openingOf({ path: address(), keyFile, now: () => world.now })
  expect(await deskRole(opening, { make: true })).toMatchObject({ made: true })
  await client.query(`create user ${desk} password ${testPassword()} in role ${schema}_desk`)
  const before = await contents()
  for (const how of ['--yes', '--dry-run']) {
    const refused = await at(address(desk), 'store', 'migrate', how)
    expect([refused.exit, refused.error().code]).toEqual([7, 'store-refused'])
    expect(refused.error().message).toMatch(
      /belongs to the user \w+ of its server, and nobody else may bring it up to date/,
    )
    expect(refused.error().hint).toContain(`--db '${address()}'`)
  }
  expect(await contents()).toEqual(before)
  expect((await at(address(desk), 'users', 'list')).exit).toBe(0)
})

describe('bringing a shared store up to date', () => {
  const versions = async () =>
    (await client.query<{ version: number }>(`select max(version) as version from ${schema}.store_versions`))
      .rows[0]?.version

  beforeEach(() => writeOlderSharedStore(latestVersion - 1))

  it('waits for whoever has the store, says for whom, and ends with Ctrl-C', async () => {
    await client.query(`begin; select id from ${schema}.store for update`)
    const interruption = newInterruption(() => undefined)
    const place = ['--db', address(), '--key-file', world.path('shared.key')]
    const running = world.run(['store', 'migrate', '--yes', ...place], { interruption })
    const waiting = 'select 1 from pg_locks where not granted'
    while ((await client.query(waiting)).rows.length === 0) await pause(20)
    await pause(500)
    const pressed = performance.now()
    interruption.handleSignal('SIGINT')
    const ran = await running
    expect([ran.exit, ran.stdout], ran.stderr).toEqual([130, ''])
    expect(ran.stderr).toMatch(/^Waiting for .*\nCancelled. Nothing was changed.\n$/)
    expect(performance.now() - pressed).toBeLessThan(5_000)
    await client.query('rollback')
    expect(await versions()).toBe(latestVersion - 1)
  })

  it('is known to be done where the connection breaks as it is saved', async () => {
    const [host] = parseServerAddress(address()).hosts
    const proxy = await cuttingProxy(host ?? { host: '', port: 0 })
    try {
      proxy.cutNextCommit('after')
      const through = address().replace(/@[^/]+/, `@127.0.0.1:${proxy.port}`)
      const ran = await at(through, 'store', 'migrate', '--yes')
      expect(ran.json(), ran.stderr).toMatchObject({ to: latestVersion, changed: true })
      expect(await versions()).toBe(latestVersion)
    } finally {
      await proxy.close()
    }
  })
})

describe('a shared store that cannot be brought up to date', () => {
  beforeEach(() => writeOlderSharedStore(firstVersion))

  it('is in use where somebody else has it, and no migration is said to have failed', async () => {
    await client.query(`begin; select id from ${schema}.store where id = 1 for update`)
    const { exit, error } = await run('store', 'migrate', '--yes', '--wait', '1')
    await client.query('rollback')
    expect([exit, error().code]).toEqual([7, 'store-locked'])
  })

  it('is as it was where a migration fails, which is told', async () => {
    await client.query(`create function ${schema}.fails() returns trigger language plpgsql as $$
      begin perform 1 / 0; return new; end $$;
      create trigger fails before update on ${schema}.store execute function ${schema}.fails()`)
    const before = await contents()
    const { exit, error } = await run('store', 'migrate', '--yes')
    expect([exit, error().code]).toEqual([7, 'migration-failed'])
    expect(error().hint).toContain('Nothing was changed')
    expect(await contents()).toEqual(before)
  })
})
