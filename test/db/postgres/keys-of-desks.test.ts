import { copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { headFileOnServer } from '../../../src/db/audit/head-file.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
const huda = 'huda@school.example'

beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: huda })
  await world.user('omar@school.example', { centre: 'EG001', status: 'invited' })
})
afterEach(async () => {
  await world.close()
})

const issuing = (...more: string[]) => ['users', 'pin', 'omar@school.example', '--json', ...more]

describe('the key at several desks', () => {
  it('is noticed to be an old one, in words, once another desk gave the store a new one', async () => {
    copyFileSync(world.path('hub.db.key'), world.path('other-desk.key'))
    const rekeyed = await world.run(['store', 'rekey', '--yes'])
    expect([rekeyed.exit, rekeyed.stdout]).toEqual([
      0,
      expect.stringContaining('The other desks need a copy'),
    ])
    const ran = await world.run(issuing('--key-file', world.path('other-desk.key')))
    expect([ran.exit, ran.error().code]).toEqual([7, 'key-mismatch'])
    expect(ran.error().message).toContain('was given a new key')
    const described = await world.run(['store', 'info', '--key-file', world.path('other-desk.key')])
    expect(described.stdout).toContain("(not this store's, or not any more)")
    expect((await world.run(issuing())).exit).toBe(0)
  })

  it('is to be brought from another desk where it never was', async () => {
    const ran = await world.run(issuing('--key-file', world.path('not-here.key')))
    expect([ran.exit, ran.error().code]).toEqual([7, 'key-missing'])
    expect(ran.error().hint).toContain('from another desk')
  })

  it('may come from the command of a secret manager, which no shell looks at', async () => {
    copyFileSync(world.path('hub.db.key'), world.path('vault key'))
    const env = { SSH_ADMIN_KEY_COMMAND: `cat "${world.path('vault key')}"`, SSH_ADMIN_KEY_FILE: undefined }
    expect((await world.run(issuing(), { env })).exit).toBe(0)
    const shown = await world.run(['config', '--json'], { env })
    expect(shown.json().settings.keyCommand).toEqual({ value: 'cat …', from: 'environment' })
  })

  it.each([
    ['false', 'key-command-failed'],
    ['no-such-program-here', 'key-command-failed'],
    ['echo nothing', 'key-damaged'],
  ])('is refused where %s gives none', async (command, code) => {
    const ran = await world.run(issuing(), { env: { SSH_ADMIN_KEY_COMMAND: command } })
    expect([ran.exit, ran.error().code]).toEqual([7, code])
  })

  it('stays as it is where a command gives it: the command would go on giving the old one', async () => {
    const before = readFileSync(world.path('hub.db.key'), 'utf8')
    const env = { SSH_ADMIN_KEY_COMMAND: `cat ${world.path('hub.db.key')}` }
    const ran = await world.run(['store', 'rekey', '--yes', '--json'], { env })
    expect([ran.exit, ran.error().code]).toEqual([3, 'key-from-command'])
    expect(readFileSync(world.path('hub.db.key'), 'utf8')).toBe(before)
  })
})

describe('the key that two stores on a server have', () => {
  const schema = `copied_${process.env.VITEST_POOL_ID ?? '0'}`
  const there = () => `${testServer}?schema=${schema}`

  it('stays for the one, under another name, as the other is given a new one', async () => {
    const owner = new pg.Client({ connectionString: testServer ?? '' })
    await owner.connect()
    try {
      const copied = await world.run(['store', 'copy', '--to', there(), '--yes', '--json'])
      expect(copied.exit, copied.stderr).toBe(0)
      for (const given of [[], ['--db', there()], []]) {
        expect((await world.run(['store', 'rekey', '--yes', ...given])).exit).toBe(0)
        const issued = [await world.run(issuing('--yes')), await world.run(issuing('--yes', '--db', there()))]
        expect(issued.map(({ exit, stderr }) => `${exit}${stderr}`)).toEqual(['0', '0'])
      }
      const other = async (...words: string[]) =>
        (await world.run(['store', ...words, '--yes', '--json', '--db', there()])).json()
      expect((await other('backup', 'kept.db')).keyFile).toMatch(/[.]old$/)
      expect(await other('restore', 'kept.db', '--keep-credentials')).toMatchObject({ voided: { pins: 0 } })
    } finally {
      await owner.query(
        `do $$ declare name text; begin for name in select nspname from pg_namespace where nspname like '${schema}%'
          loop execute format('drop schema %I cascade', name); end loop; end $$`,
      )
      await owner.end()
    }
  })
})

