import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pinOf } from '../../../src/rules/credentials/derive.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'amira@school.example' })
  await world.user('omar@school.example', { centre: 'EG001', status: 'invited' })
})
afterEach(() => world.close())

describe('the audit log', () => {
  it('holds no PIN, no link and no password', async () => {
    const email = 'omar@school.example'
    expect((await world.run(['users', 'pin', email, '--yes'])).exit).toBe(0)
    const store = await world.store()
    const row = await store.db
      .selectFrom('users')
      .select('pin_nonce')
      .where('email', '=', email)
      .executeTakeFirstOrThrow()
    const pin = pinOf(store.keys().pin, row.pin_nonce ?? Buffer.alloc(0))
    await world.run(['users', 'pin', email, '--show', '--yes'])
    await world.run(['account', 'activate', email], { stdin: `00000000\nCorrect horse battery 7\n` })
    await world.run(['account', 'activate', email], { stdin: `${pin}\nCorrect horse battery 7\n` })
    await world.run(['account', 'sign-in', email], { stdin: 'a wrong password\n' })
    await world.run(['users', 'reset-password', 'amira@school.example', '--yes'])

    const log = JSON.stringify([
      await store.db.selectFrom('audit').selectAll().execute(),
      await store.db.selectFrom('audit_personal').selectAll().execute(),
    ])
    expect((await world.run(['audit', 'list', '--json'])).json().total).toBeGreaterThan(3)
    expect(log).not.toContain(pin)
    expect(log).not.toContain(`${pin.slice(0, 4)} ${pin.slice(4)}`)
    expect(log).not.toMatch(/horse|wrong password|argon2|account\/set-up/i)
  })

  it('tells by no digest that two rows are about the same person', async () => {
    for (const verb of ['suspend', 'restore'])
      expect((await world.run(['users', verb, 'omar@school.example', '--yes'])).exit).toBe(0)
    const sealed = (
      await world.rows<{ personal: string }>('select personal from audit order by id desc limit 2')
    ).map(({ personal }) => JSON.parse(personal).subject)
    expect(sealed[0].user).toBe(sealed[1].user)
    expect(sealed[0].digest).not.toBe(sealed[1].digest)
  })
})
