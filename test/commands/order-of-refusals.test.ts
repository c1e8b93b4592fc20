import type { Argument, Option } from 'commander'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { everyCommand } from '../../docs/command-tree.ts'
import { completionsFor } from '../../src/cli/parameters.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.user('amira@school.example', { centre: 'EG001' })
})
afterEach(() => world.close())

const noStore = (at: World) => ['--db', at.path('none/hub.db')]
const noKey = (at: World) => ['--key-file', at.path('no.key')]
const asTeacher = () => ['--as', 'amira@school.example']
const asNobody = () => ['--as', 'nobody@school.example']

/** Each takes an address, in whatever way. */
const withAnAddress = [
  'users show a@@b',
  'users edit a@@b --last-name Said',
  'users suspend a@@b',
  'users restore a@@b',
  'users delete a@@b',
  'users transfer a@@b --to huda@school.example',
  'users transfer amira@school.example --to a@@b',
  'users move a@@b --to EG001',
  'users remove a@@b',
  'users reset-password a@@b',
  'users pin a@@b',
  'users erase a@@b',
  'users exists a@@b',
  'roles grant a@@b access-to-scripts',
  'roles revoke a@@b access-to-scripts',
  'roles check a@@b users.suspend EG001',
  'associates assign a@@b EG001',
  'associates unassign a@@b EG001',
  'coordinator change EG001 --to a@@b',
  'progression-tests list --owner a@@b',
  'templates preview invitation --to a@@b',
  'account request a@@b',
  'account activate a@@b',
  'account verify a@@b',
  'account set-up a@@b',
  'account sign-in a@@b',
]

describe('an address that nobody could have', () => {
  it.each(withAnAddress)(
    'is told before the store, its key and the actor are looked for: %s',
    async (line) => {
      for (const also of [noStore, noKey, asTeacher, asNobody]) {
        const ran = await world.run([...line.split(' '), ...also(world), '--json'])
        expect([ran.exit, ran.error().code]).toEqual([2, 'invalid-email'])
      }
    },
  )

  it('is told beside the others where there are several', async () => {
    const { error } = await world.run(['users', 'suspend', 'a@@b', 'none@school.example', '--yes', '--json'])
    expect(error().details.problems).toMatchObject([{ code: 'invalid-email' }, { code: 'user-not-found' }])
  })
})

describe('a file that is not there', () => {
  it.each([
    'users add --from gone.csv --centre EG001',
    'progression-tests import gone.csv',
    'key-times import gone.csv',
    'key-times import gone.csv --plan-out some.plan',
    'key-times apply gone.plan',
    'entries import gone.csv',
    'entries apply gone.plan',
    'centres apply gone.plan',
    'templates edit invitation --from gone.txt',
    'resources upload gone.wav --title T --kind other --series 2026-06',
    'help-documents upload gone.pdf --title T',
  ])('is told once there is a store, and its key: %s', async (line) => {
    for (const also of [noStore, noKey]) {
      const ran = await world.run([...line.split(' '), ...also(world), '--yes', '--json'])
      expect([line, ran.exit]).toEqual([line, 7])
    }
    const ran = await world.run([...line.split(' '), '--yes', '--json'])
    expect([line, ran.exit]).toEqual([line, 6])
  })
})

