import { createSecretKey } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { moveUser } from '../../../src/rules/users/move.ts'
import { issuePin } from '../../../src/rules/users/pin.ts'
import { removeUser } from '../../../src/rules/users/remove.ts'
import { resetPassword } from '../../../src/rules/users/reset-password.ts'
import { holding, openCredentials } from '../../holding.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.centre('EG002')
  await world.user(amira, {
    centre: 'EG001',
    hubRole: 'admin',
    roles: ['exams-officer'],
    sites: ['cambridge-primary'],
  })
})
afterEach(() => world.close())

const moving = (email = amira, to = 'EG002') =>
  world.commit((ctx) => (trx) => moveUser(trx, { email, to, ctx }))
const removing = (email = amira) => world.commit((ctx) => (trx) => removeUser(trx, { email, ctx }))

const assignCentre = async () => {
  await world.centre('CA001', { kind: 'associate' })
  const centre_id = await world.centre('CA101', { associate: 'CA001' })
  const user_id = await world.user('rana@associate.example', { centre: 'CA001', hubRole: 'admin' })
  await (await world.store()).db.insertInto('assignments').values({ centre_id, user_id }).execute()
}

describe('moving a user to another centre', () => {
  it('leaves the roles of the old centre behind', async () => {
    const { account, outcome } = await moving()
    expect(outcome).toBe('moved')
    expect(account).toMatchObject({ roles: ['teacher'], centre: { number: 'EG002' } })
  })

  it('is refused to a coordinator', async () => {
    await expect(moving('huda@school.example')).rejects.toMatchObject({ code: 'is-coordinator' })
  })

  it('is refused with Progression Test data left', async () => {
    await holding(world, amira)
    await expect(moving()).rejects.toMatchObject({
      code: 'has-progression-tests',
      hint: `ssh-admin users transfer ${amira} --to EMAIL`,
    })
  })

  it('is refused while associate centres are assigned to them', async () => {
    await assignCentre()
    await expect(moving('rana@associate.example')).rejects.toMatchObject({ code: 'has-associate-centres' })
  })

  it('is refused to a deleted centre', async () => {
    await world.run(['centres', 'delete', 'EG002', '--yes'])
    await expect(moving()).rejects.toMatchObject({
      code: 'centre-deleted',
      hint: 'ssh-admin centres restore EG002',
    })
  })

  it('is refused to somebody who has none, whom adding brings to one', async () => {
    await removing()
    await expect(moving()).rejects.toMatchObject({
      code: 'no-centre',
      hint: `ssh-admin users add 'Amira Haddad <${amira}>' --centre CENTRE`,
    })
  })

  it('away from a deleted centre is possible', async () => {
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    expect(await moving()).toMatchObject({ outcome: 'moved', account: { canSignIn: true } })
  })

  it('changes nothing where they are already', async () => {
    expect(await moving(amira, 'eg001')).toMatchObject({ outcome: 'unchanged' })
  })

  it('names the closest centre where the number is unknown', async () => {
    await expect(moving(amira, 'EG02')).rejects.toMatchObject({
      code: 'centre-not-found',
      hint: expect.stringContaining('EG002'),
    })
  })
})

describe('removing a user from the organisation', () => {
  it('takes every role and with it every service, and keeps the account', async () => {
    const { account, outcome } = await removing()
    expect(outcome).toBe('removed')
    expect(account).toMatchObject({ centre: null, hubRole: null, roles: [], sites: [], status: 'active' })
    expect(account).toMatchObject({ canSignIn: false, blocker: 'no-centre' })
    expect(await openCredentials(world, amira)).toEqual([])
  })

  it('voids every unused link and PIN', async () => {
    const zaid = 'zaid@school.example'
    await world.user(zaid, { centre: 'EG001', status: 'invited' })
    await world.commit((ctx) => (trx) => resetPassword(trx, { email: zaid, ctx }))
    await world.commit(
      (ctx) => (trx) => issuePin(trx, { email: zaid, key: createSecretKey(Buffer.alloc(32)), ctx }),
    )
    expect(await openCredentials(world, zaid)).toEqual(['set-up'])
    expect((await removing(zaid)).account.pin).toBe('void')
    expect(await openCredentials(world, zaid)).toEqual([])
  })

  it('needs no suspension, but is refused as deleting is', async () => {
    await expect(removing('huda@school.example')).rejects.toMatchObject({ code: 'is-coordinator' })
    await assignCentre()
    await expect(removing('rana@associate.example')).rejects.toMatchObject({ code: 'has-associate-centres' })
    await holding(world, amira)
    await expect(removing()).rejects.toMatchObject({ code: 'has-progression-tests' })
  })

  it('changes nothing the second time', async () => {
    await removing()
    expect(await removing()).toMatchObject({ outcome: 'unchanged' })
  })
})
