import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { headFileOnServer } from '../../../src/db/audit/head-file.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { presentSharedStore } from '../../../src/db/postgres/present-store.ts'
import { testServer, testPassword } from '../../shared-store.ts'
import { inProcess } from '../../terminal.ts'
import { newWorld, type World } from '../../world.ts'
import { openingOf } from '../../opening.ts'

const schema = `restored_${process.env.VITEST_POOL_ID ?? '0'}`
const server = () => `${testServer}?schema=${schema}`
let world: World
let client: pg.Client

const schemas = async () =>
  (
    await client.query<{ name: string }>(
      'select nspname as name from pg_namespace where nspname like $1 order by 1',
      [`${schema}%`],
    )
  ).rows.map(({ name }) => name)
const dropAll = async () => {
  for (const name of await schemas()) await client.query(`drop schema ${name} cascade`)
  for (const role of ['desk', 'tom'])
    await client.query(
      `do $$ begin execute 'drop owned by ${schema}_${role}; drop role ${schema}_${role}'; exception when undefined_object then null; end $$`,
    )
}

beforeEach(async () => {
  world = newWorld()
  client = new pg.Client({ connectionString: testServer ?? '' })
  await client.connect()
  await dropAll()
})
afterEach(async () => {
  await dropAll()
  await client.end()
  await world.close()
})

const at =
  (place: string) =>
  (...argv: string[]) =>
    world.run([...argv, '--db', place, '--key-file', world.path('file.key'), '--json'])
const there = (...argv: string[]) => at(server())(...argv)

/** Two people, a backup of both, and one of them suspended since. */
async function backedUp(): Promise<void> {
  await there('store', 'init')
  await there('centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt')
  for (const who of ['Huda Aziz <huda@sea.example>', 'Omar Saleh <omar@sea.example>'])
    await there('users', 'add', who, '--centre', 'EG001')
  await there('users', 'pin', 'omar@sea.example', '--yes')
  expect((await there('store', 'backup', 'backup.db')).exit).toBe(0)
  await there('users', 'suspend', 'huda@sea.example', '--yes')
}

const statusOf = async (email: string, place = server()) =>
  (await at(place)('users', 'show', email)).json().status

it('a backup of it is looked through with the live key, and misses no head', async () => {
  await backedUp()
  for (const argv of [
    ['store', 'check'],
    ['audit', 'verify'],
  ]) {
    const ran = await at(world.path('backup.db'))(...argv)
    expect([ran.exit, ran.json().notices], argv.join(' ')).toEqual([0, []])
  }
})

