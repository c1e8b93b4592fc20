import { copyFileSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
    expect((await world.run(['store', 'rekey', '--yes'])).exit).toBe(0)
    const ran = await world.run(issuing('--key-file', world.path('other-desk.key')))
    expect([ran.exit, ran.error().code]).toEqual([7, 'key-mismatch'])
    expect(ran.error().message).toContain('was given a new key')
    expect((await world.run(issuing())).exit).toBe(0)
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

it('says which server has the store, and how far away it is, and no password', async () => {
  const ran = await world.run(['store', 'info', '--json'])
  expect(ran.json()).toMatchObject({
    store: world.db,
    server: { version: expect.stringMatching(/^1[5-8]/), roundTripMs: expect.any(Number), heldBy: null },
  })
})

it('says that the password is missing, and where it belongs', async () => {
  const password = process.env.PGPASSWORD
  delete process.env.PGPASSWORD
  try {
    const ran = await world.run(['users', 'list', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-refused'])
    expect(ran.error().hint).toContain('.pgpass')
  } finally {
    process.env.PGPASSWORD = password
  }
})
