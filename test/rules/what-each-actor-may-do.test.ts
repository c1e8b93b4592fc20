import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOnlyCommands } from '../../src/rules/permissions/matrix.ts'
import { isAction } from '../../src/rules/permissions/decide.ts'
import { commandsWithActors, people, type Place, places, powerless, type Where, wheres } from '../actors.ts'
import { newWorld, type World } from '../world.ts'

type Call = (place: Place) => string[]
const fixed =
  (...argv: string[]): Call =>
  () =>
    argv

/** How each command is called that only Cambridge staff may run, with all its options. */
const staffOnly: Readonly<Record<string, Call>> = {
  'centres import': fixed(
    ...['nothing.xlsx', '--pins-out', 'pins.xlsx', '--slips', 'continuous', '--issues-out', 'issues.xlsx'],
    ...['--delete-missing', '--delete-extra', '--allow-deletes', '1', '--allow-renames', '1'],
    ...['--delete-centre', 'EG001', '--delete-user', 'teacher@own.example', '--partial', '--whole-roster'],
    ...[
      '--restore-deleted',
      '--send-mail',
      '--strict',
      '--plan-out',
      'import.plan',
      '--report',
      'import.html',
    ],
  ),
  'centres apply': fixed('nothing.plan', '--pins-out', 'pins.xlsx', '--slips', 'continuous'),
  'centres imports': fixed(),
  'centres imports show': fixed('1', '--report', 'import.html'),
  'centres imports undo': fixed('1'),
  'centres pins': fixed('1', '--out', 'pins.xlsx', '--renew', '--centre', 'EG001', '--slips', 'continuous'),
  'key-times import': fixed('times.csv', '--strict', '--issues-out', 'held.csv', '--plan-out', 'times.plan'),
  'key-times apply': fixed('times.plan'),
  'entries import': fixed(
    'entries.csv',
    '--strict',
    '--issues-out',
    'held.csv',
    '--plan-out',
    'entries.plan',
  ),
  'entries apply': fixed('entries.plan'),
  'entries list': fixed(),
  'errors list': fixed(),
  'resources upload': fixed(...'there.mp3 --title T --kind other --series 2026-06'.split(' ')),
  'resources list': fixed(),
  'resources show': fixed('1'),
  'resources withdraw': fixed('1'),
  'resources restore': fixed('1'),
  'releases create': fixed(...'June --resource 1 --opens now --for all'.split(' ')),
  'releases list': fixed(),
  'releases show': fixed('1'),
  'releases edit': fixed(...'1 --name July --resource 1 --opens now --for all'.split(' ')),
  'releases publish': fixed('1'),
  'releases withdraw': fixed('1'),
  'help-documents upload': fixed('there.pdf', '--title', 'Help'),
  'help-documents replace': fixed('1', 'there.pdf'),
  'help-documents withdraw': fixed('1'),
  'key-times list': fixed(),
  'key-times edit': fixed('1', '--local-time', '10:00', '--remove'),
  'centres create': fixed(
    'EG900',
    '--name',
    'New School',
    '--country',
    'Egypt',
    '--global-listening',
    '--if-missing',
  ),
  'centres edit': ({ centre }) => [
    centre,
    '--name',
    'Other name',
    '--british-council',
    '--no-global-listening',
  ],
  'centres delete': ({ centre }) => [centre],
  'centres restore': ({ centre }) => [centre],
  'users move': ({ teacher }) => [teacher, '--to', 'EG002'],
  'users erase': ({ teacher }) => [teacher],
  'associates assign': ({ admin, centre }) => [admin, centre],
  'associates unassign': ({ admin, centre }) => [admin, centre],
  'progression-tests import': fixed('nothing.xlsx'),
  'mail list': fixed('--to', 'teacher@own.example', '--state', 'queued', '--import', '1'),
  'mail show': fixed('1', '--html', 'letter.html'),
  'mail send': fixed('--due'),
  'mail cancel': fixed('1'),
  'templates list': fixed(),
  'templates show': fixed('invitation'),
  'templates edit': fixed('invitation', '--from', 'nothing.html'),
  'templates preview': ({ teacher }) => ['invitation', '--to', teacher],
  'templates reset': fixed('invitation'),
  'audit verify': fixed('--head', 'f'.repeat(64)),
  'store init': fixed('--if-missing'),
  status: fixed(),
  'centres lint': fixed('nothing.xlsx'),
  'store info': fixed(),
  'store check': fixed(),
  'store backup': fixed('backup.db'),
  'store copy': fixed('--to', 'moved.db'),
  'store restore': fixed('backup.db', '--keep-credentials', '--new-key'),
  'store rekey': fixed(),
  'store migrate': fixed(),
  'store accept-clock': fixed(),
  seed: fixed('--releases', '--services', '--if-missing'),
}