it.each(['activate', 'set-up', 'verify', 'sign-in'])(
  'what may be a secret in the place of an address is not repeated, and belongs on stdin: account %s',
  async (verb) => {
    for (const secret of ['48210937', 'Tiger99', 'https://hub.example/set-up/1.abc']) {
      const { exit, stdout, stderr } = await world.run(['account', verb, secret])
      expect([exit, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(
        /^error: The address has no @.*\nhint: {2}A PIN, a link, a code or a password is/,
      )
      expect(stderr).toContain('others could read it')
      expect(stderr).not.toContain(secret)
    }
  },
)

describe('a store that is missing', () => {
  it.each([
    'users suspend nobody@school.example',
    'users add Zed<zed@school.example> --centre EG009',
    'centres edit EG009 --town Cairo',
    'mail cancel 9',
    'releases withdraw 9',
  ])('is told before what is not there: %s', async (line) => {
    for (const more of [[], ['--yes'], ['--dry-run']]) {
      const ran = await world.run([...line.split(' '), ...more, ...noStore(world), '--json'])
      expect([ran.exit, ran.error().code]).toEqual([7, 'store-missing'])
    }
  })
})

describe('a key that is missing', () => {
  it.each(['users suspend nobody', 'coordinator suspend atlantis', 'users move amira --to nowhere'])(
    'is told before who is not there: %s',
    async (line) => {
      for (const more of [['--yes'], ['--dry-run']]) {
        const ran = await world.run([...line.split(' '), ...more, ...noKey(world), '--json'])
        expect([ran.exit, ran.error().code]).toEqual([7, 'key-missing'])
      }
    },
  )

  it('does not stand in the way of looking for somebody', async () => {
    const ran = await world.run(['users', 'show', 'nobody', ...noKey(world), '--json'])
    expect([ran.exit, ran.error().code]).toEqual([4, 'user-not-found'])
  })
})

/** By what stands between the angles: what may stand there, and what never can. */
const right: Readonly<Record<string, string>> = {
  email: 'amira@school.example',
  user: 'amira@school.example',
  from: 'amira@school.example',
  role: 'exams-officer',
  action: 'users.suspend',
  id: '1',
  kind: 'other',
  series: '2026-06',
  ids: '1',
  moment: 'now',
  audience: 'all',
  file: 'some.xlsx',
}
/** What else is said, so that nothing is missing. */
const more: Readonly<Record<string, string>> = {
  'centres create': ' XX900 --name=Nile --country=EG',
  'centres edit': ' --town=Cairo',
  'users add': ' Zed<zed@school.example> --centre=EG001',
  'coordinator add': ' Zed<zed@school.example>',
  'coordinator change': ' --to=amira@school.example',
  'releases create': ' --resource=1 --for=all',
}
const wrong: Readonly<Record<string, string>> = {
  role: 'nobody',
  action: 'users.greet',
  site: 'nowhere',
  zone: 'Mars/X',
  id: 'x',
  ids: 'x',
  email: 'bad@',
}
/** A name may stand there. */
const isNamed = /^(?:key-times|templates|centres imports)/

const isOption = (declared: Argument | Option): declared is Option => 'long' in declared
const wordOf = (declared: Argument | Option) =>
  isOption(declared) ? (/<(.*)>/.exec(declared.flags)?.[1] ?? '') : declared.name()

function wrongFor(declared: Argument | Option): string | undefined {
  const { nameKind } = completionsFor(declared)
  if (nameKind === 'centre' || nameKind === 'centres') return '1'
  // Whatever was done is looked for in the log.
  if (isOption(declared) && wordOf(declared) === 'action') return undefined
  if (nameKind === 'audience') return 'country:nowhere'
  return nameKind === undefined ? wrong[wordOf(declared)] : 'bad@'
}

const wrongCalls = (await everyCommand()).flatMap(({ words, command }) => {
  const mandatory = command.options.filter((option) => option.mandatory)
  const typed = (declared: Argument | Option, value: string) =>
    isOption(declared) ? [`${declared.long}=${value}`] : [value]
  return [...command.registeredArguments, ...command.options].flatMap((wronged) => {
    const bad = wrongFor(wronged)
    if (bad === undefined || isNamed.test(words) || (isOption(wronged) && wronged.long === '--as')) return []
    const others = [...command.registeredArguments.filter((one) => one.required), ...mandatory]
    const all = others.includes(wronged) ? others : [...others, wronged]
    const argv = all.flatMap((declared) => {
      const good = right[wordOf(declared)] ?? 'EG001'
      if (declared !== wronged) return typed(declared, good)
      return isOption(declared) || !declared.variadic ? typed(declared, bad) : [good, bad]
    })
    const besides = (more[words] ?? '')
      .split(' ')
      .filter((word) => !isOption(wronged) || !word.startsWith(`${wronged.long}=`))
    return [`${words} ${[...argv, ...besides].filter((word) => word !== '').join(' ')}`]
  })
})

it.each(wrongCalls)(
  'what can be right in no store is told where there is none, or no key: %s',
  async (line) => {
    for (const also of [noStore, noKey]) {
      const ran = await world.run([...line.split(' '), ...also(world), '--json'])
      expect([ran.exit, ran.error().code]).toEqual([
        2,
        expect.stringMatching(/^(?:invalid-|unknown-|usage$)/),
      ])
    }
  },
)
