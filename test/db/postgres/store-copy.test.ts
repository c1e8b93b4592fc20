import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { copyToServer, rehearseNewSchema } from '../../../src/db/postgres/new-store.ts'
import { openDatabase } from '../../../src/db/sqlite/connection.ts'
import { tableNames } from '../../../src/db/store/tables.ts'
import { newInterruption } from '../../../src/interruption.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { testServer, testPassword } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'
import { cuttingProxy } from './cutting-proxy.ts'

const schema = `copied_${process.env.VITEST_POOL_ID ?? '0'}`
const server = () => `${testServer}?schema=${schema}`
let world: World
let client: pg.Client

beforeEach(async () => {
  world = newWorld()
  client = new pg.Client({ connectionString: testServer ?? '' })
  await client.connect()
  await client.query(`drop schema if exists ${schema} cascade`)
})
afterEach(async () => {
  await client.query(`drop schema if exists ${schema} cascade; drop role if exists ${schema}_guest`)
  await client.end()
  await world.close()
})

const key = () => ['--key-file', world.path('file.key')]
const at = (place: string) => (argv: readonly string[]) =>
  world.run([...argv, '--db', place, ...key(), '--json'])
const schemaIsThere = async () =>
  (await client.query('select 1 from pg_namespace where nspname = $1', [schema])).rows.length > 0

/** A store that is a file, with something in every kind of column. */
async function fileStore(): Promise<ReturnType<typeof at>> {
  const run = at('file.db')
  await run(['store', 'init'])
  writeFileSync(
    world.path('roster.csv'),
    'Centre number,Centre name,Country,Email,First name\nEG001,"École\tone \\ two",Egypt,red@sea.example,Zoë\nEG002,Two,Egypt,two@sea.example,\n',
  )
  await run(['centres', 'import', 'roster.csv', '--yes', '--pins-out', 'pins.csv'])
  writeFileSync(world.path('sound.mp3'), Buffer.from(Array.from({ length: 2_500_000 }, (_, n) => n % 256)))
  const about = ['--title', 'Listening', '--kind', 'specimen', '--series', '2026-06']
  await run(['resources', 'upload', 'sound.mp3', ...about, '--yes'])
  await run(['users', 'suspend', 'two@sea.example', '--yes'])
  return run
}

const contentsOf = async (rows: (table: string) => Promise<unknown[]>) => {
  const found: Record<string, unknown[]> = {}
  for (const table of tableNames) found[table] = (await rows(table)).map((row) => JSON.stringify(row)).sort()
  return found
}
const inFile = (name: string) =>
  contentsOf(async (table) => {
    const raw = openDatabase(world.path(name))
    try {
      return raw.prepare(`select * from "${table}"`).all()
    } finally {
      raw.close()
    }
  })

