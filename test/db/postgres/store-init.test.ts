import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newInterruption } from '../../../src/interruption.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { testPassword } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'
import { type CuttingProxy, cuttingProxy } from './cutting-proxy.ts'

const schema = `begun_${process.pid}`
let world: World
let proxy: CuttingProxy

beforeEach(async () => {
  world = newWorld()
  const [host] = parseServerAddress(world.db).hosts
  if (!host) throw new Error('the server has a host')
  proxy = await cuttingProxy(host)
})
afterEach(async () => {
  const server = new pg.Client({ connectionString: world.db.replace(/\?.*/, '') })
  await server.connect()
  await server.query(`drop schema if exists ${schema} cascade`)
  await server.end()
  await proxy.close()
  await world.close()
})

describe('beginning a store on a server whose connection breaks as it is saved', () => {
  const address = () => world.db.replace(/schema=\w+/, `schema=${schema}`)
  const through = () => address().replace(/@[^/]+/, `@127.0.0.1:${proxy.port}`)
  const key = () => world.path('begun.key')
  const init = (place: string, ...more: string[]) =>
    world.run(['store', 'init', '--db', place, '--key-file', key(), '--json', ...more])
  const keys = () =>
    readdirSync(world.path('.')).filter((name) => name.startsWith('begun.key.') && name.endsWith('.new'))

  it('goes on by itself where the server heard it', async () => {
    proxy.cutNextCommit('after')
    const ran = await init(through())
    expect([ran.exit, ran.json().changed, existsSync(key()), keys()]).toEqual([0, true, true, []])
  })

  it('leaves nothing where the server did not hear it, and can be begun once more', async () => {
    proxy.cutNextCommit('before')
    const ran = await init(through())
    expect([ran.exit, ran.error().code, existsSync(key()), keys()]).toEqual([
      7,
      'store-unavailable',
      false,
      [],
    ])
    expect((await init(address())).exit).toBe(0)
  })

  it('says that it is not known where nobody answers, keeps the key, and finds it where the store is there', async () => {
    proxy.cutNextCommit('after', 'let nobody through')
    const ran = await init(through())
    expect([ran.exit, ran.error().code, keys()]).toEqual([
      10,
      'store-unsure',
      [expect.stringMatching(/new$/)],
    ])
    expect(ran.error().hint).toContain(keys()[0])
    expect((await init(address(), '--if-missing')).exit).toBe(0)
    const line = ['centres', 'create', 'EG001', '--name', 'School', '--country', 'Egypt', '--yes']
    const made = await world.run([...line, '--db', address(), '--key-file', key()])
    expect([made.exit, keys()], made.stderr).toEqual([0, []])
  })

  it('and begins anew where it is not', async () => {
    proxy.cutNextCommit('before', 'let nobody through')
    expect((await init(through())).exit).toBe(10)
    const again = await init(address())
    expect([again.exit, again.json().changed]).toEqual([0, true])
  })
})

describe('Ctrl-C while a store is begun on a server', () => {
  it('leaves nothing of it while nothing is saved', async () => {
    const interruption = newInterruption(() => undefined)
    interruption.handleSignal()
    const place = world.db.replace(/schema=\w+/, `schema=${schema}`)
    const where = ['--db', place, '--key-file', world.path('begun.key')]
    const ran = await world.run(['store', 'init', ...where], { interruption })
    expect([ran.exit, ran.stderr]).toEqual([130, 'Cancelled. Nothing was changed.\n'])
    expect((await world.run(['audit', 'list', ...where])).stderr).toContain('There is no store')
    expect(readdirSync(world.path('.')).filter((name) => name.startsWith('begun.key'))).toEqual([])
  })
})

