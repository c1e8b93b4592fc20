import { describe, expect, it } from 'vitest'
import { serverAddressOf } from '../../../src/db/postgres/connection.ts'
import { completeAddress, isServerAddress, parseServerAddress } from '../../../src/server-address.ts'

describe('the address of a shared store', () => {
  it.each(['postgres://db/hub', 'postgresql://db/hub', 'PostgreSQL://db/hub', 'POSTGRES://db/hub'])(
    '%s is one, in whatever letters',
    (place) => expect(isServerAddress(place)).toBe(true),
  )

  it.each(['postgres:/db/hub', 'postgresqls://db/hub', '/srv/postgres://db/hub', 'postgres', ''])(
    '%s is none',
    (place) => expect(isServerAddress(place)).toBe(false),
  )

  it('names a host, a user, a database, and the schema that is ours', () => {
    expect(parseServerAddress('postgres://hub@db.example/hub')).toMatchObject({
      hosts: [{ host: 'db.example', port: 5432 }],
      user: 'hub',
      database: 'hub',
      schema: 'ssh_admin',
      isUnencrypted: false,
    })
  })

  it.each([
    [
      'postgres://hub@db1:5432,db2:5433/hub',
      [
        { host: 'db1', port: 5432 },
        { host: 'db2', port: 5433 },
      ],
    ],
    ['postgres://hub@[::1]:5433/hub', [{ host: '::1', port: 5433 }]],
    ['postgresql:///hub', [{ host: 'localhost', port: 5432 }]],
    ['postgres:///hub?host=/run/postgresql', [{ host: '/run/postgresql', port: 5432 }]],
  ])('%s is of these hosts', (address, hosts) => {
    expect(parseServerAddress(address).hosts).toEqual(hosts)
  })

  it.each([
    ['postgres://hub@/hub', [{ host: 'db.other', port: 5444 }]],
    [
      'postgres://hub@db1,db2:5433/hub',
      [
        { host: 'db1', port: 5444 },
        { host: 'db2', port: 5433 },
      ],
    ],
    ['postgres://hub@:5433/hub', [{ host: 'db.other', port: 5433 }]],
    ['postgres://hub@:5433/hub?host=/run/postgresql', [{ host: '/run/postgresql', port: 5433 }]],
    ['postgres:///hub?host=/run/postgresql', [{ host: '/run/postgresql', port: 5444 }]],
  ])('%s takes what it leaves out from the variables of PostgreSQL', (address, hosts) => {
    const env = { PGHOST: 'db.other', PGPORT: '5444', PGSSLROOTCERT: 'ca.pem' }
    expect(parseServerAddress(address, env)).toMatchObject({ hosts, rootCertificate: 'ca.pem' })
    const other = parseServerAddress(
      `${address}${address.includes('?') ? '&' : '?'}sslrootcert=other.pem`,
      env,
    )
    expect(other.rootCertificate).toBe('other.pem')
  })

  it('pairs the ports of PGPORT with the hosts, and names it where that cannot be', () => {
    const hosts = (address: string, PGPORT: string) =>
      parseServerAddress(address, { PGHOST: 'db1,db2', PGPORT }).hosts.map(
        ({ host, port }) => `${host}:${port}`,
      )
    expect(hosts('postgres:///hub', '5433,5434')).toEqual(['db1:5433', 'db2:5434'])
    expect(hosts('postgres:///hub', '5433')).toEqual(['db1:5433', 'db2:5433'])
    expect(hosts('postgres:///hub', ',5434')).toEqual(['db1:5432', 'db2:5434'])
    expect(() => hosts('postgres://hub@db/hub', '5433,5434')).toThrow('PGPORT')
    expect(() => hosts('postgres://hub@db/hub', 'x')).toThrow('PGPORT')
  })

  it("takes PostgreSQL's word for the authorities of the machine for no file", () => {
    const env = { PGSSLROOTCERT: 'system' }
    expect(parseServerAddress('postgres://hub@db/hub', env).rootCertificate).toBeUndefined()
    expect(parseServerAddress('postgres://hub@db/hub?sslrootcert=system').rootCertificate).toBeUndefined()
  })

  it.each([
    'postgres://hub:secret@db/hub',
    'postgres://db/hub?password=secret',
    'postgres://db/hub?PASSWD=secret',
    'postgres://hub:p?s3cret@db/hub',
    'postgres://hub:5/s3cret@db/hub',
    'postgres://hub:5/x?s3cret@db/hub',
    'postgres://hub:p/s3cret@db/hub?schema=two',
  ])('never holds a password, which others could read, nor is it said: %s', (address) => {
    expect(() => parseServerAddress(address)).toThrow(
      expect.objectContaining({ code: 'password-in-address' }),
    )
    expect(() => parseServerAddress(address)).not.toThrow(/s[e3]cret/)
    expect(() => parseServerAddress(address)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('%3F') }),
    )
  })

  it.each([
    'postgres://hub@db/hub?s3cret',
    'postgres://hub/s3cret@db/hub',
    'postgres://hub?s3cret@db/hub',
    'postgres://hub@s3cret@db/hub',
    'postgres://hub@db/hub password=s3cret',
    'postgres://hub@db/hub\ns3cret',
  ])('says nothing of what may be a part of one: %j', (address) => {
    const refused = expect(() => parseServerAddress(address))
    refused.toThrow(expect.objectContaining({ code: 'invalid-store' }))
    refused.not.toThrow('s3cret')
  })

  it('names an option that others know', () => {
    expect(() => parseServerAddress('postgres://hub@db/hub?keepalives=1')).toThrow('keepalives')
  })

  it.each([
    ['postgres://hub@::1:5432/hub', '[::1]:5432'],
    ['postgres://hub@fe80::1/hub', '[ ]'],
    ['postgres://hub@db/hub?sslmode=require', 'as it is where nothing is said'],
    ['postgres://hub@db/hub?service=hub', 'no service file is read'],
  ])('says of %s how it is meant', (address, words) => {
    expect(() => parseServerAddress(address)).toThrow(words)
  })

  it.each([
    'postgres://hub@db',
    'postgres://hub@db/hub?sslmode=prefer',
    'postgres://hub@db/hub?schema=pg_catalog',
    'postgres://hub@db/hub?schema=a;b',
    'postgres://hub@db/hub?options=x',
    'postgres://hub@db:99999/hub',
    'postgres://hub@db/%zz',
  ])('%s is none', (address) => {
    expect(() => parseServerAddress(address)).toThrow(expect.objectContaining({ code: 'invalid-store' }))
  })
})

