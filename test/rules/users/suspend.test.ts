import { createSecretKey } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issuePin } from '../../../src/rules/users/pin.ts'
import { resetPassword } from '../../../src/rules/users/reset-password.ts'
import { restoreUser } from '../../../src/rules/users/restore.ts'
import { suspendUser } from '../../../src/rules/users/suspend.ts'
import { holding, letters, openCredentials } from '../../holding.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
})
afterEach(() => world.close())

const suspending = (email: string) => world.commit((ctx) => (trx) => suspendUser(trx, { email, ctx }))
const restoring = (email: string, send = false) =>
  world.commit((ctx) => (trx) => restoreUser(trx, { email, send, ctx }))

describe('suspending a user', () => {
  it('stops sign-in at once', async () => {
    await world.user(amira, { centre: 'EG001' })
    expect(await suspending(amira)).toMatchObject({
      outcome: 'suspended',
      account: { status: 'suspended', canSignIn: false, blocker: 'suspended' },
    })
  })

  it('voids every unused link and PIN', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    const key = createSecretKey(Buffer.alloc(32))
    await world.commit((ctx) => (trx) => resetPassword(trx, { email: amira, ctx }))
    await world.commit((ctx) => (trx) => issuePin(trx, { email: amira, key, ctx }))
    expect(await openCredentials(world, amira)).toEqual(['set-up'])
    const { account } = await suspending(amira)
    expect(account.pin).toBe('void')
    expect(await openCredentials(world, amira)).toEqual([])
  })

  it('reports the Progression Test data the user still holds', async () => {
    await world.user(amira, { centre: 'EG001', sites: ['cambridge-primary'] })
    await holding(world, amira, { learners: ['Ali', 'Mona', 'Sara'] })
    const { account } = await suspending(amira)
    expect(account.progressionTests).toEqual({ learnerGroups: 1, tests: 1, results: 3 })
  })

  it('is refused while they coordinate a centre, and says what to do', async () => {
    await expect(suspending('huda@school.example')).rejects.toMatchObject({
      code: 'is-coordinator',
      hint: 'ssh-admin coordinator suspend EG001',
    })
    expect(await world.account('huda@school.example')).toMatchObject({ status: 'active' })
  })

  it('changes nothing the second time', async () => {
    await world.user(amira, { centre: 'EG001', status: 'suspended' })
    expect(await suspending(amira)).toMatchObject({ outcome: 'unchanged' })
  })

  it('names the closest three where nobody has the address', async () => {
    await world.user(amira, { centre: 'EG001' })
    await expect(suspending('amria@school.example')).rejects.toMatchObject({
      code: 'user-not-found',
      hint: expect.stringContaining('amira@school.example (EG001, active)'),
    })
  })
})

describe('restoring a user', () => {
  it('gives back the status from before', async () => {
    await world.user(amira, { centre: 'EG001' })
    await suspending(amira)
    expect(await restoring(amira)).toMatchObject({ outcome: 'restored', account: { status: 'active' } })
  })

  it('leaves an invited user in need of a new message', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    await suspending(amira)
    expect(await restoring(amira)).toMatchObject({ account: { status: 'invited', blocker: 'invited' } })
    expect(await letters(world)).toEqual([])
  })

  it('sends the new message when asked to', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    await suspending(amira)
    await restoring(amira, true)
    expect(await letters(world)).toEqual([`account-set-up to ${amira}`])
  })

  it('brings a deleted user back while the address is free, suspended as they were', async () => {
    await world.user(amira, { centre: 'EG001', status: 'suspended' })
    await world.run(['users', 'delete', amira, '--yes'])
    expect(await restoring(amira)).toMatchObject({ outcome: 'restored', account: { status: 'suspended' } })
    expect(await restoring(amira)).toMatchObject({ outcome: 'restored', account: { status: 'active' } })
  })

  it('leaves a deleted account deleted once its address is somebody else’s', async () => {
    await world.user(amira, { centre: 'EG001', status: 'suspended', firstName: 'Old' })
    await world.run(['users', 'delete', amira, '--yes'])
    await world.user(amira, { centre: 'EG001', firstName: 'New' })
    expect(await restoring(amira)).toMatchObject({ outcome: 'unchanged', account: { firstName: 'New' } })
  })

  it('of a coordinator belongs to the coordinator commands', async () => {
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    await expect(restoring('huda@school.example')).rejects.toMatchObject({
      code: 'is-coordinator',
      hint: 'ssh-admin coordinator restore EG001',
    })
  })
})
