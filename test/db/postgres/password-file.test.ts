import { chmodSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { passwordIn } from '../../../src/db/postgres/password-file.ts'
import { newWorld, type World } from '../../world.ts'

describe('a line of the password file', () => {
  const login = { host: 'db.example', port: 5432, database: 'hub', user: 'tom' }

  it.each([
    ['db.example:5432:hub:tom:secret', 'secret'],
    ['*:*:*:*:for all', 'for all'],
    ['# db.example:5432:hub:tom:no\n\ndb.example:5432:hub:tom:after it', 'after it'],
    ['db.example:5432:hub:tom:first\n*:*:*:*:second', 'first'],
    ['db.example:5432:hub:tom:with\\:colon and \\\\', 'with:colon and \\'],
    ['db.example:5432:hub:tom:line of Windows\r\n', 'line of Windows'],
  ])('is found: %j', (text, password) => {
    expect(passwordIn(text, login)).toBe(password)
  })

  it.each(['db.example:5433:hub:tom:no', 'db:5432:hub:tom:no', 'db.example:5432:hub:anna:no', 'tom:no', ''])(
    'is of another user, server or database: %j',
    (text) => {
      expect(passwordIn(text, login)).toBeUndefined()
    },
  )

  it('names a socket by its folder, or as this machine', () => {
    const socket = { ...login, host: '/run/postgresql' }
    expect(passwordIn('localhost:5432:hub:tom:one', socket)).toBe('one')
    expect(passwordIn('/run/postgresql:5432:hub:tom:two', socket)).toBe('two')
  })

  it('holds a colon within a field behind a backslash', () => {
    const v6 = { ...login, host: '::1', user: 'a\\b' }
    expect(passwordIn('\\:\\:1:5432:hub:a\\\\b:yes', v6)).toBe('yes')
  })
})

describe('the password file of a desk', () => {
  let world: World
  const password = process.env.PGPASSWORD
  const warned: string[] = []
  const onWarning = ({ message }: Error) => void warned.push(message)

  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    writeFileSync(world.path('pgpass'), `*:*:*:*:${password}\n`, { mode: 0o600 })
    delete process.env.PGPASSWORD
    process.env.PGPASSFILE = world.path('pgpass')
    process.on('warning', onWarning)
    warned.length = 0
  })
  afterEach(async () => {
    process.off('warning', onWarning)
    delete process.env.PGPASSFILE
    process.env.PGPASSWORD = password
    await world.close()
  })

  it.each([undefined, ''])('signs in without a word, where PGPASSWORD is %j', async (empty) => {
    if (empty !== undefined) process.env.PGPASSWORD = empty
    const ran = await world.run(['users', 'list', '--json'])
    expect([ran.exit, ran.stderr, warned]).toEqual([0, '', []])
  })

  it('is not used where others can read it, and says so in one document', async () => {
    chmodSync(world.path('pgpass'), 0o640)
    const ran = await world.run(['users', 'list', '--json'])
    expect([ran.exit, ran.error()]).toMatchObject([
      7,
      { code: 'store-refused', hint: expect.stringContaining(`chmod 600 ${world.path('pgpass')}`) },
    ])
    expect(ran.stderr.trim().split('\n')).toHaveLength(1)
  })
})