describe('an address, completed by the variables of PostgreSQL', () => {
  const env = { PGHOST: 'db1,db2', PGPORT: '5433', PGUSER: 'tom', PGPASSWORD: 'secret' }
  it.each([
    [
      'postgres:///hub',
      env,
      'postgres://tom@db1:5433,db2:5433/hub',
      ['PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD'],
    ],
    [
      'postgres://hub@db/hub?schema=two',
      env,
      'postgres://hub@db:5433/hub?schema=two',
      ['PGPORT', 'PGPASSWORD'],
    ],
    ['postgres://hub@:5444/hub', { PGHOST: '::1' }, 'postgres://hub@[::1]:5444/hub', ['PGHOST']],
    [
      'postgres://hub@/hub?schema=two',
      { PGHOST: '/run/postgresql', PGPASSFILE: '/etc/pgpass' },
      'postgres://hub@:5432/hub?host=/run/postgresql&schema=two',
      ['PGHOST', 'PGPASSFILE'],
    ],
    ['postgres://hub@db:5432/hub', { PGHOST: 'other', PGPORT: '5432' }, 'postgres://hub@db:5432/hub', []],
    ['postgres://hub@db', { PGDATABASE: 'the hub' }, 'postgres://hub@db:5432/the%20hub', ['PGDATABASE']],
    [
      'postgres://?schema=two',
      { ...env, PGDATABASE: 'hub' },
      'postgres://tom@db1:5433,db2:5433/hub?schema=two',
      ['PGHOST', 'PGPORT', 'PGDATABASE', 'PGUSER', 'PGPASSWORD'],
    ],
    ['postgres://hub@db/hub', { PGDATABASE: 'other' }, 'postgres://hub@db/hub', []],
    ['postgres://hub@/hub', { PGSSLROOTCERT: 'ca.pem' }, 'postgres://hub@/hub', ['PGSSLROOTCERT']],
  ])('%s names the same server, and no password', (typed, variables, address, said) => {
    expect(completeAddress(typed, variables)).toEqual({ address, variables: said })
    const { shown, user, ...there } = parseServerAddress(address, variables)
    const { shown: typedAs, user: typedUser, ...meant } = parseServerAddress(typed, variables)
    expect(there).toEqual(meant)
    expect([shown, typedAs]).toEqual([address, typed])
    expect(user).toBe(typedUser ?? ('PGUSER' in variables ? variables.PGUSER : undefined))
  })
})

it('an address without a database is none where PGDATABASE is empty', () => {
  expect(() => parseServerAddress('postgres://hub@db', { PGDATABASE: '' })).toThrow('it names no database')
})

it('a store is where the variables of PostgreSQL say, where its address says nothing', () => {
  const before = process.env.PGHOST
  process.env.PGHOST = '/run/another'
  try {
    expect(serverAddressOf('postgres://hub@/hub').hosts).toMatchObject([{ host: '/run/another' }])
  } finally {
    if (before === undefined) delete process.env.PGHOST
    else process.env.PGHOST = before
  }
})
