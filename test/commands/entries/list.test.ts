import { afterEach, beforeEach, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
  await world.centre('EG002')
  const { db } = await world.store()
  const entry = { series: '2026-06', component: '0500/12', candidates: 20 }
  await db
    .insertInto('entries')
    .values([
      { ...entry, centre_number: 'EG001' },
      { ...entry, centre_number: 'EG001', component: '0500/22' },
      { ...entry, centre_number: 'EG002', series: '2026-11' },
    ])
    .execute()
})
afterEach(() => world.close())

it.each([
  ['', ['EG001 0500/12', 'EG001 0500/22', 'EG002 0500/12']],
  ['--centre EG001', ['EG001 0500/12', 'EG001 0500/22']],
  ['--component 0500/12', ['EG001 0500/12', 'EG002 0500/12']],
  ['--series 2026-11', ['EG002 0500/12']],
  ['--centre EG001 --component 0500/22', ['EG001 0500/22']],
])('a list of entries has those that are asked for, and their number: %s', async (options, listed) => {
  const argv = `entries list ${options} --json`.split(' ').filter((word) => word !== '')
  const { entries, total } = (await world.run(argv)).json()
  expect(
    entries.map(
      ({ centre, component }: { centre: { number: string }; component: string }) =>
        `${centre.number} ${component}`,
    ),
  ).toEqual(listed)
  expect(total).toBe(listed.length)
})
