import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOnlyCommands } from '../../src/rules/permissions/matrix.ts'
import { commandsWithActors, people, type Place, places, powerless, type Where, wheres } from '../actors.ts'
import { newWorld, type World } from '../world.ts'

type Call = (place: Place) => string[]

/** What is asked about one place: an answer where it may be seen, and otherwise a refusal. */
const about: Readonly<Record<string, Call>> = {
  'centres show': ({ centre }) => [centre],
  'users list --centre': ({ centre }) => ['--centre', centre],
  'users duplicates --centre': ({ centre }) => ['--centre', centre],
  'users show': ({ teacher }) => [teacher],
  'users exists': ({ teacher }) => [teacher],
  'coordinator show': ({ centre }) => [centre],
  'roles check': ({ teacher, other }) => [teacher, 'users.edit', other],
  'roles check a role': ({ teacher, other }) => [teacher, 'roles.grant', other, '--role', 'submit-teacher'],
  'roles check an address': ({ teacher, other }) => [teacher, 'users.edit', other, '--field', 'address'],
  'progression-tests list': ({ teacher }) => ['--owner', teacher],
}

/** What all the people of a centre may see of their own, and nobody of another. */
const ofOwnCentre: Readonly<Record<string, Call>> = {
  'key-times show': ({ centre }) => [centre],
  'releases authorisations --centre': ({ centre }) => ['--centre', centre],
}

/** Lists: everybody gets one, of what they may see; also where they ask for what they may not. */
const lists: Readonly<Record<string, Call>> = {
  'centres list': () => [],
  'centres list --search': ({ centre }) => ['--search', centre],
  'centres list --deleted': () => ['--deleted'],
  'centres export': () => ['list.csv', '--yes'],
  'users list': () => [],
  'users list --search': ({ teacher }) => ['--search', teacher],
  'users list --deleted': () => ['--deleted'],
  'users duplicates': () => [],
  find: ({ teacher }) => [teacher],
  'associates list': () => [],
  'releases authorisations': () => [],
  'help-documents list': () => [],
  'roles list': () => [],
  'roles list --matrix': () => ['--matrix'],
  'audit list': () => [],
  'audit list --subject': ({ teacher }) => ['--subject', teacher],
  'audit list --subject a centre': ({ centre }) => ['--subject', centre],
  'audit list --actor': ({ admin }) => ['--actor', admin],
  'audit export': () => ['log.jsonl', '--yes'],
}

/** Options that choose among what may be read anyway. */
const choosing = [
  ...['--country', '--kind', '--status', '--associate', '--sort', '--reverse', '--limit', '--role', '--site'],
  ...['--not-set-up', '--never-signed-in', '--fields', '--format', '--action', '--since', '--until'],
  ...['--pin', '--import', '--without-coordinator'],
  ...['--subject', '--actor', '--date', '--release', '--out', '--yes', '--history', '--last'],
]

/** Where each may see what is there. */
const sees: Readonly<Record<string, readonly Where[]>> = {
  'coordinator@own.example': ['a school'],
  'admin@own.example': ['a school'],
  'manager@own.example': ['a school'],
  'officer@own.example': ['a school'],
  'coordinator@branch.example': ['an associate centre'],
  'second@branch.example': ['an associate centre'],
  'coordinator@associate.example': ['the Associate', 'an associate centre'],
  'manager@associate.example': ['the Associate', 'an associate centre'],
}

const commands = (await commandsWithActors()).filter(
  ({ words, changes }) =>
    readOnlyCommands.includes(words.replaceAll(' ', '.')) && (!changes || words === 'centres export'),
)

let world: World
beforeAll(async () => {
  world = newWorld()
  await people(world)
  const done = async (...argv: string[]) =>
    expect(await world.run([...argv, '--yes'])).toMatchObject({ exit: 0 })
  const { teacher, other, scripts, admin } = places['another school']
  const asAdmin = ['--as', admin]
  await done('users', 'edit', other, '--last-name', 'Said', ...asAdmin)
  await done('users', 'transfer', other, '--to', teacher, ...asAdmin)
  await done('users', 'move', other, '--to', 'EG001')
  await done('users', 'delete', scripts, '--suspend')
  await done('associates', 'unassign', 'manager@associate.example', 'CA101')
  await done('associates', 'assign', 'manager@associate.example', 'CA101')
  expect(await world.run(['users', 'suspend', other, ...asAdmin, '--yes'])).toMatchObject({ exit: 5 })
  await world.user('another@far.example', { centre: 'EG002' })
})
afterAll(() => world.close())

