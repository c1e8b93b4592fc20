import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseServerAddress } from '../../../src/server-address.ts'
import { everyCommand } from '../../actors.ts'
import { inbox } from '../../mail/inbox.ts'
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
  if (line.includes('MESSAGE')) {
    const listed = await world.run(['mail', 'list', '--state', 'queued', '--json'])
    return line.replace('MESSAGE', String(listed.json().messages[0].id))
  }
  if (!line.includes('RESOURCE')) return line
  const listed = await world.run(['resources', 'list', '--json'])
  return line.replace('RESOURCE', String(listed.json().resources[0].id))
}

/** Without signing in, which a server asks as it is set up. */
async function roundTripsOf(
  line: string,
  { stdin, isRefused = false }: { stdin?: string; isRefused?: boolean } = {},
): Promise<number> {
  proxy.roundTrips()
  const ran = await world.run([...wordsOf(line), '--db', place], { stdin })
  expect(isRefused ? [3] : [0, 9], ran.stderr).toContain(ran.exit)
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
  ['find omar', 6],
  ['whoami', 0],
  ['config show', 6],
  ['users duplicates', 4],
  ['users exists omar@school.example', 2],
  ['centres list', 4],
  ['centres imports', 2],
  ['centres imports show 1', 7],
  ['centres pins 1 --out pins-again.csv --yes', 7],
  ['centres export centres.xlsx', 8],
  ['associates show CA001', 5],
  ['roles list', 0],
  ['roles check omar@school.example users.suspend zoe@school.example', 3],
  ['progression-tests list --owner hana@school.example', 3],
  ['key-times import key-times.csv --yes', 6],
  ['key-times list', 2],
  ['key-times show EG001 --date 2026-06-02', 3],
  ['key-times edit 1 --local-time 10:30 --yes', 7],
  ['entries import entries.csv --yes', 8],
  ['entries list', 4],
  ['resources list', 2],
  ['resources show RESOURCE', 2],
  ['releases list', 4],
  ['releases show 1', 4],
  ['releases authorisations', 3],
  ['help-documents list', 2],
  ['templates list', 2],
  ['templates show invitation', 2],
  ['templates preview invitation --to tom@office.example --yes', 7],
  ['mail list', 4],
  ['mail show 1', 7],
  ['mail cancel MESSAGE --yes', 5],
  ['mail send --yes', 7],
  ['audit export log.csv', 5],
]

const password = 'nine camels cross the river'

/** What the owner of an account types, one after the other: each with what it reads from stdin. */
const ownerLines: readonly (readonly [string, number, () => Promise<string>])[] = [
  ['account activate new@school.example', 8, async () => `${await openPin()}\n${password}`],
  [
    'account verify new@school.example',
    5,
    async () => /^ {3}(\d{6})$/m.exec(await newestMessage())?.[1] ?? '',
  ],
  ['account sign-in new@school.example', 4, async () => password],
  ['account set-up', 6, async () => `${/^https:\S+$/m.exec(await newestMessage())?.[0]}\n${password} back`],
]
const newestMessage = async () => (await inbox(world)).at(-1)?.text ?? ''
const openPin = async () =>
  (await world.run(['users', 'pin', 'new@school.example', '--show', '--json'])).json().pin

/** Commands that are measured nowhere here, and why. */
const notMeasured: Readonly<Record<string, string>> = {
  ...reasonFor('it asks no store', [
    ...['centres', 'users', 'progression-tests', 'key-times', 'entries'].map((noun) => `${noun} sample`),
    ...['config set', 'config unset', 'config edit', 'completion', 'help', 'version'],
  ]),
  ...reasonFor('it is about as many centres and users as an import has', [
    ...['centres import', 'centres lint', 'centres apply', 'centres imports undo'],
  ]),
  'progression-tests import': 'it is about as many groups, tests and learners as its file has',
  ...reasonFor('it does what an import does that is measured', ['key-times apply', 'entries apply']),
  ...reasonFor('it is about all entries, Key Times and releases', ['errors list']),
  ...reasonFor('it is about all of the log', ['audit verify']),
  ...reasonFor('it is about all of the store, or how the server keeps it', [
    ...['init', 'info', 'check', 'backup', 'copy', 'restore', 'migrate', 'rekey', 'accept-clock'].map(
      (verb) => `store ${verb}`,
    ),
  ]),
  seed: 'it fills a store',
  batch: 'it is as many commands as it has lines',
}

function reasonFor(reason: string, commands: readonly string[]): Record<string, string> {
  return Object.fromEntries(commands.map((words) => [words, reason]))
}

/** What the commands behind `status` look at or change: an import, results, a message that waits, and files. */
async function prepareMore(): Promise<void> {
  await world.user('hana@school.example', { centre: 'EG001', sites: ['cambridge-primary'] })
  const files = {
    'import.csv': 'Centre number,Centre name,Country,Email\nEG009,Nine,Egypt,n@nine.example\n',
    'key-times.csv': 'Country,Administrative zone,Session,Local time\nEgypt,4,AM,10:00\n',
    'entries.csv': 'Centre number,Series,Component,Candidates\nEG001,2026-06,0500/12,3\n',
    'results.csv':
      'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark\n' +
      'hana@school.example,cambridge-primary,5 B,5,Mathematics,Paper 1,2026-02-10,Anna,30\n',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(world.path(name), text)
  for (const line of [
    'centres import import.csv --pins-out pins.csv',
    'progression-tests import results.csv',
    // Nobody listens there, so that the message waits.
    'users reset-password huda@school.example --smtp smtp://127.0.0.1:9?ignoreTLS=true',
  ]) {
    const ran = await world.run([...wordsOf(line), '--yes'])
    expect(ran.stderr, line).not.toContain('error:')
  }
}

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
  await prepareMore()
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

it('nor does what the owner of an account types', { retry: 2 }, async () => {
  for (const line of ['suspend zoe', 'pin new']) await roundTripsOf(`users ${line}@school.example --yes`)
  const taken: string[] = []
  for (const [line, number, stdin] of ownerLines) {
    if (line === 'account set-up') await roundTripsOf('users reset-password omar@school.example --yes')
    const trips = await roundTripsOf(line, { stdin: await stdin() })
    taken.push(`${Math.max(trips, number)} ${line}`)
  }
  expect(taken).toEqual(ownerLines.map(([line, number]) => `${number} ${line}`))
  expect(ownerLines.every(([, number]) => number <= 8)).toBe(true)
})

it('each command is measured, or there is a reason why not', async () => {
  const typed = [...lines, ...ownerLines].map(([line]) => `${line} `)
  const commands = (await everyCommand()).map(({ words }) => words)
  // `centres imports` is the beginning of its verbs, too.
  const named = typed.map((line) =>
    commands
      .filter((words) => line.startsWith(`${words} `))
      .reduce((one, other) => (other.length > one.length ? other : one), ''),
  )
  expect([...new Set([...named, ...Object.keys(notMeasured)])].sort()).toEqual(commands.sort())
  expect(named.filter((words) => words in notMeasured)).toEqual([])
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
      asked.push(await roundTripsOf(`account ${command} ${name}@school.example`, { stdin, isRefused: true }))
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
