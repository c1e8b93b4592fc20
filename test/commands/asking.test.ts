import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wholeProgram } from '../../src/cli/run.ts'
import { holding } from '../holding.ts'
import { newWorld, type World } from '../world.ts'

const teacher = 'teacher@school.example'
const other = 'other@school.example'

interface Asks {
  argv: readonly string[]
  /** A part of the question. */
  question: string
  /** The same where nothing is to do: nothing is asked, and it ends with 0. */
  nothing?: { prepare: readonly string[]; argv?: readonly string[] }
  prepare?: (world: World) => Promise<unknown>
}

const roster = (world: World, name = 'roster.csv') =>
  writeFileSync(
    world.path(name),
    'Centre number,Centre name,Country,Email\nEG005,Red Sea School,Egypt,red@sea.example\n',
  )
const run = (world: World, ...argv: string[]) => world.run([...argv, '--yes'])
const deleted = (world: World) => run(world, 'users', 'delete', teacher, '--suspend')
const backedUp = async (world: World) => {
  await run(world, 'store', 'backup', 'kept.db')
  await (await world.store()).close()
}
const imported = async (world: World) => {
  roster(world)
  await run(world, 'centres', 'import', 'roster.csv', '--pins-out', 'pins.csv')
}

/** What each command that asks asks for, by its words. */
const asking: Readonly<Record<string, Asks>> = {
  'centres import': {
    argv: ['roster.csv'],
    question: 'Create 1 centre and 1 user?',
    prepare: async (world) => roster(world),
  },
  'centres apply': {
    argv: ['autumn.plan'],
    question: '1 centre',
    prepare: async (world) => {
      roster(world)
      await world.run(['centres', 'import', 'roster.csv', '--plan-out', 'autumn.plan'])
    },
  },
  'centres imports undo': {
    argv: ['1'],
    question: 'Take back import 1',
    prepare: imported,
    nothing: { prepare: ['centres', 'imports', 'undo', '1'] },
  },
  'centres pins': { argv: ['1', '--out', 'pins.csv'], question: 'Replace', prepare: imported },
  'centres edit': { argv: ['EG001', '--name', 'Far School'], question: 'EG002 is called Far School too' },
  'centres delete': {
    argv: ['EG002'],
    question: 'Delete',
    nothing: { prepare: ['centres', 'delete', 'EG002'] },
  },
  'centres export': {
    argv: ['there.csv'],
    question: 'Replace',
    prepare: async (world) => writeFileSync(world.path('there.csv'), ''),
  },
  'centres sample': {
    argv: ['there.csv'],
    question: 'Replace',
    prepare: async (world) => writeFileSync(world.path('there.csv'), ''),
  },
  'users sample': {
    argv: ['there.csv'],
    question: 'Replace',
    prepare: async (world) => writeFileSync(world.path('there.csv'), ''),
  },
  'progression-tests sample': {
    argv: ['there.csv'],
    question: 'Replace',
    prepare: async (world) => writeFileSync(world.path('there.csv'), ''),
  },
  'users edit': {
    argv: [teacher, '--email', 'new@school.example'],
    question: 'The address becomes new@school.example',
    nothing: {
      prepare: ['users', 'edit', teacher, '--email', 'new@school.example'],
      argv: ['new@school.example', '--email', 'new@school.example'],
    },
  },
  'users suspend': {
    argv: [teacher],
    question: 'Suspend',
    nothing: { prepare: ['users', 'suspend', teacher] },
  },
  'users delete': {
    argv: [teacher, '--suspend'],
    question: 'Delete',
    nothing: { prepare: ['users', 'delete', teacher, '--suspend'] },
  },
  'users transfer': {
    argv: [teacher, '--to', other],
    question: 'Transfer 1 learner group',
    prepare: (world) => holding(world, teacher),
    nothing: { prepare: ['users', 'transfer', teacher, '--to', other] },
  },
  'users move': {
    argv: [teacher, '--to', 'EG002'],
    question: 'Move to EG002',
    nothing: { prepare: ['users', 'move', teacher, '--to', 'EG002'] },
  },
  'users remove': {
    argv: [teacher],
    question: 'Remove from the centre',
    nothing: { prepare: ['users', 'remove', teacher] },
  },
  'users reset-password': { argv: [teacher], question: 'Send a message to choose a password to' },
  'users pin': {
    argv: ['red@sea.example'],
    question: 'Void it, and issue a new one?',
    prepare: imported,
  },
  'users erase': { argv: [teacher], question: 'Erase the name and address', prepare: deleted },
  'coordinator add': {
    argv: ['EG002', 'Nour Said <nour@school.example>'],
    question: 'the coordinator of',
  },
  'coordinator change': {
    argv: ['EG001', '--to', 'admin@school.example'],
    question: 'the coordinator of',
    nothing: { prepare: ['coordinator', 'change', 'EG001', '--to', 'admin@school.example'] },
  },
  'coordinator suspend': {
    argv: ['EG001'],
    question: 'Suspend',
    nothing: { prepare: ['coordinator', 'suspend', 'EG001'] },
  },
  'store rekey': { argv: [], question: 'a new key?' },
  'store restore': { argv: ['kept.db'], question: 'Restore', prepare: backedUp },
  'store backup': {
    argv: ['kept.db'],
    question: 'Replace it?',
    prepare: async (world) => writeFileSync(world.path('kept.db'), ''),
  },
  'templates reset': {
    argv: ['invitation'],
    question: 'its shipped words back?',
    prepare: async (world) => {
      const shown = await world.run(['templates', 'show', 'invitation'])
      writeFileSync(world.path('words.txt'), shown.stdout.replace('Dear', 'Hello'))
      await run(world, 'templates', 'edit', 'invitation', '--from', 'words.txt')
    },
    nothing: { prepare: ['templates', 'reset', 'invitation'] },
  },
}

