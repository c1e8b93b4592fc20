import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resetPassword } from '../../../src/rules/users/reset-password.ts'
import { letters, openCredentials } from '../../holding.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'

describe('resetting a password', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
  })
  afterEach(() => world.close())

  const resetting = (email = amira) => world.commit((ctx) => (trx) => resetPassword(trx, { email, ctx }))

  it('sends an active user a reset message', async () => {
    await world.user(amira, { centre: 'EG001' })
    expect(await resetting()).toMatchObject({ outcome: 'message-waiting', account: { status: 'active' } })
    expect(await letters(world)).toEqual([`password-reset to ${amira}`])
  })

  it('sends an invited user a fresh set-up message', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    await resetting()
    expect(await letters(world)).toEqual([`account-set-up to ${amira}`])
  })

  it('sends an invited user of service roles only a fresh invitation', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited', hubRole: null, roles: ['exams-officer'] })
    await resetting()
    expect(await letters(world)).toEqual([`invitation to ${amira}`])
  })

  it('voids earlier unused links', async () => {
    await world.user(amira, { centre: 'EG001' })
    await resetting()
    await resetting()
    expect(await openCredentials(world, amira)).toEqual(['reset'])
  })

  it('is refused to a suspended user, and to a suspended coordinator', async () => {
    await world.user(amira, { centre: 'EG001', status: 'suspended' })
    await expect(resetting()).rejects.toMatchObject({
      code: 'suspended',
      hint: `ssh-admin users restore ${amira}`,
    })
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    await expect(resetting('huda@school.example')).rejects.toMatchObject({
      code: 'suspended',
      hint: 'ssh-admin coordinator restore EG001',
    })
  })

  it('is refused at a deleted centre, and without a centre', async () => {
    await world.user(amira, { centre: 'EG001' })
    await world.user('omar@school.example', { centre: 'EG001' })
    await world.run(['users', 'remove', amira, '--yes'])
    await expect(resetting()).rejects.toMatchObject({ code: 'no-centre' })
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    await expect(resetting('omar@school.example')).rejects.toMatchObject({
      code: 'centre-deleted',
      hint: 'ssh-admin centres restore EG001',
    })
  })

  it('is rehearsed as it would end: written where no mail server is set, waiting where nobody knows yet', async () => {
    await world.user(amira, { centre: 'EG001' })
    const reset = async (...more: string[]) => {
      const { json } = await world.run(['users', 'reset-password', amira, '--json', ...more])
      return [json().users[0].outcome, json().mail[0].state]
    }
    const rehearsed = await reset('--dry-run')
    expect(rehearsed).toEqual(await reset('--yes'))
    expect(rehearsed).toEqual(['message-written', 'written'])
    expect(await reset('--dry-run', '--smtp', 'smtps://mail.example')).toEqual(['message-waiting', 'queued'])
  })

  it('still sends while the coordinator is suspended, with a notice', async () => {
    await world.user(amira, { centre: 'EG001' })
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    const ran = await world.run(['users', 'reset-password', amira, '--yes', '--json'])
    expect(ran.exit).toBe(0)
    const codes = ran.json().notices.map(({ code }: { code: string }) => code)
    expect(codes).toContain('coordinator-suspended')
  })
})
