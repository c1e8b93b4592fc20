import { afterEach, beforeEach, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  for (const name of ['omar', 'zoe', 'amira']) await world.user(`${name}@school.example`, { centre: 'EG001' })
})
afterEach(() => world.close())

it.each([1, 2])(
  'a change finds a log on a server that lost its events from %i on, and is not made',
  async (first) => {
    for (const name of ['omar', 'zoe'])
      await world.run(['users', 'suspend', `${name}@school.example`, '--yes'])
    await world.tamper(`delete from audit where id > ${first - 1}`)
    const refused = await world.run(['users', 'suspend', 'amira@school.example', '--yes', '--json'])
    expect([refused.exit, refused.error().code]).toEqual([7, 'audit-broken'])
    expect(await world.account('amira@school.example')).toMatchObject({ status: 'active' })
  },
)