/** What changes something and asks for no consent, so that a new command says which it is. */
const notAsking: readonly string[] = [
  'centres create',
  'centres restore',
  'users add',
  'users restore',
  'coordinator restore',
  'associates assign',
  'associates unassign',
  'roles grant',
  'roles revoke',
  'progression-tests import',
  'mail send',
  'mail cancel',
  'templates edit',
  'templates preview',
  'store init',
  // Tried in tests of their own: an empty store, a clock that was set back, a store of an older version.
  'seed',
  'store accept-clock',
  'store migrate',
]

function mutations(of: Command, words: readonly string[] = []): string[] {
  if (of.commands.length > 0) return of.commands.flatMap((part) => mutations(part, [...words, part.name()]))
  return of.options.some(({ long }) => long === '--dry-run') ? [words.join(' ')] : []
}
const commands = mutations(await wholeProgram())

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile School', coordinator: 'coordinator@school.example' })
  await world.centre('EG002', { name: 'Far School' })
  await world.user(teacher, { centre: 'EG001' })
  await world.user(other, { centre: 'EG001', sites: ['cambridge-primary', 'cambridge-lower-secondary'] })
  await world.user('admin@school.example', { centre: 'EG001', hubRole: 'admin' })
})
afterEach(() => world.close())

const events = async () =>
  (await world.run(['audit', 'list', '--kind', 'change', '--format', 'count'])).stdout

describe('asking', () => {
  it('is decided for every command that changes something', () => {
    expect([...Object.keys(asking), ...notAsking].sort()).toEqual([...commands].sort())
  })

  it.each(Object.entries(asking))(
    'is a mistake of the call where nobody is there, names the flag and the question, and changes nothing: %s',
    async (words, { argv, question, prepare }) => {
      await prepare?.(world)
      const had = await events()
      for (const more of [[], ['--no-input']]) {
        const ran = await world.run([...words.split(' '), ...argv, '--json', ...more], { stdin: 'y\ny\ny\n' })
        expect({ exit: ran.exit, stderr: ran.stderr }).toMatchObject({ exit: 2 })
        expect(ran.error()).toMatchObject({ code: 'answer-needed', hint: '--yes' })
        expect(ran.error().message).toContain(question)
        expect(ran.stdout).toBe('')
      }
      expect(await events()).toBe(had)
    },
  )

  it.each(Object.entries(asking))(
    'is answered by --yes, and not needed for a rehearsal: %s',
    async (words, { argv, prepare }) => {
      await prepare?.(world)
      for (const more of ['--dry-run', '--yes']) {
        const ran = await world.run([...words.split(' '), ...argv, '--json', more])
        expect([0, 9], ran.stderr).toContain(ran.exit)
      }
    },
  )

  it.each(
    Object.entries(asking).flatMap(([words, { argv, prepare, nothing }]) =>
      nothing ? [{ words, argv, prepare, nothing }] : [],
    ),
  )('is left out where there is nothing to do: $words', async ({ words, argv, prepare, nothing }) => {
    await prepare?.(world)
    expect([0, 9]).toContain((await world.run([...nothing.prepare, '--yes'])).exit)
    const ran = await world.run([...words.split(' '), ...(nothing.argv ?? argv), '--json'])
    expect({ exit: ran.exit, stderr: ran.stderr }).toEqual({ exit: 0, stderr: '' })
  })

  it.each([
    ['centres import nothing.xlsx', 6],
    ['centres apply nothing.plan', 6],
    ['store restore nothing.db', 6],
    [`users suspend nobody@school.example`, 4],
    [`users delete ${teacher}`, 3],
    ['coordinator suspend EG002', 3],
    ['centres pins 7 --out there.csv', 4],
    ['mail show 7 --html there.csv', 4],
    ['centres export there.csv --as nobody@school.example', 5],
    ['audit export there.csv --as nobody@school.example', 5],
  ])('comes after what stands in the way: %s', async (call, exit) => {
    writeFileSync(world.path('there.csv'), 'mine')
    expect(await world.run([...call.split(' '), '--json'])).toMatchObject({ exit })
  })

  it.each([
    ['--admin', 'They get the role admin'],
    ['--no-admin', 'They lose the role admin'],
    ['--add-role submit-teacher', 'They get the role submit-teacher'],
    ['--remove-role access-to-scripts', 'They lose the role access-to-scripts'],
  ])('comes before any change of rights: users edit %s', async (more, question) => {
    const holder = { centre: 'EG001', hubRole: 'admin', roles: ['access-to-scripts'] } as const
    await world.user('holder@school.example', holder)
    const whom = more === '--admin' ? teacher : 'holder@school.example'
    const ran = await world.run(['users', 'edit', whom, ...more.split(' '), '--json'])
    expect([ran.exit, ran.error().code]).toEqual([2, 'answer-needed'])
    expect(ran.error().message).toContain(question)
  })

  it('leaves no store where an import was not agreed to', async () => {
    const fresh = newWorld()
    roster(fresh)
    expect(await fresh.run(['centres', 'import', 'roster.csv', '--json'])).toMatchObject({ exit: 2 })
    expect(existsSync(fresh.db)).toBe(false)
    await fresh.close()
  })

  it('leaves a file that is there as it was', async () => {
    writeFileSync(world.path('there.csv'), 'mine')
    await world.run(['centres', 'export', 'there.csv'])
    expect(readFileSync(world.path('there.csv'), 'utf8')).toBe('mine')
  })
})