describe('copying a store', () => {
  it('from a file to a server and back gives the same store, row by row', async () => {
    const file = await fileStore()
    const there = (await file(['store', 'copy', '--to', server(), '--yes'])).json()
    const verified = await at(server())(['audit', 'verify'])
    expect(verified.json()).toMatchObject({ ok: true, events: there.head.events, head: there.head.head })
    const users = await at(server())(['users', 'list'])
    expect(users.json()).toEqual((await file(['users', 'list'])).json())
    const back = (await at(server())(['store', 'copy', '--to', 'back.db', '--yes'])).json()
    expect(back.rows).toBe(there.rows + 1)
    await file(['store', 'copy', '--to', 'same.db', '--yes'])
    const [one, other] = [await inFile('back.db'), await inFile('same.db')]
    for (const table of tableNames.filter((name) => !/^audit/.test(name)))
      expect(one[table], table).toEqual(other[table])
    expect((await at('back.db')(['audit', 'verify'])).json()).toMatchObject({
      ok: true,
      head: back.head.head,
    })
    const downloaded = await at('back.db')(['resources', 'download', '1', '--out', 'again.mp3'])
    expect(downloaded.exit).toBe(0)
  })

  it('onto itself is refused, however its address is written, and whatever its log ends with', async () => {
    const file = await fileStore()
    // Its log ends with the copy.
    await file(['store', 'copy', '--to', server(), '--yes'])
    const otherwise = server().replace('127.0.0.1', 'localhost')
    for (const to of [server(), otherwise])
      for (const more of [['--yes'], ['--dry-run'], ['--yes', '--without-content']]) {
        const ran = await at(server())(['store', 'copy', '--to', to, ...more])
        expect([to, more, ran.exit, ran.error().code]).toEqual([to, more, 3, 'store-exists'])
      }
    // The copy itself is known again where it was made.
    const again = await file(['store', 'copy', '--to', server(), '--yes'])
    expect([again.exit, again.json().changed]).toEqual([0, false])
  })

  it('knows where its log ends beside its key, where the key is put as the answer says', async () => {
    const env = { HOME: world.path('home'), SSH_ADMIN_KEY_FILE: undefined }
    const run = (place: string, ...argv: string[]) => world.run([...argv, '--db', place], { env })
    await run('file.db', 'store', 'init')
    await run('file.db', 'centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt')
    const copied = await run('file.db', 'store', 'copy', '--to', server(), '--yes')
    const line = copied.stdout.split('\n').find((text) => text.startsWith('cp '))
    execFileSync('sh', ['-c', line ?? 'false'])
    const verified = await run(server(), 'audit', 'verify', '--json')
    expect([verified.exit, verified.json().notices]).toEqual([0, []])
    const edited = await run(server(), 'centres', 'edit', 'EG001', '--town', 'Aswan', '--yes', '--json')
    expect([edited.exit, edited.json().notices]).toEqual([0, []])
    // And it is missed, as everywhere, where the log was cut.
    await client.query(
      `alter table ${schema}.audit disable trigger user; alter table ${schema}.audit_personal disable trigger user;
        delete from ${schema}.audit_personal where audit_id = (select max(id) from ${schema}.audit);
        delete from ${schema}.audit where id = (select max(id) from ${schema}.audit)`,
    )
    expect((await run(server(), 'audit', 'verify', '--json')).error().code).toBe('audit-broken')
  })

  it('goes on apart from another copy, and from the store itself, with one key for all', async () => {
    const file = await fileStore()
    const other = `${server()}_two`
    try {
      for (const to of [server(), other])
        expect((await file(['store', 'copy', '--to', to, '--yes'])).exit).toBe(0)
      for (const town of ['Aswan', 'Giza'])
        for (const place of [server(), other, 'file.db']) {
          const ran = await at(place)([
            'centres',
            'edit',
            'EG001',
            '--town',
            `${town} ${place.length}`,
            '--yes',
          ])
          expect([place, ran.exit, ran.json().notices]).toEqual([place, 0, []])
          const verified = await at(place)(['audit', 'verify'])
          expect([place, verified.exit, verified.json().notices]).toEqual([place, 0, []])
        }
    } finally {
      await client.query(`drop schema if exists ${schema}_two cascade`)
    }
  })

  it('goes on numbering, on the server, after accounts that are gone', async () => {
    const file = await fileStore()
    const raw = openDatabase(world.path('file.db'))
    raw.exec("update sqlite_sequence set seq = 900 where name = 'users'")
    raw.close()
    await file(['store', 'copy', '--to', server(), '--yes'])
    const added = await at(server())([
      'users',
      'add',
      'New One <new@sea.example>',
      '--centre',
      'EG001',
      '--yes',
    ])
    expect(added.json().users[0].id).toBe(901)
  })

  it.each([
    ['copied', ['store', 'copy', '--to', server(), '--yes']],
    ['restored', ['store', 'restore', 'backup.db', '--yes']],
  ])('takes further progression tests, on the server, after those that were %s', async (_, argv) => {
    const file = await fileStore()
    const heading = 'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'
    for (const title of ['first', 'second'])
      writeFileSync(
        world.path(`${title}.csv`),
        `${heading}\nred@sea.example,Cambridge Primary,4A,4,English,${title},2026-03-01,Nour,7\n`,
      )
    await file(['progression-tests', 'import', 'first.csv', '--yes'])
    await file(['store', 'backup', 'backup.db'])
    const moved = await (argv[1] === 'copy' ? file : at(server()))(argv)
    expect(moved.exit, moved.stderr).toBe(0)
    expect((await at(server())(['store', 'check'])).exit).toBe(0)
    const imported = await at(server())(['progression-tests', 'import', 'second.csv', '--yes'])
    expect(imported.exit, imported.stderr).toBe(0)
  })

  it('leaves the bytes of files out where that is said, and all else is there', async () => {
    const file = await fileStore()
    await file(['store', 'copy', '--to', server(), '--without-content', '--yes'])
    const pieces = await client.query(`select count(*) as n from ${schema}.content_pieces`)
    expect(Number(pieces.rows[0]?.n)).toBe(0)
    expect((await at(server())(['resources', 'list'])).json().total).toBe(1)
  })

  it('says in a rehearsal what it would do, and makes no schema', async () => {
    const file = await fileStore()
    const rehearsed = await file(['store', 'copy', '--to', server(), '--dry-run'])
    expect(rehearsed.json()).toMatchObject({ dryRun: true, counts: { centres: 2, users: 2 } })
    expect(await schemaIsThere()).toBe(false)
  })

  it('leaves no connection to the server open behind a rehearsal', async () => {
    const ended = vi.spyOn(pg.Client.prototype, 'end')
    try {
      await rehearseNewSchema(server())
      expect(ended).toHaveBeenCalledTimes(1)
    } finally {
      ended.mockRestore()
    }
  })

  it('is refused where there is a store, or anything else', async () => {
    const file = await fileStore()
    await client.query(`create schema ${schema}; create table ${schema}.other (id int)`)
    const foreign = await file(['store', 'copy', '--to', server(), '--yes'])
    expect([foreign.exit, foreign.error().code]).toEqual([3, 'store-foreign'])
    await client.query(`drop schema ${schema} cascade`)
    await file(['store', 'copy', '--to', server(), '--yes'])
    await file(['users', 'restore', 'two@sea.example'])
    const again = await file(['store', 'copy', '--to', server(), '--yes', '--dry-run'])
    expect([again.exit, again.error().code]).toEqual([3, 'store-exists'])
  })

  it.each([true, false])(
    'is refused where another begins one at the same moment, in a schema that is there: %j',
    async (isReady) => {
      const file = await fileStore()
      const other = new pg.Client({ connectionString: testServer ?? '' })
      await other.connect()
      try {
        if (isReady) await client.query(`create schema ${schema}`)
        await other.query(
          `begin; create schema if not exists ${schema}; create table ${schema}.store_versions (version int)`,
        )
        const copying = file(['store', 'copy', '--to', server(), '--yes'])
        const waiting = 'select 1 from pg_locks where not granted and pid <> pg_backend_pid()'
        await expect.poll(async () => (await client.query(waiting)).rows.length, { timeout: 60_000 }).toBe(1)
        await other.query('commit')
        const refused = await copying
        expect([refused.exit, refused.error().code]).toEqual([3, 'store-exists'])
      } finally {
        await other.end()
      }
    },
  )

  it('of two at once one makes the copy, and the other finds it', async () => {
    const file = await fileStore()
    const copy = () => file(['store', 'copy', '--to', server(), '--yes'])
    for (const { exit, stderr } of await Promise.all([copy(), copy(), copy()]))
      expect([0, 3], stderr).toContain(exit)
    expect((await at(server())(['store', 'check'])).exit).toBe(0)
  })

  it('copies with --yes what others changed while it was made ready, too', async () => {
    const file = await fileStore()
    const [host] = parseServerAddress(server()).hosts
    let desks = 0
    const between = createServer({ pauseOnConnect: true }, (desk) => {
      desks += 1
      // The first looks for a copy that is there, within the transaction that looks at the store.
      const others = desks === 2 ? file(['users', 'suspend', 'red@sea.example', '--yes']) : undefined
      void Promise.resolve(others).then(() => piped(desk))
    })
    const piped = (desk: Socket) => {
      const there = connect(host?.port ?? 0, host?.host).on('error', () => desk.destroy())
      desk
        .on('error', () => undefined)
        .pipe(there)
        .pipe(desk)
    }
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
    const { port } = between.address() as AddressInfo
    try {
      const to = server().replace(/@[^/]+/, `@127.0.0.1:${port}`)
      const before = (await file(['store', 'info'])).json().auditRows
      const ran = await file(['store', 'copy', '--to', to, '--yes'])
      expect(ran.exit, ran.stderr).toBe(0)
      expect(ran.json().counts.events).toBe(before + 2)
      expect((await at(server())(['audit', 'verify'])).json().events).toBe(before + 2)
    } finally {
      between.close()
    }
  })

  it('finds the copy that it made, and leaves it as it is', async () => {
    const file = await fileStore()
    const first = await file(['store', 'copy', '--to', server(), '--yes'])
    const again = await file(['store', 'copy', '--to', server(), '--yes'])
    expect(again.exit).toBe(0)
    expect(again.json()).toEqual({ ...first.json(), changed: false })
  })

  it.each(['before', 'after'] as const)(
    'whose connection breaks as it is saved (%s the server heard it) says so, and the second try finds what is there',
    async (when) => {
      const file = await fileStore()
      const [host] = parseServerAddress(server()).hosts
      if (!host) throw new Error('the server has a host')
      const proxy = await cuttingProxy(host)
      try {
        const through = server().replace(/@[^/]+/, `@127.0.0.1:${proxy.port}`)
        proxy.cutNextCommit(when, 'let nobody through')
        const cut = await file(['store', 'copy', '--to', through, '--yes'])
        expect([cut.exit, cut.error().code]).toEqual([10, 'store-unsure'])
        const again = await file(['store', 'copy', '--to', server(), '--yes'])
        expect([again.exit, again.json().changed]).toEqual([0, when === 'before'])
        expect((await at(server())(['audit', 'verify'])).json().ok).toBe(true)
      } finally {
        await proxy.close()
      }
    },
  )

  it('is refused to a user who may make no schema, and leaves nothing in either log', async () => {
    const file = await fileStore()
    await client.query(`create role ${schema}_guest login password ${testPassword()}`)
    const guest = server().replace(/\/\/[^@]+@/, `//${schema}_guest@`)
    const refused = await file(['store', 'copy', '--to', guest, '--yes'])
    expect([refused.exit, refused.error().code]).toEqual([7, 'store-refused'])
    expect((await file(['audit', 'list', '--action', 'store.copied'])).json().total).toBe(0)
  })

  it('leaves nothing when it is cancelled on the way', async () => {
    await world.centre('EG001')
    const { db, engine } = await world.store()
    const interruption = newInterruption(() => undefined)
    const readRows: typeof engine.readRows = (table, columns) => {
      if (table === 'centres') interruption.handleSignal()
      return engine.readRows(table, columns)
    }
    const from = { db, engine: { readRows, lastNumber: engine.lastNumber } }
    const options = { from, interruption, signal: interruption.signal, withoutContent: false }
    await expect(copyToServer(server(), options)).rejects.toMatchObject({ code: 'cancelled' })
    expect(await schemaIsThere()).toBe(false)
  })

  it('leaves nothing where it fails on the way', async () => {
    const file = await fileStore()
    const raw = openDatabase(world.path('file.db'))
    // A letter that PostgreSQL does not take, in the last of the tables that are copied.
    raw.exec("insert into templates values ('invitation', 'a' || char(0) || 'b', '', '', '2026-01-01', 'x')")
    raw.close()
    const failed = await file(['store', 'copy', '--to', server(), '--yes'])
    expect(failed.exit).toBe(7)
    expect(await schemaIsThere()).toBe(false)
    expect((await file(['audit', 'list', '--action', 'store.copied'])).json().total).toBe(0)
  })
})
