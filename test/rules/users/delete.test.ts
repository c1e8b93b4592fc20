import { createSecretKey } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Deletion, deleteUser } from '../../../src/rules/users/delete.ts'
import { issuePin } from '../../../src/rules/users/pin.ts'
import { resetPassword } from '../../../src/rules/users/reset-password.ts'
import { countResults, holding, openCredentials } from '../../holding.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'
const omar = 'omar@school.example'

describe('deleting a user', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.user(omar, { centre: 'EG001', sites: ['cambridge-primary'] })
  })
  afterEach(() => world.close())

  const deleting = (more: Partial<Deletion> = {}) =>
    world.commit((ctx) => (trx) => deleteUser(trx, { email: amira, suspend: false, ...more, ctx }))

  it('takes a suspended one out of every list, and keeps the history', async () => {
    await world.user(amira, { centre: 'EG001', status: 'suspended' })
    expect(await deleting()).toMatchObject({ outcome: 'deleted', account: { status: 'deleted' } })
    expect((await world.run(['users', 'list'])).stdout).not.toContain(amira)
    expect((await world.run(['users', 'list', '--deleted'])).stdout).toContain(amira)
    expect((await world.run(['users', 'show', amira])).stdout).toContain('users.deleted')
    expect(await openCredentials(world, amira)).toEqual([])
  })

  it('voids every unused link and PIN that suspending has left', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    await world.commit((ctx) => (trx) => resetPassword(trx, { email: amira, ctx }))
    await world.commit(
      (ctx) => (trx) => issuePin(trx, { email: amira, key: createSecretKey(Buffer.alloc(32)), ctx }),
    )
    await world.rows(
      `update users set status = 'suspended', status_before_suspension = 'invited' where email = '${amira}'`,
    )
    expect(await openCredentials(world, amira)).toEqual(['set-up'])
    expect((await deleting()).account.pin).toBe('void')
    expect(await openCredentials(world, amira)).toEqual([])
  })

  it('is refused while they are not suspended', async () => {
    await world.user(amira, { centre: 'EG001' })
    await expect(deleting()).rejects.toMatchObject({
      code: 'not-suspended',
      hint: `ssh-admin users suspend ${amira}, or add --suspend`,
    })
  })

  it('is refused while they coordinate a centre', async () => {
    await expect(deleting({ email: 'huda@school.example', suspend: true })).rejects.toMatchObject({
      code: 'is-coordinator',
      hint: 'ssh-admin coordinator change EG001 --to EMAIL',
    })
  })

  it('is refused while they hold Progression Test data', async () => {
    await world.user(amira, { centre: 'EG001', status: 'suspended', sites: ['cambridge-primary'] })
    await holding(world, amira)
    await expect(deleting()).rejects.toMatchObject({
      code: 'has-progression-tests',
      message: 'Amira Haddad still holds Progression Test data: 1 learner group with 2 results.',
      hint: `ssh-admin users transfer ${amira} --to EMAIL, or add --transfer-to EMAIL`,
    })
  })

  it('is refused while associate centres are assigned to them', async () => {
    await world.centre('CA001', { kind: 'associate' })
    const centre_id = await world.centre('CA101', { associate: 'CA001' })
    const user_id = await world.user(amira, { centre: 'CA001', hubRole: 'admin', status: 'suspended' })
    const { db } = await world.store()
    await db.insertInto('assignments').values({ centre_id, user_id }).execute()
    await expect(deleting()).rejects.toMatchObject({
      code: 'has-associate-centres',
      message: 'Amira Haddad acts for 1 associate centre.',
      hint: `ssh-admin associates unassign ${amira} CENTRE…`,
    })
  })

  it('suspends and transfers first when told to, all in one transaction', async () => {
    await world.user(amira, { centre: 'EG001', sites: ['cambridge-primary'] })
    await holding(world, amira)
    expect(await deleting({ suspend: true, transferTo: omar })).toMatchObject({
      outcome: 'deleted',
      suspendedFirst: true,
      transferred: { sites: [{ site: 'cambridge-primary', learnerGroups: 1, tests: 1, results: 2 }] },
    })
    expect(await world.account(omar)).toMatchObject({ progressionTests: { learnerGroups: 1, results: 2 } })
    expect(await countResults(world)).toBe(2)
  })

  it('does none of its steps when one is refused', async () => {
    await world.user(amira, { centre: 'EG001', sites: ['cambridge-lower-secondary'] })
    await holding(world, amira, { site: 'cambridge-lower-secondary' })
    await expect(deleting({ suspend: true, transferTo: omar })).rejects.toMatchObject({
      code: 'no-site-access',
      hint: `ssh-admin users edit ${omar} --add-site cambridge-lower-secondary`,
    })
    expect(await world.account(amira)).toMatchObject({ status: 'active', progressionTests: { results: 2 } })
  })

  it('is refused where whoever is to take over is nobody, held or not', async () => {
    await expect(deleting({ suspend: true, transferTo: 'nobody@school.example' })).rejects.toMatchObject({
      code: 'user-not-found',
    })
    expect((await world.account(amira))?.status).not.toBe('deleted')
  })

  it('changes nothing the second time', async () => {
    await world.user(amira, { centre: 'EG001', status: 'suspended' })
    await deleting()
    expect(await deleting()).toMatchObject({ outcome: 'unchanged', account: { status: 'deleted' } })
  })

  it('is impossible below the rules too, while they hold Progression Test data', async () => {
    await world.user(amira, { centre: 'EG001', status: 'suspended', sites: ['cambridge-primary'] })
    await holding(world, amira)
    const force = world.rows(
      `update users set status = 'deleted', deleted_at = '2026-03-02', status_before_deletion = 'suspended'
       where email_key = '${amira}'`,
    )
    await expect(force).rejects.toThrow('has-progression-tests')
    const forceCoordinator = world.rows(
      `update users set status = 'deleted', deleted_at = '2026-03-02', status_before_deletion = 'active'
       where hub_role = 'coordinator'`,
    )
    await expect(forceCoordinator).rejects.toThrow(/check/i)
  })
})
