import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseServerAddress } from '../../../src/server-address.ts'
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
  const [server] = parseServerAddress(world.db).hosts
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

/** A number that a rehearsal takes is never taken again. */
async function withResource(line: string): Promise<string> {
  if (!line.includes('RESOURCE')) return line
  const listed = await world.run(['resources', 'list', '--json'])
  return line.replace('RESOURCE', String(listed.json().resources[0].id))
}

/** Without signing in, which a server asks as it is set up. */
async function roundTripsOf(line: string, { stdin }: { stdin?: string } = {}): Promise<number> {
  proxy.roundTrips()
  const ran = await world.run([...wordsOf(line), '--db', place], { stdin })
  expect(stdin === undefined ? [0, 9] : [3], ran.stderr).toContain(ran.exit)
  return proxy.roundTrips()
}

/**
 * A command of everybody's day, in the order in which they can be done one after the other. The message of those
 * that owe one is claimed, written and settled apart, once the change is known to be saved: three of the number.
 */
const lines: readonly (readonly [string, number])[] = [
  ['users show omar@school.example', 3],
  ['users edit omar@school.example --last-name Farid --admin --yes', 5],
  ['users reset-password omar@school.example --yes', 7],
  ['users pin new@school.example --yes', 4],
  ['users transfer omar@school.example --to amira@school.example --yes', 6],
  ["users add 'Layla Saleh <layla@school.example>' --centre EG001 --role submit-teacher --yes", 8],
  ['roles grant amira@school.example submit-teacher --yes', 4],
  ['roles revoke amira@school.example submit-teacher --yes', 5],
  ['centres create EG002 --name Delta --country Egypt --yes', 6],
  ['centres edit EG001 --town Giza --yes', 6],
  ['users move amira@school.example --to EG002 --yes', 6],
  ["coordinator add EG002 'Rana Said <rana@school.example>' --yes", 8],
  ['coordinator change EG001 --to omar@school.example --yes', 7],
  ["coordinator change EG001 --new 'Nour Salem <nour@school.example>' --yes", 8],
  ['coordinator suspend EG001 --yes', 6],
  ['coordinator restore EG001', 6],
  ['users suspend layla@school.example --yes', 5],
  ['users restore layla@school.example', 4],
  ['users remove layla@school.example --yes', 5],
  ['users delete amira@school.example --suspend --yes', 6],
  ['users erase amira@school.example --yes', 8],
  ['centres delete EG002 --yes', 8],
  ['centres restore EG002', 7],
  ['centres create CA001 --name Associates --kind associate --country Egypt --yes', 6],
  ['centres create CA101 --name Looked-after --associate CA001 --country Egypt --yes', 7],
  ["coordinator add CA001 'Salma Aziz <salma@school.example>' --yes", 8],
  ['associates assign salma@school.example CA101', 4],
  ['associates unassign salma@school.example CA101', 4],
  ['account request omar@school.example', 8],
  ['templates edit invitation --from text.txt --yes', 5],
  ['templates reset invitation --yes', 4],
  ['releases create June --resource RESOURCE --opens 2026-03-01T08:00Z --for all', 7],
  ['releases edit 1 --for entries --yes', 8],
  ['releases publish 1 --yes', 8],
  ['releases withdraw 1 --yes', 8],
  ['resources withdraw RESOURCE --yes', 8],
  ['resources restore RESOURCE --yes', 6],
  ['resources upload other.txt --title Other --kind other --series 2026-06', 6],
  ['resources upload other.txt --title Other --kind other --series 2026-06', 5],
  ['resources download RESOURCE --out out.txt', 8],
  ['help-documents upload text.txt --title Text', 6],
  ['help-documents replace 1 other.txt --yes', 6],
  ['help-documents download 1 --out document.txt', 8],
  ['help-documents withdraw 1 --yes', 4],
  ['users list', 3],
  ['centres show EG001', 5],
  ['coordinator show EG001', 3],
  ['associates list', 2],
  ['audit list', 2],
  ['status', 6],
]

// On a loaded machine what is sent in one turn may arrive in two parts, which count as two.
it('no command of one change, or look, takes more than eight to the server, and each takes no more than it needs', {
  retry: 2,
}, async () => {
  const template = await world.run(['templates', 'show', 'invitation'])
  writeFileSync(world.path('text.txt'), template.stdout.replaceAll('Dear', 'Hello'))
  writeFileSync(world.path('other.txt'), 'other')
  await roundTripsOf(
    'resources upload text.txt --title Text --kind other --series 2026-06 --component 0500/12',
  )
  // The first change of a desk notes where the log ends.
  await roundTripsOf('users suspend zoe@school.example --yes')
  const taken: string[] = []
  const most: string[] = []
  for (const [line, number] of lines) {
    const trips = await roundTripsOf(await withResource(line))
    taken.push(`${Math.max(trips, number)} ${line}`)
    most.push(`${number} ${line}`)
  }
  expect(taken).toEqual(most)
  expect(lines.every(([, number]) => number <= 8)).toBe(true)
})

it('uploads more than a megabyte with two questions for each', async () => {
  await roundTripsOf('users suspend zoe@school.example --yes')
  for (const pieces of [2, 5]) {
    writeFileSync(world.path('audio.mp3'), Buffer.alloc((pieces - 1) * 1024 * 1024 + 1, String(pieces)))
    const line = `resources upload audio.mp3 --title ${pieces} --kind other --series 2026-06`
    expect(await roundTripsOf(line), line).toBeLessThanOrEqual(12 + 2 * pieces)
  }
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
      'releases create June --resource RESOURCE --opens 2026-03-01T08:00Z --for all,entries',
      'releases publish June',
      'users suspend zoe@school.example',
    ]) {
      const ran = await world.run([...wordsOf(await withResource(line)), '--yes'])
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

it('a batch as one change that could begin a store does its lines once where there is one', async () => {
  proxy.roundTrips()
  const stdin = ['EG011', 'EG012', 'EG013', 'EG014']
    .map((number) => `centres create ${number} --name ${number} --country Egypt\n`)
    .join('')
  const ran = await world.run(['batch', '--atomic', '--yes', '--db', place], { stdin })
  expect(ran.exit, ran.stderr).toBe(0)
  expect(proxy.roundTrips()).toBeLessThan(25)
})

it('what asks much at once of a server that is far away has nothing said of it by Node', async () => {
  const [server] = parseServerAddress(world.db).hosts
  if (!server) throw new Error('the server has a host')
  const far = await countingProxy(server, { delay: 150 })
  const warnings: Error[] = []
  const warned = (warning: Error) => void warnings.push(warning)
  process.on('warning', warned)
  try {
    const there = world.db.replace(/@[^/]+/, `@127.0.0.1:${far.port}`)
    await world.run(['users', 'delete', 'amira@school.example', '--suspend', '--yes'])
    const ran = await world.run(['users', 'erase', 'amira@school.example', '--yes', '--db', there])
    expect(ran.exit, ran.stderr).toBe(0)
    expect(warnings).toEqual([])
  } finally {
    process.off('warning', warned)
    await far.close()
  }
})