describe('the keys of two copies that two desks gave new keys', () => {
  const schema = `copy_${process.env.VITEST_POOL_ID ?? '0'}`
  const there = () => `${testServer}?schema=${schema}`

  it('are had side by side where the refusal says', async () => {
    const owner = new pg.Client({ connectionString: testServer ?? '' })
    await owner.connect()
    await owner.query(`drop schema if exists ${schema} cascade`)
    try {
      expect((await world.run(['store', 'copy', '--to', there(), '--yes'])).exit).toBe(0)
      const atOtherDesk = ['--db', there(), '--key-file', world.path('other-desk.key')]
      copyFileSync(world.path('hub.db.key'), world.path('other-desk.key'))
      expect((await world.run(['store', 'rekey', '--yes'])).exit).toBe(0)
      expect((await world.run(['store', 'rekey', '--yes', ...atOtherDesk])).exit).toBe(0)
      const refused = await world.run(issuing('--yes', '--db', there()))
      expect([refused.exit, refused.error().code]).toEqual([7, 'key-mismatch'])
      const [, side = ''] =
        / another copy of this store, as (\S+[.]old)[.] /.exec(refused.error().hint ?? '') ?? []
      copyFileSync(world.path('other-desk.key'), side)
      for (const more of [[], ['--db', there()]]) {
        const issued = await world.run(issuing('--yes', ...more))
        expect(issued.exit, issued.stderr).toBe(0)
      }
    } finally {
      await owner.query(`drop schema if exists ${schema} cascade`)
      await owner.end()
    }
  })
})

describe('the head of the log at a desk that comes to a shared store', () => {
  const editing = (town: string) =>
    world.run(['centres', 'edit', 'EG001', '--town', town, '--yes', '--json', '--key-file', key()])
  const key = () => world.path('new-desk.key')

  beforeEach(async () => {
    await world.run(['centres', 'edit', 'EG001', '--town', 'Aswan', '--yes'])
    copyFileSync(world.path('hub.db.key'), key())
  })

  it('is no loss where nobody has written from there yet, and one from then on', async () => {
    await world.tamper("update audit set operator = 'omar@another-desk'")
    expect((await editing('Cairo')).json().notices).toEqual([])
    expect((await editing('Giza')).json().notices).toEqual([])
    rmSync(headFileOnServer(key(), parseServerAddress(world.db)))
    expect((await editing('Luxor')).json().notices).toMatchObject([{ code: 'head-missing' }])
  })

  it('is no loss where the same server was named otherwise before', async () => {
    const first = headFileOnServer(key(), parseServerAddress(world.db))
    expect((await editing('Cairo')).json().notices).toMatchObject([{ code: 'head-missing' }])
    renameSync(first, `${key()}.0123abcd.head`)
    const verified = await world.run(['audit', 'verify', '--json', '--key-file', key()])
    expect([verified.exit, verified.json().notices]).toEqual([0, []])
    expect((await editing('Giza')).json().notices).toEqual([])
    expect(existsSync(first)).toBe(true)
  })

  it('is missed where they have written, or the log was emptied', async () => {
    expect((await editing('Cairo')).json().notices).toMatchObject([{ code: 'head-missing' }])
    rmSync(headFileOnServer(key(), parseServerAddress(world.db)))
    await world.tamper('delete from audit_personal', 'delete from audit')
    expect((await editing('Giza')).json().notices).toMatchObject([{ code: 'head-missing' }])
  })

  it('is named by audit verify to those who have written', async () => {
    const verified = await world.run(['audit', 'verify', '--json', '--key-file', key()])
    expect([verified.exit, verified.json().notices]).toMatchObject([0, [{ code: 'head-missing' }]])
  })
})

it('says which server has the store, and how far away it is, and no password', async () => {
  const { user } = parseServerAddress(world.db)
  const server = {
    user,
    port: expect.any(Number),
    version: expect.stringMatching(/^1[5-8]/),
    roundTripMs: expect.any(Number),
  }
  const ran = await world.run(['store', 'info', '--json'])
  expect(ran.json()).toMatchObject({ store: world.db, server: { ...server, heldBy: null } })
  expect((await world.run(['status', '--json'])).json()).toMatchObject({ store: world.db, server })
  const shown = (await world.run(['status'])).stdout
  expect(shown).toMatch(
    new RegExp(String.raw`\nServer\tPostgreSQL 1[5-8]\S* on \S+:\d+, as ${user}, \d+(\.\d)? ms away\n`),
  )
})

it('says that the password is missing, and where it belongs', async () => {
  const password = process.env.PGPASSWORD
  const { PGPASSFILE } = process.env
  delete process.env.PGPASSWORD
  process.env.PGPASSFILE = world.path('no-passwords')
  try {
    const ran = await world.run(['users', 'list', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-refused'])
    expect(ran.error().hint).toContain('.pgpass')
  } finally {
    process.env.PGPASSWORD = password
    if (PGPASSFILE === undefined) delete process.env.PGPASSFILE
    else process.env.PGPASSFILE = PGPASSFILE
  }
})
