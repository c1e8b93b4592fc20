import { deskRole } from '../../../src/db/postgres/desk-role.ts'
import { deskRoleOfSchema } from '../../../src/db/postgres/rights.ts'
import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseServerAddress } from '../../../src/server-address.ts'
import { testServer, testPassword } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'
import { openingOf } from '../../opening.ts'

let world: World
let owner: pg.Client
let desk: pg.Client
const user = `desk_${process.env.VITEST_POOL_ID ?? '0'}`
const asDesk = () => ['--db', world.db.replace(/\/\/[^@]+@/, `//${user}@`)]

beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.user('omar@school.example', { centre: 'EG001' })
  expect((await world.run(['store', 'init', '--roles'])).stdout).toContain('Made the role')
  owner = new pg.Client({ connectionString: testServer ?? '' })
  await owner.connect()
  const { schema } = parseServerAddress(world.db)
  await owner.query(`create user ${user} password ${testPassword()} in role ${schema}_desk`)
  desk = new pg.Client({ connectionString: (testServer ?? '').replace(/\/\/[^@]+@/, `//${user}@`) })
  await desk.connect()
  await desk.query(`set search_path to ${schema}`)
})
afterEach(async () => {
  await desk.end()
  await owner.query(`drop user ${user}`)
  await owner.end()
  await world.close()
})

it('a desk with the role of desks works as ever', async () => {
  expect((await world.run(['users', 'suspend', 'omar@school.example', '--yes', ...asDesk()])).exit).toBe(0)
  const csv = 'Centre number,Centre name,Country,Email\nEG002,Two,Egypt,amira@two.example\n'
  writeFileSync(world.path('two.csv'), csv)
  const importing = ['centres', 'import', 'two.csv', '--yes', ...asDesk()]
  const imported = await world.run(importing)
  expect(imported.exit, imported.stderr).toBe(0)
  for (const verb of ['delete', 'erase']) {
    const ran = await world.run(['users', verb, 'omar@school.example', '--yes', ...asDesk()])
    expect(ran.exit, ran.stderr).toBe(0)
  }
  expect((await world.run(['audit', 'verify', '--json', ...asDesk()])).json()).toMatchObject({ ok: true })
})

it('a desk that erases is told that the server keeps traces, which the owner can have cleared', async () => {
  const erase = (...at: string[]) =>
    world.run(['users', 'erase', 'omar@school.example', '--yes', '--json', ...at])
  await world.run(['users', 'delete', 'omar@school.example', '--suspend', '--yes'])
  const traces = expect.stringContaining("traces in the server's files")
  expect((await erase(...asDesk())).json().left).toContainEqual(traces)
  expect((await erase()).json().left).not.toContainEqual(traces)
})

it.each([
  "update audit set action = 'x'",
  'delete from audit',
  'truncate audit cascade',
  'delete from audit_personal',
  'update audit_personal set field = field',
  'alter table audit disable trigger all',
  'drop table audit cascade',
  'insert into store_versions values (99)',
])('the server itself refuses a desk: %s', async (statement) => {
  await expect(desk.query(statement)).rejects.toMatchObject({ code: '42501' })
})

it('is told as what makes it, where whoever asks may not make it', async () => {
  const ran = await world.run(['store', 'init', '--roles', '--json', ...asDesk()])
  expect(ran.json()).toMatchObject({ desks: { made: false }, changed: false })
  expect((await world.run(['store', 'init', '--roles', '--dry-run', '--json'])).json().desks.made).toBe(false)
})

it('is told in lines that psql takes as they are, what is no statement as comments', async () => {
  const ran = await world.run(['store', 'init', '--roles', ...asDesk()])
  expect(ran.stdout.split('\n').filter((line) => line.startsWith('-- '))).toHaveLength(2)
  await owner.query(`begin; ${ran.stdout}; rollback`)
})

it('is told so too where it was made, by an owner who may make roles', async () => {
  const ran = await world.run(['store', 'init', '--roles'])
  expect(ran.stdout).toMatch(/^-- Made the role /)
  await owner.query(`begin; ${ran.stdout}; rollback`)
  const shown = await world.run(['store', 'init', '--roles'], { terminal: { columns: 120 } })
  expect(shown.stdout).not.toContain('grant usage')
})

it('says which right is missing where nobody may connect to the database any more', async () => {
  const { schema, database } = parseServerAddress(world.db)
  const closed = `${schema}_closed`
  await owner.query(`drop database if exists ${closed}`)
  await owner.query(`create database ${closed}`)
  try {
    await owner.query(`revoke connect on database ${closed} from public`)
    const place = world.db.replace(`/${database}`, `/${closed}`).replace(/\/\/[^@]+@/, `//${user}@`)
    const ran = await world.run(['users', 'list', '--json', '--db', place])
    expect([ran.exit, ran.error().code, ran.error().hint]).toEqual([
      7,
      'store-refused',
      expect.stringContaining(`grant connect on database "${closed}" to "${user}"`),
    ])
  } finally {
    await owner.query(`drop database if exists ${closed}`)
  }
})

