import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findKeyTimes, type KeyTimeFilter } from '../../../src/db/key-times.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  const { db } = await world.store()
  const sessionAt = { local_time: '10:00', time_zone: 'Africa/Cairo', session: 'AM' } as const
  await db
    .insertInto('key_times')
    .values([
      { ...sessionAt, country: 'EG', administrative_zone: 3, series: null },
      { ...sessionAt, country: 'EG', administrative_zone: 3, series: '2026-06', session: 'PM' },
      { ...sessionAt, country: 'EG', administrative_zone: 3, series: '2026-11', session: 'EV' },
      { ...sessionAt, country: 'NZ', administrative_zone: 6, series: null },
    ])
    .execute()
})
afterEach(() => world.close())

const found = async (filter?: KeyTimeFilter) =>
  (await findKeyTimes((await world.store()).db, filter)).map(
    ({ country, series }) => `${country} ${series ?? 'every series'}`,
  )

describe('the Key Times that are found', () => {
  it('are all of them without a filter', async () => {
    expect(await found()).toHaveLength(4)
  })

  it('are those of the countries', async () => {
    expect(await found({ countries: ['NZ'] })).toEqual(['NZ every series'])
  })

  it('are those of the administrative zones', async () => {
    expect(await found({ administrativeZones: [6, 1] })).toEqual(['NZ every series'])
  })

  it('are those of a series and those for every series', async () => {
    expect(await found({ series: '2026-06', countries: ['EG'] })).toEqual(['EG every series', 'EG 2026-06'])
  })
})