describe('every command that only looks', () => {
  it('is called here, with each of its options', () => {
    const calls = Object.entries({ ...about, ...ofOwnCentre, ...lists }).map(([name, call]) => [
      ...name.split(' '),
      ...call(places['a school']),
    ])
    // Its own test, below: an Associate is no place like the others.
    calls.push(['associates', 'show', '--search'])
    // Of what is released: test/rules/releases, test/rules/help-documents.
    calls.push(['resources', 'download'], ['help-documents', 'download'])
    const missing = commands.flatMap(({ words, options }) => {
      const of = calls.filter((argv) => argv.slice(0, words.split(' ').length).join(' ') === words)
      const known = [...of.flat(), ...choosing]
      return of.length === 0 ? [words] : options.filter((one) => !known.includes(one))
    })
    expect(missing).toEqual([])
  })
})

const run = (actor: string, name: string, more: readonly string[]) => {
  const words = commands.filter((one) => name === one.words || name.startsWith(`${one.words} `)).at(-1)?.words
  return world.run([...(words ?? name).split(' '), ...more, '--as', actor, '--json'])
}

describe.each(Object.entries(sees))('looking as %s', (actor, seen) => {
  const hidden = wheres.filter((where) => !seen.includes(where))

  it.each(wheres)('is answered about what they may see, and of nothing else: %s', async (where) => {
    const answered: string[] = []
    for (const [name, call] of Object.entries(about)) {
      const ran = await run(actor, name, call(places[where]))
      expect([0, 5], `${name}: ${ran.stderr}`).toContain(ran.exit)
      if (ran.exit === 0) answered.push(name)
    }
    expect(answered).toEqual(seen.includes(where) ? Object.keys(about) : [])
  })

  it.each(Object.entries(lists))('reads of no centre beyond, nor of its people: %s', async (name, call) => {
    for (const where of wheres) {
      const argv = call(places[where])
      const ran = await run(actor, name, argv)
      expect(ran).toMatchObject({ exit: 0 })
      const [file = ''] = argv
      const isWritten = !file.startsWith('--') && existsSync(world.path(file)) && file !== ''
      const text = ran.stdout + (isWritten ? readFileSync(world.path(file), 'utf8') : '')
      for (const { centre, teacher, admin, scripts } of hidden.map((one) => places[one])) {
        // The number of its Associate is told of an associate centre.
        const names = [teacher, admin, scripts, ...(centre === 'CA001' ? [] : [centre])]
        for (const one of names) expect(text).not.toContain(one)
      }
    }
  })

  it('reads of an Associate where they act for it, and nowhere else', async () => {
    const ran = await run(actor, 'associates show', ['CA001', '--search', 'CA'])
    expect(ran.exit).toBe(seen.includes('the Associate') ? 0 : 5)
  })
})

describe('what belongs to a centre', () => {
  const home: Readonly<Record<string, Where>> = {
    'teacher@own.example': 'a school',
    'scripts@own.example': 'a school',
    'coordinator@own.example': 'a school',
    'coordinator@branch.example': 'an associate centre',
    'manager@associate.example': 'the Associate',
    'teacher@far.example': 'another school',
  }
  it.each(Object.entries(home))('is read by its own people, and by nobody else: %s', async (actor, own) => {
    for (const [name, call] of Object.entries(ofOwnCentre))
      for (const where of wheres)
        expect((await run(actor, name, call(places[where]))).exit, `${name} ${where}`).toBe(
          where === own ? 0 : 5,
        )
  })

  it.each(['suspended', 'invited', 'removed', 'nobody'])('is not read by somebody %s', async (who) => {
    for (const [name, call] of Object.entries(ofOwnCentre))
      expect(await run(`${who}@own.example`, name, call(places['a school']))).toMatchObject({ exit: 5 })
  })
})

describe('without any right', () => {
  it.each(powerless)('reads of nobody and of no centre: %s', async (actor) => {
    const { 'roles list': roles, 'roles list --matrix': matrix, ...ofPeople } = lists
    for (const [name, call] of Object.entries({ ...about, ...ofPeople })) {
      const ran = await run(actor, name, call(places['a school']))
      if (ran.exit !== 5) expect(ran.stdout, name).not.toMatch(/@(own|far)\.example|EG00/)
    }
  })
})
