import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'

describe('whether a user can sign in', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
  })
  afterEach(() => world.close())

  it('is yes for an active one at a live centre whose coordinator is not suspended', async () => {
    await world.user(amira, { centre: 'EG001' })
    expect(await world.account(amira)).toMatchObject({ canSignIn: true, blocker: null })
  })

  it('is no for one who has not set up a password', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    expect(await world.account(amira)).toMatchObject({ canSignIn: false, blocker: 'invited' })
  })

  it('is no while the coordinator is suspended, and yes again once restored', async () => {
    await world.user(amira, { centre: 'EG001' })
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    expect(await world.account(amira)).toMatchObject({ status: 'active', blocker: 'coordinator-suspended' })
    expect(await world.account('huda@school.example')).toMatchObject({ blocker: 'suspended' })
    await world.run(['coordinator', 'restore', 'EG001'])
    expect(await world.account(amira)).toMatchObject({ canSignIn: true })
  })

  it('names the first of several reasons', async () => {
    await world.user(amira, { centre: 'EG001', status: 'suspended' })
    await world.user('omar@school.example', { centre: 'EG001', status: 'invited' })
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    expect(await world.account(amira)).toMatchObject({ blocker: 'suspended' })
    expect(await world.account('omar@school.example')).toMatchObject({ blocker: 'centre-deleted' })
  })
})