it('is granted by an owner who may make no roles, where it was made already', async () => {
  const { schema } = parseServerAddress(world.db)
  const role = `${schema}_maker`
  await owner.query(
    `create user ${role} password ${testPassword()}; grant create on database "${parseServerAddress(world.db).database}" to ${role}`,
  )
  const mine = `${world.db.replace(/\/\/[^@]+@/, `//${role}@`).replace(/schema=\w+/, `schema=${role}`)}`
  const init = (...more: string[]) =>
    world.run(['store', 'init', ...more, '--json', '--db', mine, '--key-file', world.path('maker.key')])
  try {
    const { desks } = (await init('--roles')).json()
    expect(desks).toMatchObject({ made: false })
    // Whoever looks after the server may run them: what the store's owner makes later is for desks all the same.
    await owner.query(desks.statements.join('\n'))
    await owner.query(`set role ${role}; create table ${role}.later (id integer); reset role`)
    const later = await owner.query('select has_table_privilege($1, $2, $3) as may', [
      `${role}_desk`,
      `${role}.later`,
      'insert',
    ])
    expect(later.rows).toEqual([{ may: true }])
    await owner.query(`drop owned by ${role}_desk; drop role ${role}_desk; drop table ${role}.later`)
    await owner.query(`create role ${role}_desk`)
    expect((await init('--roles')).json()).toMatchObject({ desks: { made: true } })
    const { rows } = await owner.query('select has_schema_privilege($1, $2, $3) as may', [
      `${role}_desk`,
      role,
      'usage',
    ])
    expect(rows).toEqual([{ may: true }])
  } finally {
    await owner.query(
      `drop schema if exists ${role} cascade; drop owned by ${role} cascade; drop user ${role}`,
    )
    await owner.query(`drop role if exists ${role}_desk`)
  }
})

it('is made of a schema whose name is as long as a name may be', async () => {
  const schema = `long_${process.env.VITEST_POOL_ID ?? '0'}_`.padEnd(63, 'x')
  const place = [
    '--db',
    world.db.replace(/schema=\w+/, `schema=${schema}`),
    '--key-file',
    world.path('l.key'),
  ]
  const role = deskRoleOfSchema(schema)
  expect([role.length, deskRoleOfSchema(`${schema.slice(0, 62)}y`) === role]).toEqual([63, false])
  try {
    const ran = await world.run(['store', 'init', '--roles', '--json', ...place])
    expect([ran.exit, ran.json().desks]).toMatchObject([0, { role, made: true }])
    await owner.query(`set role ${role}; select * from ${schema}.store; reset role`)
  } finally {
    await owner.query(`drop schema if exists ${schema} cascade; drop owned by ${role}; drop role ${role}`)
  }
})

it('is made once where several make it at the same moment', async () => {
  const schema = `at_once_${process.env.VITEST_POOL_ID ?? '0'}`
  const place = [
    '--db',
    world.db.replace(/schema=\w+/, `schema=${schema}`),
    '--key-file',
    world.path('o.key'),
  ]
  const init = () => world.run(['store', 'init', '--roles', '--json', ...place])
  try {
    await init()
    await owner.query(`drop owned by ${schema}_desk; drop role ${schema}_desk`)
    for (const ran of await Promise.all([init(), init(), init(), init()]))
      expect(ran.exit, ran.stderr).toBe(0)
  } finally {
    await owner.query(`drop schema ${schema} cascade; drop owned by ${schema}_desk; drop role ${schema}_desk`)
  }
})

it('is there once somebody else has made it meanwhile, as for another database of the server', async () => {
  const role = `${parseServerAddress(world.db).schema}_desk`
  await owner.query(`drop user ${user}; drop owned by ${role}; drop role ${role}`)
  await owner.query(`begin; create role ${role}`)
  const running = world.run(['store', 'init', '--roles', '--json'])
  while ((await desk.query('select 1 from pg_locks where not granted')).rows.length === 0) await pause(20)
  await owner.query(`commit; create user ${user} in role ${role}`)
  const ran = await running
  expect(ran.exit, ran.stderr).toBe(0)
})

it('is made while a desk has the store, as for a long import', async () => {
  const { schema } = parseServerAddress(world.db)
  await owner.query(`begin; select id from "${schema}".store where id = 1 for update`)
  try {
    const started = performance.now()
    const ran = await world.run(['store', 'init', '--roles', '--json'])
    expect(ran.exit, ran.stderr).toBe(0)
    expect(performance.now() - started).toBeLessThan(10_000)
  } finally {
    await owner.query('rollback')
  }
})

it('says for whom it waits while the store is brought up to date, and for no longer than it may', async () => {
  const { schema } = parseServerAddress(world.db)
  await owner.query(
    `begin; set local application_name to 'ssh-admin store migrate (huda@desk-1)'; select id from "${schema}".store where id = 1 for update;
      lock table "${schema}".store_versions in share row exclusive mode; update "${schema}".store set program = program`,
  )
  const started = performance.now()
  try {
    const ran = await world.run(['store', 'init', '--roles', '--wait', '1'])
    expect([ran.exit, ran.stderr]).toEqual([7, expect.stringContaining('store migrate (huda@desk-1)')])
    expect(ran.stderr).toContain('Waiting for store migrate (huda@desk-1) to finish with the store')
    expect(performance.now() - started).toBeLessThan(15_000)
  } finally {
    await owner.query('rollback')
  }
})

it('is nothing for a file', async () => {
  const ran = await world.run(['store', 'init', '--roles', '--json', '--db', world.path('file.db')])
  expect([ran.exit, ran.error().code]).toEqual([2, 'store-is-a-file'])
})

it('a role that cannot be made for another reason than a missing right is said to be so, and not only told how to make', async () => {
  const { schema } = parseServerAddress(world.db)
  await owner.query(`alter table ${schema}.audit_personal rename to elsewhere`)
  try {
    const opening = openingOf({ path: world.db, keyFile: world.path('key'), now: () => world.now })
    await expect(deskRole(opening, { make: true })).rejects.toMatchObject({ code: 'store-missing' })
  } finally {
    await owner.query(`alter table ${schema}.elsewhere rename to audit_personal`)
  }
})
