import { afterEach, beforeEach, expect, it } from 'vitest'
import { readSharedPlace } from '../../../src/shared-place.ts'
import { newWorld, type World } from '../../world.ts'
import { type CountingProxy, countingProxy } from './counting-proxy.ts'

let world: World
let proxy: CountingProxy
let place: string

beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  for (const name of ['omar', 'amira', 'zoe']) await world.user(`${name}@school.example`, { centre: 'EG001' })
  await world.user('new@school.example', { centre: 'EG001', status: 'invited' })
  const [server] = readSharedPlace(world.db).hosts
  if (!server) throw new Error('the server has a host')
  proxy = await countingProxy(server)
  place = world.db.replace(/@[^/]+/, `@127.0.0.1:${proxy.port}`)
})
afterEach(async () => {
  await proxy.close()
  await world.close()
})

const wordsOf = (line: string) =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

/** Without signing in, which a server asks as it is set up. */
async function roundTripsOf(line: string): Promise<number> {
  proxy.roundTrips()
  const ran = await world.run([...wordsOf(line), '--db', place])
  expect([0, 9], ran.stderr).toContain(ran.exit)
  return proxy.roundTrips()
}

it.each([
  ['users show omar@school.example', 6],
  ['users suspend omar@school.example --yes', 5],
  ['centres edit EG001 --town Giza --yes', 6],
  // The change is 7; the rest is the message, which is claimed, written, and settled.
  ['users reset-password omar@school.example --yes', 12],
  ['users pin new@school.example --yes', 8],
  ['users transfer omar@school.example --to amira@school.example --yes', 6],
  ['roles grant omar@school.example submit-teacher --yes', 5],
  ["users add 'Layla Saleh <layla@school.example>' --centre EG001 --yes", 16],
])('%s is at most %i round trips to the server', async (line, most) => {
  // The first change of a desk notes where the log ends.
  await roundTripsOf('users suspend zoe@school.example --yes')
  expect(await roundTripsOf(line)).toBeLessThanOrEqual(most)
})