describe('beginning a store on a server', () => {
  const stranger = `${schema}_stranger`
  const address = (user?: string) =>
    world.db
      .replace(/schema=\w+/, `schema=${schema}`)
      .replace(/\/\/[^@]+@/, user === undefined ? '$&' : `//${user}@`)
  const asked = (place: string, ...words: string[]) =>
    world.run([...words, '--db', place, '--key-file', world.path('begun.key'), '--json'])
  const init = (place: string, ...more: string[]) => asked(place, 'store', 'init', ...more)
  let owner: pg.Client

  beforeEach(async () => {
    owner = new pg.Client({ connectionString: world.db.replace(/\?.*/, '') })
    await owner.connect()
    await owner.query(
      `drop schema if exists ${schema} cascade; create user ${stranger} password ${testPassword()}`,
    )
  })
  afterEach(async () => {
    await owner.query(
      `drop schema if exists ${schema} cascade; drop owned by ${stranger}; drop user ${stranger}`,
    )
    await owner.end()
  })

  it.each([[[]], [['--dry-run']]])(
    'leaves a schema alone that has tables of another program (%s)',
    async (how) => {
      await owner.query(`create schema ${schema}; create table ${schema}.things (a integer)`)
      const ran = await init(address(), ...how)
      expect([ran.exit, ran.error().code]).toEqual([3, 'store-foreign'])
      const { rows } = await owner.query(
        'select relname from pg_class where relnamespace = to_regnamespace($1)',
        [schema],
      )
      expect(rows).toEqual([{ relname: 'things' }])
    },
  )

  it('says of tables of another program, to whoever only looks, that they are no store', async () => {
    await owner.query(`create schema ${schema}; create table ${schema}.store (a integer)`)
    for (const words of [
      'users list',
      'store info',
      'users suspend a@b.example --yes',
      'centres lint roster.csv',
    ]) {
      writeFileSync(world.path('roster.csv'), 'Centre number,Centre name,Country,Email\n')
      const ran = await asked(address(), ...words.split(' '))
      expect([words, ran.exit, ran.error().code]).toEqual([words, 7, 'store-foreign'])
    }
  })

  it('needs no store for looking through a workbook, and makes none', async () => {
    writeFileSync(
      world.path('roster.csv'),
      'Centre number,Centre name,Country,Email\nEG001,Nile,Egypt,a@nile.example\nEG002,Delta,Egypt,b@\n',
    )
    const ran = await asked(address(), 'centres', 'lint', 'roster.csv')
    expect(ran.json()).toMatchObject({ newCentres: 1, issues: [{ row: 3, code: 'invalid-email' }] })
    expect(ran.json().notices).toMatchObject([{ code: 'store-missing' }])
    // Whoever may make no schema looks through it too.
    expect((await asked(address(stranger), 'centres', 'lint', 'roster.csv')).exit).toBe(8)
    const { rows } = await owner.query('select to_regnamespace($1) as schema', [schema])
    expect(rows).toEqual([{ schema: null }])
  })

  it.each([[[]], [['--dry-run']]])(
    'is refused to a user who may make no schema, with what grants it (%s)',
    async (how) => {
      const ran = await init(address(stranger), ...how)
      expect([ran.exit, ran.error().code]).toEqual([7, 'store-refused'])
      expect(ran.error().message).toContain(`The user ${stranger} may not make a schema`)
      expect(ran.error().hint).toMatch(new RegExp(`grant create on database "\\w+" to "${stranger}"`))
    },
  )

  it('takes a schema that stands ready, empty, for a user who may make none', async () => {
    await owner.query(`create schema ${schema} authorization ${stranger}`)
    expect((await init(address(stranger), '--dry-run')).json()).toMatchObject({ changed: true })
    expect((await init(address(stranger))).json()).toMatchObject({ changed: true })
    expect((await asked(address(stranger), 'users', 'list')).exit).toBe(0)
  })

  it.each([
    [['users', 'list']],
    [['users', 'suspend', 'omar@school.example', '--yes']],
    [['store', 'init']],
    [['store', 'init', '--dry-run']],
  ])(
    'is no missing store to a user without a right in it, who is told what grants one: %s',
    async (words) => {
      expect((await init(address())).exit).toBe(0)
      const ran = await asked(address(stranger), ...words)
      expect([ran.exit, ran.error().code]).toEqual([7, 'store-refused'])
      expect(ran.error().hint).toContain(`grant "${schema}_desk" to "${stranger}"`)
    },
  )
})

it('is not begun in a database that has not every letter', async () => {
  const database = `latin_${process.pid}`
  const owner = new pg.Client({ connectionString: world.db.replace(/\?.*/, '') })
  await owner.connect()
  try {
    await owner.query(`create database ${database} encoding 'LATIN1' locale 'C' template template0`)
    const there = world.db.replace(/\/[^/?]*\?.*/, `/${database}`)
    for (const argv of [
      ['store', 'init', '--db', there, '--key-file', world.path('latin.key')],
      ['store', 'copy', '--to', there, '--yes'],
    ]) {
      const ran = await world.run([...argv, '--json'])
      expect([ran.exit, ran.error().code]).toEqual([7, 'store-refused'])
      expect(ran.error().hint).toContain(`--encoding UTF8 --template template0 ${database}_utf8`)
    }
    expect(existsSync(world.path('latin.key'))).toBe(false)
  } finally {
    await owner.query(`drop database if exists ${database} with (force)`)
    await owner.end()
  }
})
