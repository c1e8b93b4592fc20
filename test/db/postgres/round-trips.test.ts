import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
async function roundTripsOf(line: string, { stdin }: { stdin?: string } = {}): Promise<number> {
  proxy.roundTrips()
  const ran = await world.run([...wordsOf(line), '--db', place], { stdin })
  expect(stdin === undefined ? [0, 9] : [3], ran.stderr).toContain(ran.exit)
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
])('%s is at most %i round trips to the server', async (line, max) => {
  // The first change of a desk notes where the log ends.
  await roundTripsOf('users suspend zoe@school.example --yes')
  expect(await roundTripsOf(line)).toBeLessThanOrEqual(max)
})

it('asks as often for an account that nobody has, or that is suspended, as for one that gets a message', async () => {
  await roundTripsOf('users suspend zoe@school.example --yes')
  const known = await roundTripsOf('account request omar@school.example')
  expect((await world.run(['mail', 'list', '--json'])).json().messages).toHaveLength(1)
  const others = ['omar@school.example', 'nobody@school.example', 'zoe@school.example']
  for (const email of others) expect(await roundTripsOf(`account request ${email}`), email).toBe(known)
  const { messages } = (await world.run(['mail', 'list', '--json'])).json()
  expect(messages).toMatchObject([{ to: 'omar@school.example', letter: 'password-reset' }])
})

it.each([
  ['sign-in', 'not the password', 10],
  ['activate', '00000000\nnine camels cross the river', 5],
  ['set-up', 'abcd-efgh-jkmn-pqrs\nnine camels cross the river', 1],
  ['verify', '000000', 1],
])('asks as often for a wrong account %s of nobody as for one of somebody', async (command, stdin, many) => {
  await roundTripsOf('users suspend zoe@school.example --yes')
  await roundTripsOf('users pin new@school.example --yes')
  const tries = async (name: string, atMost = many) => {
    const asked: number[] = []
    for (let n = 0; n < atMost; n += 1)
      asked.push(await roundTripsOf(`account ${command} ${name}@school.example`, { stdin }))
    return asked
  }
  // The tenth wrong password tells its owner, the fifth wrong PIN voids it.
  const known = await tries('new')
  expect(await tries('nobody')).toEqual(known)
  for (const name of ['omar', 'zoe']) expect(await tries(name, 1), name).toEqual(known.slice(0, 1))
})

describe('for whom something closes', () => {
  const people = (role: string, many: number) =>
    Array.from({ length: many }, (_, at) => `${role}${at}@school.example`)

  beforeEach(async () => {
    for (const email of people('teacher', 4)) await world.user(email, { centre: 'EG001' })
    for (const email of people('admin', 8)) await world.user(email, { centre: 'EG001', hubRole: 'admin' })
    writeFileSync(world.path('text.txt'), 'text')
    for (const line of [
      'resources upload text.txt --title Text --kind other --series 2026-06 --component 0500/12',
      'releases create June --resource 1 --opens 2026-03-01T08:00Z --for all,entries',
      'releases publish June',
      'users suspend zoe@school.example',
    ]) {
      const ran = await world.run([...wordsOf(line), '--yes'])
      expect(ran.exit, ran.stderr).toBe(0)
    }
  })

  it('is asked of the server once for all people of a change', async () => {
    const teachers = await roundTripsOf(`users suspend ${people('teacher', 4).join(' ')} --yes`)
    const admins = await roundTripsOf(`users suspend ${people('admin', 4).join(' ')} --yes --json`)
    expect(admins - teachers).toBeLessThanOrEqual(7)
  })

  it('is asked once for all whom an import deletes', async () => {
    const importing = (some: readonly string[]) => {
      const options = some.map((email) => `--delete-user ${email}`).join(' ')
      return roundTripsOf(`centres import roster.csv ${options} --allow-deletes ${some.length} --dry-run`)
    }
    writeFileSync(
      world.path('roster.csv'),
      'Centre number,Centre name,Country,Email\nEG001,,,huda@school.example\n',
    )
    const one = await importing(people('admin', 1))
    const eight = await importing(people('admin', 8))
    // What deleting them takes, of which nothing is about releases.
    expect(eight - one).toBeLessThan(7)
  })
})