describe('restoring a store that is on a server', () => {
  it('puts the backup in its place, keeps what was there, and voids what was open', async () => {
    await backedUp()
    const restored = (await there('store', 'restore', 'backup.db', '--yes')).json()
    expect(restored).toMatchObject({ voided: { pins: 1 }, newKey: false, store: server() })
    expect(await statusOf('huda@sea.example')).toBe('invited')
    expect(await statusOf('huda@sea.example', restored.kept)).toBe('suspended')
    expect((await there('audit', 'verify')).json()).toMatchObject({ ok: true })
    expect((await there('audit', 'list', '--limit', '1')).json().events[0].action).toBe('store.restored')
    const [now, kept, ...more] = await schemas()
    expect([now, more]).toEqual([schema, []])
    expect(kept).toMatch(/_before_restore_2026_03_02_09_00_00z_[0-9a-f]{4}$/)
    const { findings } = (await there('store', 'check')).json()
    const hint = expect.stringContaining(`drop schema "${kept}" cascade`)
    expect(findings).toContainEqual(expect.objectContaining({ code: 'kept-copy', target: kept, hint }))
  })

  it('keeps what was there where only its own store is told of it, however long or alike the names are', async () => {
    const alike = `${schema}_of_the_primary_schools_of`
    const [cairo, giza, short] = [`${alike}_cairo`, `${alike}_giza`, `${schema}_hub`]
    const names = [cairo, giza, short, `${short}_before_restore_trials`]
    const store = (name: string, ...argv: string[]) =>
      world.run([
        ...[...argv, '--json', '--db', `${testServer}?schema=${name}`],
        ...['--key-file', world.path(`${name}.key`)],
      ])
    for (const name of names) expect((await store(name, 'store', 'init')).exit).toBe(0)
    await store(cairo, 'store', 'backup', 'cairo.db')
    for (const _ of [1, 2]) expect((await store(cairo, 'store', 'restore', 'cairo.db', '--yes')).exit).toBe(0)
    const kept = (await schemas()).filter((name) => !names.includes(name))
    expect(kept).toHaveLength(2)
    const toldOf = async (name: string) => {
      const { findings } = (await store(name, 'store', 'check')).json()
      return findings.map(({ code, target }: { code: string; target: string }) => [code, target])
    }
    expect(await toldOf(cairo)).toEqual(kept.map((name) => ['kept-copy', name]))
    for (const name of [giza, short]) expect(await toldOf(name)).toEqual([])
  })

  it('changes nothing in a rehearsal', async () => {
    await backedUp()
    const rehearsed = await there('store', 'restore', 'backup.db', '--dry-run')
    expect(rehearsed.json()).toMatchObject({ dryRun: true, voided: { pins: 1 } })
    expect(await schemas()).toEqual([schema])
    expect(await statusOf('huda@sea.example')).toBe('suspended')
  })

  it('goes on with the new key where an older copy was put in the place of the store, which is refused', async () => {
    await backedUp()
    await there('users', 'pin', 'omar@sea.example', '--yes')
    const older = `${schema}_older`
    expect((await there('store', 'copy', '--to', `${testServer}?schema=${older}`, '--yes')).exit).toBe(0)
    expect((await there('store', 'rekey', '--yes')).exit).toBe(0)
    // As pg_restore does.
    await client.query(`drop schema ${schema} cascade; alter schema ${older} rename to ${schema}`)
    const refused = await there('users', 'suspend', 'omar@sea.example', '--yes')
    expect([refused.exit, refused.error().code]).toEqual([7, 'key-mismatch'])
    expect(refused.error().message).toContain('an older copy of it, from before it was given that key')
    expect((await there('store', 'info')).json()).toMatchObject({ key: 'of-another-store' })
    const kept = await there('store', 'restore', 'backup.db', '--keep-credentials', '--yes')
    expect([kept.exit, kept.error().code]).toEqual([3, 'key-mismatch'])
    expect((await there('store', 'restore', 'backup.db', '--yes')).json()).toMatchObject({ newKey: false })
    expect((await there('store', 'info')).json()).toMatchObject({
      key: 'there',
      keyFile: world.path('file.key'),
    })
    expect((await there('users', 'suspend', 'omar@sea.example', '--yes')).exit).toBe(0)
    expect((await there('audit', 'verify')).json()).toMatchObject({ ok: true })
  })

  it('does not bring a former key back at a desk that still has it', async () => {
    await backedUp()
    copyFileSync(world.path('file.key'), world.path('former.key'))
    expect((await there('store', 'rekey', '--yes')).exit).toBe(0)
    const restoring = ['store', 'restore', 'backup.db', '--yes', '--json', '--db', server()]
    for (const more of [[], ['--keep-credentials'], ['--dry-run']]) {
      const refused = await world.run([...restoring, '--key-file', world.path('former.key'), ...more])
      expect([refused.exit, refused.error().code], more.join()).toEqual([7, 'key-mismatch'])
      expect(refused.error().message).toContain('it was given a new one since')
    }
    expect(await schemas()).toEqual([schema])
    // As where the new key is lost.
    const made = await world.run([...restoring, '--key-file', world.path('made.key'), '--new-key'])
    expect([made.exit, made.json().newKey], made.stderr).toEqual([0, true])
  })

  it('erases again whom the store erased since', async () => {
    await backedUp()
    await there('users', 'delete', 'huda@sea.example', '--yes')
    await there('users', 'erase', 'huda@sea.example', '--yes')
    const restored = (await there('store', 'restore', 'backup.db', '--yes')).json()
    expect(restored.erasedAgain.accounts).toBe(1)
    expect((await there('users', 'exists', 'huda@sea.example')).exit).toBe(4)
    const { rows } = await client.query(`select 1 from ${schema}.audit_personal where value like 'huda%'`)
    expect(rows).toEqual([])
  })

  /** Letters that open nothing, so that no voiding cancels them. */
  async function owed(...emails: string[]): Promise<void> {
    for (const email of emails) {
      const argv = ['users', 'edit', email, '--email', `new-${email}`, '--yes']
      const place = ['--db', server(), '--key-file', world.path('file.key')]
      const smtp = { SSH_ADMIN_SMTP_URL: 'smtp://127.0.0.1:1?ignoreTLS=true' }
      expect((await world.run([...argv, ...place], { env: smtp })).exit).toBe(9)
    }
    expect((await there('store', 'backup', 'owed.db')).exit).toBe(0)
  }
  const states = async () =>
    (await there('mail', 'list', '--letter', 'address-changed', '--reverse'))
      .json()
      .messages.map(({ state }: { state: string }) => state)

  it('sends nothing again that has gone out since, and says how many', async () => {
    await backedUp()
    await owed('omar@sea.example')
    await there('mail', 'send')
    const rehearsed = (await there('store', 'restore', 'owed.db', '--dry-run')).json()
    const restored = (await there('store', 'restore', 'owed.db', '--yes')).json()
    for (const { messages } of [rehearsed, restored]) expect(messages).toEqual({ settled: 2, unsure: 0 })
    expect(await states()).toEqual(['written', 'written'])
  })

  it('sends nothing again that another desk sent while the backup was looked through', async () => {
    await backedUp()
    await owed('omar@sea.example')
    const present = await presentSharedStore(opening())
    await there('mail', 'send')
    await present.replaceWith(world.path('owed.db'), { beforePlacing: () => undefined })
    expect(await states()).toEqual(['written', 'written'])
  })

  it('leaves to desks the rights that they had', async () => {
    await backedUp()
    await there('store', 'init', '--roles')
    await client.query(`create user ${schema}_tom password ${testPassword()} in role ${schema}_desk`)
    await there('store', 'restore', 'backup.db', '--yes')
    const tom = at(server().replace(/\/\/[^@]+@/, `//${schema}_tom@`))
    expect((await tom('users', 'suspend', 'omar@sea.example', '--yes')).exit).toBe(0)
    const refused = await tom('store', 'restore', 'backup.db', '--yes')
    expect([refused.exit, refused.error().code]).toEqual([7, 'store-refused'])
    const rehearsed = await tom('store', 'restore', 'backup.db', '--dry-run')
    expect([rehearsed.exit, rehearsed.error()]).toEqual([7, refused.error()])
    expect(await statusOf('omar@sea.example')).toBe('suspended')
  })

  it('is refused to somebody without a right in the store, and not as if it were begun anew', async () => {
    await backedUp()
    await client.query(`create user ${schema}_tom password ${testPassword()}`)
    const tom = at(server().replace(/\/\/[^@]+@/, `//${schema}_tom@`))
    const ran = await tom('store', 'restore', 'backup.db', '--yes')
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-refused'])
    expect(ran.error().message).toContain('has no right in the store')
  })

  it('brings a store to a server that has none', async () => {
    await backedUp()
    await client.query(`drop schema ${schema} cascade`)
    const restored = (await there('store', 'restore', 'backup.db', '--yes')).json()
    expect([restored.kept, restored.messages]).toEqual([null, { settled: 0, unsure: 0 }])
    expect(await statusOf('omar@sea.example')).toBe('invited')
  })

  it('makes a new key where the old one is lost', async () => {
    await backedUp()
    renameSync(world.path('file.key'), world.path('lost.key'))
    const refused = await there('store', 'restore', 'backup.db', '--yes')
    expect([refused.exit, refused.error().code]).toEqual([7, 'key-missing'])
    const restored = (await there('store', 'restore', 'backup.db', '--yes', '--new-key')).json()
    expect([restored.newKey, existsSync(world.path('file.key'))]).toEqual([true, true])
    expect((await there('users', 'suspend', 'omar@sea.example', '--yes')).exit).toBe(0)
  })

  const opening = () =>
    openingOf({
      path: server(),
      keyFile: world.path('file.key'),
      maxWaitMs: 120_000,
      now: () => world.now,
      command: 'store restore',
    })
  const waiting = async () =>
    (
      await client.query(
        `select 1 from pg_stat_activity as waiting join pg_stat_activity as restoring
          on restoring.pid = any(pg_blocking_pids(waiting.pid))
          where restoring.application_name like 'ssh-admin store restore%'`,
      )
    ).rows.length

  it('loses nothing of what a desk changes that waited meanwhile: it goes on in the store that is there now', async () => {
    await backedUp()
    const present = await presentSharedStore(opening())
    let suspending: ReturnType<typeof there> | undefined
    const beforePlacing = async () => {
      suspending = there('users', 'suspend', 'omar@sea.example', '--yes')
      await expect.poll(waiting, { timeout: 120_000 }).toBe(1)
    }
    expect(await present.replaceWith(world.path('backup.db'), { beforePlacing })).toBeDefined()
    expect((await suspending)?.exit).toBe(0)
    expect(await statusOf('omar@sea.example')).toBe('suspended')
  })

  it('keeps with the store that was there what a desk changed since it was looked at, and counts it', async () => {
    await backedUp()
    const present = await presentSharedStore(opening())
    for (const verb of ['suspend', 'restore']) await there('users', verb, 'omar@sea.example', '--yes')
    await there('users', 'suspend', 'omar@sea.example', '--yes')
    expect(await present.replaceWith(world.path('backup.db'), { beforePlacing: () => undefined })).toEqual({
      eventsMeanwhile: 3,
    })
    expect(await statusOf('omar@sea.example')).toBe('invited')
    const kept = await at(present.keepAs ?? '')('users', 'show', 'omar@sea.example')
    expect(kept.json().status).toBe('suspended')
  })

  /** Whoever restores, at the question. */
  const restorer = async () => {
    const argv = ['store', 'restore', 'backup.db', '--db', server(), '--key-file', world.path('file.key')]
    const typist = inProcess(world, argv, { columns: 400 })
    await typist.sees('Restore ')
    return typist
  }

  it('asks whether what other desks change until then may stay in the store that is kept, and says how much did', async () => {
    await backedUp()
    const typist = await restorer()
    await typist.sees(', with what other desks change until then. ')
    await there('users', 'suspend', 'omar@sea.example', '--yes')
    typist.types('y\r')
    const { exit, text } = await typist.leaves()
    expect([exit, text]).toEqual([0, expect.stringContaining('One event was written by other desks')])
    expect(await statusOf('omar@sea.example')).toBe('invited')
    const [, kept] = await schemas()
    expect(await statusOf('omar@sea.example', `${testServer}?schema=${kept}`)).toBe('suspended')
  })

  it('does nothing where there was no store when it asked, and another desk began one since', async () => {
    await backedUp()
    await client.query(`drop schema ${schema} cascade`)
    const typist = await restorer()
    await world.run(['store', 'init', '--db', server(), '--key-file', world.path('other.key')])
    typist.types('y\r')
    const { exit, text } = await typist.leaves()
    expect([exit, text]).toEqual([3, expect.stringContaining('What you agreed to has changed meanwhile')])
    expect(await schemas()).toEqual([schema])
  })

  it.each([
    ['erased somebody', ['suspend', 'delete', 'erase'].map((verb) => ['users', verb, 'omar@sea.example'])],
    ['gave the store a new key', [['store', 'rekey']]],
  ])('does nothing where a desk %s since it was looked at', async (_, commands) => {
    await backedUp()
    const present = await presentSharedStore(opening())
    for (const argv of commands) {
      const ran = await there(...argv, '--yes')
      expect([argv, ran.exit, ran.stderr]).toMatchObject([argv, 0, {}])
    }
    expect(
      await present.replaceWith(world.path('backup.db'), { beforePlacing: () => undefined }),
    ).toBeUndefined()
    expect(await schemas()).toEqual([schema])
  })

  it('keeps what each of two found there, where they restore within one second', async () => {
    await backedUp()
    for (const again of ['first', 'second']) {
      const ran = await there('store', 'restore', 'backup.db', '--yes')
      expect([again, ran.exit, ran.stderr]).toMatchObject([again, 0, {}])
    }
    const [now, ...kept] = await schemas()
    expect([now, kept.length]).toEqual([schema, 2])
    // Neither has seen the other's.
    const restoring = await Promise.all(
      [1, 2].map(() => there('store', 'restore', 'backup.db', '--yes', '--wait', '60')),
    )
    for (const ran of restoring)
      expect(ran.exit === 0 ? 'done' : ran.error().code).toMatch(/^(done|changed-meanwhile)$/)
    const done = restoring.filter(({ exit }) => exit === 0)
    expect(done.length).toBeGreaterThan(0)
    expect(await schemas()).toHaveLength(3 + done.length)
    expect((await there('audit', 'verify')).exit).toBe(0)
  })

  it('of two who restore at once puts the second one’s backup in no place that the first has taken', async () => {
    await backedUp()
    const present = await presentSharedStore(opening())
    expect((await there('store', 'restore', 'backup.db', '--yes')).exit).toBe(0)
    const placed = await schemas()
    expect(
      await present.replaceWith(world.path('backup.db'), { beforePlacing: () => undefined }),
    ).toBeUndefined()
    expect(await schemas()).toEqual(placed)
  })

  it('comes to its end while another desk changes the store all the time', async () => {
    await backedUp()
    let isRestored = false
    const busy = (async () => {
      for (let n = 0; !isRestored; n += 1)
        await there('centres', 'edit', 'EG001', '--town', `Town ${n}`, '--yes', '--wait', '60')
    })()
    const ran = await there('store', 'restore', 'backup.db', '--yes', '--wait', '60')
    isRestored = true
    await busy
    expect([ran.exit, ran.stderr]).toMatchObject([0, {}])
    expect((await there('audit', 'verify')).exit).toBe(0)
  })
})

it('the note of where the log ended, at a desk that did not put it there, is said to be of the store before', async () => {
  await backedUp()
  const head = (key: string) => headFileOnServer(world.path(key), parseServerAddress(server()))
  copyFileSync(world.path('file.key'), world.path('other.key'))
  copyFileSync(head('file.key'), head('other.key'))
  expect((await there('store', 'restore', 'backup.db', '--yes')).exit).toBe(0)
  const verify = () =>
    world.run(['audit', 'verify', '--db', server(), '--key-file', world.path('other.key'), '--json'])
  const ran = await verify()
  expect([ran.exit, ran.error().code]).toEqual([7, 'audit-broken'])
  expect(ran.error().hint).toMatch(/audit list .*--action store\.restored/)
  expect(ran.error().hint).toContain(head('other.key'))
  rmSync(head('other.key'))
  expect((await verify()).exit).toBe(0)
})
