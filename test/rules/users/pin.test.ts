import { createSecretKey } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issuePin, showPin } from '../../../src/rules/users/pin.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'
const key = createSecretKey(Buffer.alloc(32, 1))

describe('issuing a PIN', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
  })
  afterEach(() => world.close())

  const issuing = () => world.commit((ctx) => (trx) => issuePin(trx, { email: amira, key, ctx }))
  const showing = () => world.commit((ctx) => (trx) => showPin(trx, { email: amira, key, ctx }))

  it('gives eight digits that are valid for 30 days', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    const { pin, validUntil } = await issuing()
    expect(pin).toMatch(/^\d{8}$/)
    expect(validUntil).toBe('2026-04-01T09:00:00.000Z')
    expect(await world.account(amira)).toMatchObject({ pin: 'issued' })
  })

  it('voids the one before', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    const first = await issuing()
    const second = await issuing()
    expect(second.pin).not.toBe(first.pin)
    expect((await showing()).pin).toBe(second.pin)
  })

  it('stores the PIN nowhere', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    const { pin } = await issuing()
    await showing()
    const everything = JSON.stringify([
      await world.rows('select * from users'),
      await world.rows('select * from audit'),
      await world.rows('select * from audit_personal'),
    ])
    expect(everything).not.toContain(pin)
  })

  it('says in the audit log who looked at the present one', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    await issuing()
    await showing()
    const { events } = (await world.run(['audit', 'list', '--subject', amira, '--json'])).json()
    expect(events[0]).toMatchObject({ action: 'users.pin-shown', kind: 'event', operator: 'tester@desk' })
  })

  it('is refused to somebody who has set up a password', async () => {
    await world.user(amira, { centre: 'EG001' })
    await expect(issuing()).rejects.toMatchObject({
      code: 'already-active',
      hint: `ssh-admin users reset-password ${amira}`,
    })
  })

  it('is refused to a suspended user', async () => {
    await world.user(amira, { centre: 'EG001', status: 'suspended' })
    await expect(issuing()).rejects.toMatchObject({ code: 'suspended' })
  })

  it('is refused to a suspended coordinator, whom the coordinator commands restore', async () => {
    await world.centre('EG003', { coordinator: 'huda@school.example' })
    await world.run(['coordinator', 'suspend', 'EG003', '--yes'])
    await expect(
      world.commit((ctx) => (trx) => issuePin(trx, { email: 'huda@school.example', key, ctx })),
    ).rejects.toMatchObject({ code: 'suspended', hint: 'ssh-admin coordinator restore EG003' })
  })

  it('is refused at a deleted centre', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    await expect(issuing()).rejects.toMatchObject({ code: 'centre-deleted' })
  })

  it('shows none that has expired', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    await issuing()
    world.setClock('2026-04-01T09:00:00.000Z')
    await expect(showing()).rejects.toMatchObject({
      code: 'no-open-pin',
      hint: `ssh-admin users pin ${amira}`,
    })
  })
})