const newPerson = 'New Person <new@new.example>'
const adding =
  (...more: string[]): Call =>
  ({ centre }) => [newPerson, '--centre', centre, ...more]
const teacherAnd =
  (...more: string[]): Call =>
  ({ teacher }) => [teacher, ...more]

/** Calls of the others, by what somebody needs for them; each begins with the words of its command. */
const manage: Readonly<Record<string, Call>> = {
  'users edit --first-name --last-name': teacherAnd('--first-name', 'Other', '--last-name', 'Name'),
  'users edit --add-site': teacherAnd('--add-site', 'cambridge-primary'),
  'users edit --remove-site': teacherAnd('--remove-site', 'cambridge-primary'),
  'users suspend': teacherAnd(),
  'users restore': teacherAnd(),
  'users restore --send': teacherAnd('--send'),
  'users delete': teacherAnd(),
  'users delete --suspend': teacherAnd('--suspend'),
  'users delete --transfer-to': ({ teacher, other }) => [teacher, '--suspend', '--transfer-to', other],
  'users transfer --to': ({ teacher, other }) => [teacher, '--to', other],
  'users transfer --site': ({ teacher, other }) => [teacher, '--to', other, '--site', 'cambridge-primary'],
  'users reset-password': teacherAnd(),
}
const takeOver: Readonly<Record<string, Call>> = {
  'users edit --email': teacherAnd('--email', 'mine@new.example'),
  'users pin': teacherAnd(),
  'users pin --show': teacherAnd('--show'),
  'users remove': teacherAnd(),
}
const addTeachers: Readonly<Record<string, Call>> = {
  'users add --centre': adding(),
  'users add --if-missing': adding('--if-missing'),
  'users add --site': adding('--site', 'cambridge-primary'),
  'users add --from': ({ centre }) => ['--from', `people-${centre}.csv`],
}
const addAdmins: Readonly<Record<string, Call>> = { 'users add --admin': adding('--admin') }
const addWithRole: Readonly<Record<string, Call>> = {
  'users add --role': adding('--role', 'submit-teacher'),
}
const addWithScripts: Readonly<Record<string, Call>> = {
  'users add --role access-to-scripts': adding('--role', 'access-to-scripts'),
}
const rights: Readonly<Record<string, Call>> = {
  'users edit --admin': teacherAnd('--admin'),
  'users edit --no-admin': ({ admin }) => [admin, '--no-admin'],
}
const grant: Readonly<Record<string, Call>> = {
  'roles grant': teacherAnd('submit-teacher'),
  'roles revoke': teacherAnd('submit-teacher'),
  'users edit --add-role': teacherAnd('--add-role', 'submit-teacher'),
  'users edit --remove-role': ({ scripts }) => [
    ...[scripts, '--remove-role', 'access-to-scripts', '--add-role', 'submit-teacher'],
  ],
}
const grantScripts: Readonly<Record<string, Call>> = {
  'roles grant access-to-scripts': teacherAnd('access-to-scripts'),
  'roles revoke access-to-scripts': ({ scripts }) => [scripts, 'access-to-scripts'],
  'users edit --add-role access-to-scripts': teacherAnd('--add-role', 'access-to-scripts'),
}
const resetScripts: Readonly<Record<string, Call>> = {
  'users reset-password of access-to-scripts': ({ scripts }) => [scripts],
}
const coordinating: Readonly<Record<string, Call>> = {
  'coordinator add': ({ centre }) => [centre, newPerson],
  'coordinator add --if-missing': ({ centre }) => [centre, newPerson, '--if-missing'],
  'coordinator change --to': ({ centre, admin }) => [centre, '--to', admin],
  'coordinator change --new': ({ centre }) => [centre, '--new', newPerson],
  'coordinator change --suspend-former': ({ centre, admin }) => [
    ...[centre, '--to', admin, '--suspend-former'],
  ],
  'coordinator suspend': ({ centre }) => [centre],
  'coordinator restore': ({ centre }) => [centre],
}
const grantable: Readonly<Record<string, Call>> = {
  ...manage,
  ...takeOver,
  ...addTeachers,
  ...addAdmins,
  ...addWithRole,
  ...addWithScripts,
  ...rights,
  ...grant,
  ...grantScripts,
  ...resetScripts,
  ...coordinating,
}

