import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wholeProgram } from '../../src/cli.ts'
import { looking, withoutActor } from '../../src/rules/matrix.ts'
import { isAction } from '../../src/rules/permissions.ts'
import { newWorld, type World } from '../world.ts'

/** Where a command is tried, and whom it is done to there. */
interface Place {
  centre: string
  teacher: string
  other: string
  admin: string
}

const places = {
  own: {
    centre: 'EG001',
    teacher: 'teacher@own.example',
    other: 'other@own.example',
    admin: 'second@own.example',
  },
  anothers: {
    centre: 'EG002',
    teacher: 'teacher@far.example',
    other: 'other@far.example',
    admin: 'second@far.example',
  },
  associate: {
    centre: 'CA101',
    teacher: 'teacher@branch.example',
    other: 'other@branch.example',
    admin: 'second@branch.example',
  },
} satisfies Record<string, Place>
type Where = keyof typeof places
const wheres: readonly Where[] = ['own', 'anothers', 'associate']

/** How each command that changes something is called; one that is not here fails the build. */
const calls: Readonly<Record<string, (place: Place) => string[]>> = {
  'centres.import': () => ['nothing.xlsx'],
  'centres.apply': () => ['nothing.plan'],
  'centres.imports.undo': () => ['1'],
  'centres.pins': () => ['1', '--out', 'pins.xlsx'],
  'centres.create': () => ['EG900', '--name', 'New School', '--country', 'Egypt'],
  'centres.edit': ({ centre }) => [centre, '--name', 'Other name'],
  'centres.delete': ({ centre }) => [centre],
  'centres.restore': ({ centre }) => [centre],
  'users.add': ({ centre }) => ['New Person <new@own.example>', '--centre', centre],
  'users.edit': ({ teacher }) => [teacher, '--first-name', 'Other'],
  'users.suspend': ({ teacher }) => [teacher],
  'users.restore': ({ teacher }) => [teacher],
  'users.delete': ({ teacher }) => [teacher, '--suspend'],
  'users.transfer': ({ teacher, other }) => [teacher, '--to', other],
  'users.move': ({ teacher }) => [teacher, '--to', 'EG002'],
  'users.remove': ({ teacher }) => [teacher],
  'users.reset-password': ({ teacher }) => [teacher],
  'users.pin': ({ teacher }) => [teacher],
  'users.erase': ({ teacher }) => [teacher],
  'coordinator.add': ({ centre }) => [centre, 'New Person <new@own.example>'],
  'coordinator.change': ({ centre, admin }) => [centre, '--to', admin],
  'coordinator.suspend': ({ centre }) => [centre],
  'coordinator.restore': ({ centre }) => [centre],
  'associates.assign': ({ admin, centre }) => [admin, centre],
  'associates.unassign': ({ admin, centre }) => [admin, centre],
  'roles.grant': ({ teacher }) => [teacher, 'submit-teacher'],
  'roles.revoke': ({ teacher }) => [teacher, 'submit-teacher'],
  'progression-tests.import': () => ['nothing.xlsx'],
  'mail.send': () => [],
  'mail.cancel': () => ['1'],
  'templates.edit': () => ['invitation'],
  'templates.preview': ({ teacher }) => ['invitation', '--to', teacher],
  'templates.reset': () => ['invitation'],
  'store.init': () => [],
  'store.backup': () => ['backup.db'],
  'store.restore': () => ['backup.db'],
  'store.rekey': () => [],
  'store.accept-clock': () => [],
  'store.migrate': () => [],
  seed: () => ['--centres', '1', '--users', '1', '--seed', '1'],
}

