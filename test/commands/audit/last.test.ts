import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'head@school.example' })
  await world.user('omar@school.example', { centre: 'EG001' })
})
afterEach(() => world.close())

const last = async (...more: string[]) =>
  (await world.run(['audit', 'list', '--last', '--json', ...more])).json()

describe('audit list --last', () => {
  it('is the last change that was made from here, whoever else changed something since', async () => {
    await world.run(['users', 'suspend', 'omar@school.example', '--yes'])
    await world.run(['users', 'suspend', 'head@school.example', '--yes', '--as', 'omar@school.example'])
    await world.tamper("update audit set operator = 'other@desk' where action = 'store.begun'")
    expect(await last()).toMatchObject({ events: [{ action: 'users.suspended' }], total: 1 })
    expect(await last('--reverse')).toMatchObject({ events: [{ action: 'users.suspended' }] })
    await world.run(['users', 'restore', 'omar@school.example'])
    await world.tamper("update audit set operator = 'other@desk' where action = 'users.restored'")
    expect(await last()).toMatchObject({ events: [{ action: 'users.suspended' }], total: 1 })
  })
})