const names = (...sets: readonly Readonly<Record<string, Call>>[]) => sets.flatMap((set) => Object.keys(set))
const managing = names(manage, takeOver, resetScripts)
const forUserManagement = [
  ...managing.filter((name) => name !== 'users add --site'),
  ...['users add --centre', 'users add --if-missing', 'users add --from'],
  ...names(addWithRole, addWithScripts, grant, grantScripts),
]

/** What each may do where, as the table in domain.md has it. */
const actors: Readonly<Record<string, Partial<Record<Where, readonly string[]>>>> = {
  'coordinator@own.example': { 'a school': [...managing, ...names(addTeachers, addAdmins, rights)] },
  'admin@own.example': { 'a school': [...managing, ...names(addTeachers)] },
  'manager@own.example': { 'a school': forUserManagement },
  'officer@own.example': { 'a school': names(addWithScripts, grantScripts, resetScripts) },
  'coordinator@branch.example': {
    'an associate centre': [...managing, ...names(addTeachers, addAdmins, rights)],
  },
  'second@branch.example': { 'an associate centre': [...managing, ...names(addTeachers, addAdmins)] },
  'coordinator@associate.example': { 'an associate centre': names(coordinating) },
  'manager@associate.example': {
    'the Associate': forUserManagement,
    'an associate centre': [...forUserManagement, ...names(coordinating)],
  },
}

const commands = await commandsWithActors()
const mutations = commands.filter(({ words }) => !readOnlyCommands.includes(words.replaceAll(' ', '.')))

/** What every list takes. */
const ofLists = ['--fields', '--format', '--sort', '--reverse', '--limit']

/** Options that choose among what may be read or done anyway, or say what a file is. */
const choosing: Readonly<Record<string, readonly string[]>> = {
  'centres import': ['--sheet', '--map', '--progress'],
  'centres lint': ['--sheet', '--map'],
  'centres create': [
    '--kind',
    '--associate',
    '--address',
    '--town',
    '--postcode',
    '--british-council',
    '--time-zone',
  ],
  'centres edit': ['--kind', '--associate', '--address', '--town', '--postcode', '--country', '--time-zone'],
  'store backup': ['--without-content'],
  'store copy': ['--without-content'],
  'store init': ['--roles'],
  'users add': ['--sheet', '--map'],
  'progression-tests import': ['--sheet', '--map', '--allow-changes'],
  'key-times import': ['--sheet', '--map', '--strict', '--allow-changes'],
  'key-times list': ['--country', '--zone', '--series', ...ofLists],
  'entries import': ['--sheet', '--map', '--allow-changes'],
  'entries list': ['--centre', '--component', '--series', ...ofLists],
  'resources upload': ['--component', '--area'],
  'resources list': ['--kind', '--area', '--series', '--component', '--withdrawn', ...ofLists],
  'releases create': ['--closes'],
  'releases edit': ['--closes'],
  'releases list': ['--state', ...ofLists],
  'errors list': ['--kind', ...ofLists],
  'key-times edit': ['--time-zone', '--administrative-zone', '--series', '--from', '--until'],
  'centres imports': ofLists,
  'mail list': ['--letter', '--expired', ...ofLists],
  'templates list': ofLists,
  'mail send': ['--failed', '--import', '--rate', '--progress'],
  seed: ['--centres', '--users', '--seed', '--password-file', '--xlsx', '--faults', '--expect'],
}

