import { afterEach, beforeEach, expect, it } from 'vitest'
import { readUsers } from '../../../src/db/imports/users-seen.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

it('whoever plans an import goes through each user of the centres, and of the addresses, once', async () => {
  const touched = await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.centre('EG002')
  await world.user('Amira@school.example', { centre: 'EG001' })
  await world.user('omar@other.example', { centre: 'EG002' })
  await world.user('layla@other.example', { centre: 'EG002' })
  const { db } = await world.store()
  const { users } = await readUsers(db, {
    touched: new Set([touched]),
    all: 2,
    addresses: ['omar@other.example', 'nobody@other.example'],
  })
  expect([...users].map(({ key }) => key).sort()).toEqual([
    'amira@school.example',
    'huda@school.example',
    'omar@other.example',
  ])
  expect([users.size, users.has('layla@other.example')]).toEqual([3, false])
})