/** What everybody may try, and what only Cambridge staff, as domain.md says it, actor by actor. */
const manage = [
  'users.edit',
  'users.suspend',
  'users.restore',
  'users.delete',
  'users.transfer',
  'users.remove',
  'users.reset-password',
  'users.pin',
]
const coordinating = ['coordinator.add', 'coordinator.change', 'coordinator.suspend', 'coordinator.restore']
const granting = ['roles.grant', 'roles.revoke']
type Allowed = Partial<Record<Where, readonly string[]>>
const actors: Readonly<Record<string, Allowed>> = {
  'coordinator@own.example': { own: ['users.add', ...manage] },
  'admin@own.example': { own: ['users.add', ...manage] },
  'manager@own.example': { own: ['users.add', ...manage, ...granting] },
  'officer@own.example': {},
  'plain@own.example': {},
  'coordinator@branch.example': { associate: ['users.add', ...manage] },
  'admin@branch.example': { associate: ['users.add', ...manage] },
  'coordinator@associate.example': { associate: coordinating },
  'manager@associate.example': { associate: [...coordinating, 'users.add', ...manage, ...granting] },
  'admin@associate.example': {},
}

async function people(world: World): Promise<void> {
  await world.centre('EG001', { coordinator: 'coordinator@own.example' })
  await world.user('admin@own.example', { centre: 'EG001', hubRole: 'admin' })
  await world.user('manager@own.example', { centre: 'EG001', hubRole: null, roles: ['user-management'] })
  await world.user('officer@own.example', { centre: 'EG001', hubRole: null, roles: ['exams-officer'] })
  await world.user('plain@own.example', { centre: 'EG001' })
  await world.centre('EG002', { coordinator: 'coordinator@far.example' })
  await world.centre('CA001', { kind: 'associate', coordinator: 'coordinator@associate.example' })
  await world.user('admin@associate.example', { centre: 'CA001', hubRole: 'admin' })
  await world.user('manager@associate.example', {
    centre: 'CA001',
    hubRole: 'admin',
    roles: ['user-management'],
  })
  await world.centre('CA101', { associate: 'CA001', coordinator: 'coordinator@branch.example' })
  await world.user('admin@branch.example', { centre: 'CA101', hubRole: 'admin' })
  for (const { centre, teacher, other, admin } of Object.values(places)) {
    await world.user(teacher, { centre })
    await world.user(other, { centre })
    await world.user(admin, { centre, hubRole: 'admin' })
  }
  for (const email of ['coordinator@associate.example', 'manager@associate.example']) {
    expect((await world.run(['associates', 'assign', email, 'CA101'])).exit).toBe(0)
  }
}

function changingCommands(of: Command, words: readonly string[] = []): string[] {
  const isChanging = of.commands.length === 0 && of.options.some(({ long }) => long === '--dry-run')
  const below = of.commands.flatMap((part) => changingCommands(part, [...words, part.name()]))
  return isChanging ? [words.join('.')] : below
}

const program = await wholeProgram()
const commands = changingCommands(program)
const gated = commands.filter((name) => {
  const [noun = ''] = name.split('.')
  return !looking.includes(name) && !withoutActor.includes(name) && !withoutActor.includes(noun)
})

describe('every command that changes something', () => {
  it('is an action of the matrix', () => {
    expect(gated.filter((name) => !isAction(name))).toEqual([])
  })

  it('has its row here', () => {
    expect(gated.filter((name) => calls[name] === undefined)).toEqual([])
  })
})

describe.each(Object.entries(actors))('acting as %s', (actor, allowed) => {
  let world: World
  beforeAll(async () => {
    world = newWorld()
    await people(world)
  })
  afterAll(() => world.close())

  it.each(wheres)('does at the centre (%s) what is written, and nothing else', async (where) => {
    const done: string[] = []
    const other: string[] = []
    for (const name of gated) {
      const call = calls[name] ?? (() => [])
      const argv = [...name.split('.'), ...call(places[where]), '--as', actor, '--dry-run', '--yes', '--json']
      const ran = await world.run(argv)
      if (ran.exit !== 5) done.push(name)
      if (![0, 3, 5].includes(ran.exit)) other.push(`${name}: ${ran.exit} ${ran.stderr}`)
    }
    expect(other).toEqual([])
    expect(done.sort()).toEqual([...(allowed[where] ?? [])].sort())
  })
})