describe('every command that is for some and not for others', () => {
  it('is an action of the matrix where it changes something', () => {
    const gated = mutations.filter(({ changes }) => changes).map(({ words }) => words.replaceAll(' ', '.'))
    expect(gated.filter((name) => !isAction(name))).toEqual([])
  })

  it('is called here, with each of its options', () => {
    const calls = Object.entries({ ...staffOnly, ...grantable }).map(([name, call]) => [
      ...name.split(' '),
      ...call(places['a school']),
    ])
    const missing = mutations.flatMap(({ words, options }) => {
      const of = calls.filter((argv) => argv.slice(0, words.split(' ').length).join(' ') === words)
      if (of.length === 0) return [words]
      const known = [...of.flat(), ...(choosing[words] ?? [])]
      return options
        .filter((one) => !known.includes(one) && !known.includes(one.replace('--no-', '--')))
        .filter((one) => !known.includes(`--no-${one.slice(2)}`))
        .map((one) => `${words} ${one}`)
    })
    expect(missing).toEqual([])
  })
})

let world: World
beforeAll(async () => {
  world = newWorld()
  await people(world)
  for (const { centre } of Object.values(places)) {
    const rows = ['Email,Last name,Centre number', `new@new.example,Person,${centre}`]
    writeFileSync(world.path(`people-${centre}.csv`), rows.join('\n'))
  }
})
afterAll(() => world.close())

interface Try {
  actor: string
  /** The words of the command, and perhaps what is said of this call. */
  name: string
  argv: readonly string[]
}

async function triedAs({ actor, name, argv }: Try): Promise<{ isRefused: boolean; wrong?: string }> {
  const found = mutations.filter(({ words }) => name === words || name.startsWith(`${words} `)).at(-1)
  const dryRun = found?.changes ? ['--dry-run', '--yes'] : []
  const words = (found?.words ?? name).split(' ')
  const ran = await world.run([...words, ...argv, '--as', actor, '--json', ...dryRun])
  const isKnown = ran.exit === 0 || ran.exit === 3 || ran.exit === 5
  return {
    isRefused: ran.exit === 5,
    ...(isKnown ? {} : { wrong: `${name}: exit ${ran.exit} ${ran.stderr}` }),
  }
}

/** The calls that were not refused. */
async function doneBy(actor: string, calls: Readonly<Record<string, Call>>, where: Where): Promise<string[]> {
  const done: string[] = []
  const wrong: string[] = []
  for (const [name, call] of Object.entries(calls)) {
    const tried = await triedAs({ actor, name, argv: call(places[where]) })
    if (tried.wrong) wrong.push(tried.wrong)
    if (!tried.isRefused) done.push(name)
  }
  expect(wrong).toEqual([])
  return done.sort()
}

describe.each(Object.entries(actors))('acting as %s', (actor, allowed) => {
  it.each(wheres)('does what is written, and nothing else: at %s', async (where) => {
    expect(await doneBy(actor, grantable, where)).toEqual([...(allowed[where] ?? [])].sort())
  })

  it('does nothing that is for Cambridge staff', async () => {
    expect(await doneBy(actor, staffOnly, 'a school')).toEqual([])
  })
})

describe('without any right', () => {
  it.each(powerless)('does nothing at all: %s', async (actor) => {
    expect(await doneBy(actor, { ...grantable, ...staffOnly }, 'a school')).toEqual([])
  })
})
