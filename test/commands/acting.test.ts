import { mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

const admin = 'admin@school.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'coordinator@school.example' })
  await world.user(admin, { centre: 'EG001', hubRole: 'admin' })
})
afterEach(() => world.close())

const listing = (argv: string[], env: Record<string, string> = {}) =>
  world.run(['users', 'list', ...argv, '--json'], { env })

describe('for whom a command acts', () => {
  it('is never Cambridge staff because nothing was said', async () => {
    expect(await listing(['--as', ''])).toMatchObject({ exit: 2 })
    expect(await listing([], { SSH_ADMIN_AS: '' })).toMatchObject({ exit: 2 })
    expect(await listing([], { SSH_ADMIN_AS: ' ' })).toMatchObject({ exit: 2 })
  })

  it('may be said twice when it is the same, and not otherwise', async () => {
    expect(await listing(['--as', admin, '--as', 'ADMIN@school.example'])).toMatchObject({ exit: 0 })
    expect(await listing(['--as', admin, '--as', 'staff'])).toMatchObject({ exit: 2 })
    const ran = await world.run(['--as', 'staff', 'users', 'list', '--as', admin, '--json'])
    expect(ran).toMatchObject({ exit: 2 })
  })

  it('is Cambridge staff when they are named', async () => {
    expect(await listing(['--as', 'staff'], { SSH_ADMIN_AS: admin })).toMatchObject({ exit: 0 })
    expect(await world.run(['store', 'info', '--as', 'staff'])).toMatchObject({ exit: 0 })
    expect(await world.run(['roles', 'list', '--as', 'staff'])).toMatchObject({ exit: 0 })
  })

  it('must be said where that is required', async () => {
    const required = { SSH_ADMIN_AS_REQUIRED: '1' }
    const ran = await listing([], required)
    expect({ exit: ran.exit, code: ran.error().code }).toEqual({ exit: 2, code: 'as-required' })
    expect(await listing(['--as', 'staff'], required)).toMatchObject({ exit: 0 })
    expect(await listing([], { ...required, SSH_ADMIN_AS: admin })).toMatchObject({ exit: 0 })
    for (const argv of [['help', 'json'], ['config'], ['completion', 'bash']]) {
      expect(await world.run(argv, { env: required })).toMatchObject({ exit: 0 })
    }
    expect(await listing([], { SSH_ADMIN_AS_REQUIRED: '0' })).toMatchObject({ exit: 0 })
    expect(await listing([], { SSH_ADMIN_AS_REQUIRED: 'perhaps' })).toMatchObject({ exit: 2 })
  })

  it('must be said where the configuration file requires it', async () => {
    mkdirSync(world.path('.config/ssh-admin'), { recursive: true })
    writeFileSync(world.path('.config/ssh-admin/config.json'), '{"asRequired": true}')
    expect(await listing([])).toMatchObject({ exit: 2 })
    expect(await listing(['--as', 'staff'])).toMatchObject({ exit: 0 })
  })
})

describe('what its owner does to an account', () => {
  it.each(['request', 'activate', 'set-up', 'verify', 'sign-in'])('has no rehearsal: %s', async (verb) => {
    const ran = await world.run(['account', verb, admin, '--dry-run', '--json'], { stdin: '1\n2\n' })
    expect(ran).toMatchObject({ exit: 2 })
    expect(ran.error().code).toBe('unknown-option')
  })
})
