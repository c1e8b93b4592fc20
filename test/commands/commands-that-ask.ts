import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { wholeProgram } from '../../src/cli/program.ts'
import { holding } from '../holding.ts'
import { testServer } from '../shared-store.ts'
import { writeOlderStore } from '../stores/older-store.ts'
import type { World } from '../world.ts'

export const teacher = 'teacher@school.example'
const other = 'other@school.example'

export interface Asks {
  argv: readonly string[]
  /** A part of the question. */
  question: string
  /** The same where nothing is to do: nothing is asked, and it ends with 0. */
  nothing?: { prepare: readonly string[]; argv?: readonly string[] }
  prepare?: (world: World) => Promise<unknown>
  /** What somebody else does while the question is open, so that what was agreed to is not so any more. */
  meanwhile: (world: World) => Promise<unknown>
  /** Refused by the rule itself then, with this code. */
  refusedAs?: string
  /** It cannot be rehearsed: nothing is changed but a file. */
  writesOnlyAFile?: true
  /** All that the question says stands in the plan, which is the answer of a rehearsal. */
  answersWithPlan?: true
}

export const roster = (world: World, name = 'roster.csv') =>
  writeFileSync(
    world.path(name),
    'Centre number,Centre name,Country,Email\nEG005,Red Sea School,Egypt,red@sea.example\n',
  )
const does = (line: string) => async (world: World) => {
  const ran = await world.run([...line.split(' '), '--yes'])
  if (![0, 9].includes(ran.exit)) throw new Error(`${line} ended with ${ran.exit}: ${ran.stderr}`)
}
const deleted = does(`users delete ${teacher} --suspend`)
const renamed = does(`users edit ${teacher} --last-name Aziz`)
const erased = async (world: World) => {
  await deleted(world)
  await does(`users erase ${teacher}`)(world)
}
const backedUp = async (world: World) => {
  await does('store backup kept.db')(world)
  await (await world.store()).close()
}
const imported = async (world: World) => {
  roster(world)
  await does('centres import roster.csv --pins-out pins.csv')(world)
}
const writing = (name: string, text: string) => async (world: World) => writeFileSync(world.path(name), text)

/** A file that is there already, and is another when the answer comes. */
const replacing = {
  argv: ['there.csv'],
  question: 'Replace',
  prepare: writing('there.csv', ''),
  meanwhile: writing('there.csv', 'somebody else wrote this'),
}
/** The letter with these words in the place of its greeting. */
const worded = (greeting: string) => async (world: World) => {
  const shown = await world.run(['templates', 'show', 'invitation'])
  writeFileSync(world.path('words.txt'), shown.stdout.replace(/Dear|Hello/g, greeting))
  await does('templates edit invitation --from words.txt')(world)
}
const uploadedResource = async (world: World) => {
  writeFileSync(world.path('first.txt'), 'first')
  await does('resources upload first.txt --title Listening --kind other --series 2026-06')(world)
}
const entriesOf = (candidates: number) =>
  `Centre number,Series,Component,Candidates\nEG001,2026-06,0500/12,${candidates}\n`
const keyTimesAt = (time: string) => `Country,Administrative zone,Session,Local time\nEgypt,3,AM,${time}\n`
const drafted = async (world: World) => {
  writeFileSync(world.path('first.txt'), 'first')
  await does('resources upload first.txt --title Text --kind other --series 2026-06 --component 0500/12')(
    world,
  )
  await does('releases create June --resource 1 --opens 2026-03-01T08:00Z --for all')(world)
}
const opened = async (world: World) => {
  await drafted(world)
  writeFileSync(world.path('some.csv'), entriesOf(12))
  await does('releases publish June')(world)
}
const openedByKeyTime = async (world: World) => {
  await opened(world)
  writeFileSync(world.path('first.csv'), keyTimesAt('10:00'))
  await does('key-times import first.csv')(world)
  const opens = ['--opens', 'key-time AM 2026-03-02']
  await world.run(['releases', 'edit', 'June', ...opens, '--yes'])
}
const uploadedHelp = async (world: World) => {
  writeFileSync(world.path('first.txt'), 'first')
  await does('help-documents upload first.txt --title Help')(world)
}
const later = new Date('2026-03-09T09:00:00.000Z')
const laterStill = new Date('2026-03-10T09:00:00.000Z')

/** What each command that asks asks for, by its words. */
export const asking: Readonly<Record<string, Asks>> = {
  'centres import': {
    argv: ['roster.csv', '--partial'],
    question: 'Create 1 centre and 1 user?',
    answersWithPlan: true,
    prepare: async (world) => roster(world),
    meanwhile: does('centres create EG005 --name Elsewhere --country EG'),
  },
  'centres apply': {
    argv: ['autumn.plan'],
    question: '1 centre',
    answersWithPlan: true,
    prepare: async (world) => {
      roster(world)
      await world.run(['centres', 'import', 'roster.csv', '--plan-out', 'autumn.plan'])
    },
    meanwhile: does('centres create EG005 --name Elsewhere --country EG'),
  },
  'centres imports show': {
    ...replacing,
    argv: ['1', '--report', 'there.html'],
    prepare: async (world) => {
      await imported(world)
      writeFileSync(world.path('there.html'), '')
    },
    meanwhile: writing('there.html', 'somebody else wrote this'),
    writesOnlyAFile: true,
  },
  'centres imports undo': {
    argv: ['1'],
    question: 'Take back import 1',
    prepare: imported,
    nothing: { prepare: ['centres', 'imports', 'undo', '1'] },
    meanwhile: does('centres edit EG005 --name Elsewhere'),
  },
  'centres pins': {
    ...replacing,
    argv: ['1', '--out', 'pins.csv'],
    prepare: imported,
    meanwhile: writing('pins.csv', 'somebody else wrote this'),
  },
  'centres edit': {
    argv: ['EG001', '--name', 'Far School'],
    question: 'EG002 is called Far School too',
    meanwhile: does('centres edit EG002 --name Elsewhere'),
  },
  'centres delete': {
    argv: ['EG002'],
    question: 'Delete',
    nothing: { prepare: ['centres', 'delete', 'EG002'] },
    meanwhile: (world) => world.user('newcomer@school.example', { centre: 'EG002' }),
  },
  'centres export': replacing,
  'centres sample': replacing,
  'users sample': replacing,
  'resources withdraw': {
    argv: ['1'],
    question: 'so that nobody but Cambridge staff can download it?',
    prepare: uploadedResource,
    nothing: { prepare: ['resources', 'withdraw', '1'] },
    meanwhile: (world) => world.tamper("update resources set title = 'Another'"),
  },
  'resources restore': {
    argv: ['1'],
    question: 'open it now for 2 centres',
    prepare: async (world) => {
      await opened(world)
      await does('resources withdraw 1')(world)
    },
    nothing: { prepare: ['resources', 'restore', '1'] },
    meanwhile: does('centres create EG007 --name Elsewhere --country EG'),
  },
  'resources download': {
    ...replacing,
    argv: ['1', '--out', 'there.csv'],
    prepare: async (world) => {
      await uploadedResource(world)
      await replacing.prepare(world)
    },
    writesOnlyAFile: true,
  },
  'help-documents download': {
    ...replacing,
    argv: ['1', '--out', 'there.csv'],
    prepare: async (world) => {
      await uploadedHelp(world)
      await replacing.prepare(world)
    },
    writesOnlyAFile: true,
  },
  'releases publish': {
    argv: ['June'],
    question: 'Release it: it opens at once for 2 centres?',
    prepare: drafted,
    nothing: { prepare: ['releases', 'publish', 'June'] },
    meanwhile: does('centres create EG007 --name Elsewhere --country EG'),
  },
  'releases withdraw': {
    argv: ['June'],
    question: 'Withdraw release',
    prepare: drafted,
    nothing: { prepare: ['releases', 'withdraw', 'June'] },
    meanwhile: (world) => world.tamper("update releases set opens = '2026-06-02T08:00:00.000Z'"),
  },
  'releases edit': {
    argv: ['June', '--opens', '2026-06-02T08:00Z'],
    question: 'would close for',
    prepare: opened,
    nothing: { prepare: ['releases', 'edit', 'June', '--opens', '2026-06-02T08:00Z'] },
    meanwhile: does('centres create EG007 --name Elsewhere --country EG'),
  },
  'releases authorisations': {
    ...replacing,
    argv: ['--out', 'there.csv'],
    writesOnlyAFile: true,
  },
  'entries import': {
    argv: ['none.csv'],
    question: 'would close for 1 centre',
    prepare: async (world) => {
      await opened(world)
      await does('entries import some.csv')(world)
      await does('releases edit June --for entries')(world)
      writeFileSync(world.path('none.csv'), entriesOf(0))
    },
    nothing: { prepare: ['entries', 'import', 'none.csv'] },
    meanwhile: does('releases withdraw June'),
  },
  'entries apply': {
    argv: ['none.plan'],
    question: 'would close for 1 centre',
    prepare: async (world) => {
      await opened(world)
      await does('entries import some.csv')(world)
      await does('releases edit June --for entries')(world)
      writeFileSync(world.path('none.csv'), entriesOf(0))
      await world.run(['entries', 'import', 'none.csv', '--plan-out', 'none.plan'])
    },
    meanwhile: does('releases withdraw June'),
  },
  'key-times apply': {
    argv: ['later.plan'],
    question: 'would close for',
    prepare: async (world) => {
      await openedByKeyTime(world)
      writeFileSync(world.path('later.csv'), keyTimesAt('11:30'))
      await world.run(['key-times', 'import', 'later.csv', '--plan-out', 'later.plan'])
    },
    meanwhile: does('releases withdraw June'),
  },
  'key-times import': {
    argv: ['later.csv'],
    question: 'would close for',
    prepare: async (world) => {
      await openedByKeyTime(world)
      writeFileSync(world.path('later.csv'), keyTimesAt('11:30'))
    },
    nothing: { prepare: ['key-times', 'import', 'later.csv'] },
    meanwhile: does('releases withdraw June'),
  },
  'key-times edit': {
    argv: ['1', '--local-time', '11:30'],
    question: 'would close for',
    prepare: openedByKeyTime,
    nothing: { prepare: ['key-times', 'edit', '1', '--local-time', '11:30'] },
    meanwhile: does('releases withdraw June'),
  },
  'roles revoke': {
    argv: ['admin@school.example', 'exams-officer'],
    question: 'would close for 1 person',
    prepare: async (world) => {
      await does('roles grant admin@school.example exams-officer')(world)
      await does('users edit admin@school.example --no-admin')(world)
      await opened(world)
    },
    nothing: { prepare: ['roles', 'revoke', 'admin@school.example', 'exams-officer'] },
    meanwhile: does('releases withdraw June'),
  },
  'help-documents replace': {
    argv: ['1', 'second.txt'],
    question: 'in the place of',
    prepare: async (world) => {
      await uploadedHelp(world)
      writeFileSync(world.path('second.txt'), 'second')
    },
    nothing: { prepare: ['help-documents', 'replace', '1', 'second.txt'] },
    meanwhile: (world) => world.tamper("update help_documents set title = 'Another'"),
  },
  'help-documents withdraw': {
    argv: ['1'],
    question: "Withdraw 'Help', so that nobody but Cambridge staff sees it any more?",
    prepare: uploadedHelp,
    nothing: { prepare: ['help-documents', 'withdraw', '1'] },
    meanwhile: (world) => world.tamper("update help_documents set title = 'Another'"),
  },
  'progression-tests sample': replacing,
  'entries sample': replacing,
  'key-times sample': replacing,
  'audit export': { ...replacing, writesOnlyAFile: true },
  'mail show': {
    ...replacing,
    argv: ['1', '--html', 'there.html'],
    prepare: async (world) => {
      await does(`users reset-password ${teacher}`)(world)
      writeFileSync(world.path('there.html'), '')
    },
    meanwhile: writing('there.html', 'somebody else wrote this'),
    writesOnlyAFile: true,
  },
  'users edit': {
    argv: [teacher, '--email', 'new@school.example'],
    question: 'The address becomes new@school.example',
    nothing: {
      prepare: ['users', 'edit', teacher, '--email', 'new@school.example'],
      argv: ['new@school.example', '--email', 'new@school.example'],
    },
    meanwhile: renamed,
  },
  'users suspend': {
    argv: [teacher],
    question: 'Suspend',
    nothing: { prepare: ['users', 'suspend', teacher] },
    meanwhile: renamed,
  },
  'users delete': {
    argv: [teacher, '--suspend'],
    question: 'Delete',
    nothing: { prepare: ['users', 'delete', teacher, '--suspend'] },
    meanwhile: renamed,
  },
  'users transfer': {
    argv: [teacher, '--to', other],
    question: 'Transfer 1 learner group',
    prepare: (world) => holding(world, teacher),
    nothing: { prepare: ['users', 'transfer', teacher, '--to', other] },
    meanwhile: (world) => holding(world, teacher, { group: '5A' }),
  },
  'users move': {
    argv: [teacher, '--to', 'EG002'],
    question: '(EG001) to EG002?',
    nothing: { prepare: ['users', 'move', teacher, '--to', 'EG002'] },
    meanwhile: renamed,
  },
  'users remove': {
    argv: [teacher],
    question: '(EG001) from the centre?',
    nothing: { prepare: ['users', 'remove', teacher] },
    meanwhile: renamed,
  },
  'users reset-password': {
    argv: [teacher],
    question: 'Send a message to choose a password to',
    meanwhile: renamed,
  },
  'users pin': {
    argv: ['red@sea.example'],
    question: 'Void it, and issue a new one?',
    prepare: imported,
    meanwhile: does('users edit red@sea.example --last-name Aziz'),
  },
  'users erase': {
    argv: [teacher],
    question: 'Erase the name and address',
    prepare: deleted,
    // A second account of that address.
    meanwhile: async (world) => {
      await world.user(teacher, { centre: 'EG002' })
      await deleted(world)
    },
  },
  'coordinator add': {
    argv: ['EG002', 'Nour Said <nour@school.example>'],
    question: 'the coordinator of',
    meanwhile: does('centres edit EG002 --name Elsewhere'),
  },
  'coordinator change': {
    argv: ['EG001', '--to', 'admin@school.example'],
    question: 'the coordinator of',
    nothing: { prepare: ['coordinator', 'change', 'EG001', '--to', 'admin@school.example'] },
    meanwhile: does('users edit admin@school.example --last-name Aziz'),
  },
  'coordinator suspend': {
    argv: ['EG001'],
    question: 'Suspend',
    nothing: { prepare: ['coordinator', 'suspend', 'EG001'] },
    meanwhile: (world) => world.user('newcomer@school.example', { centre: 'EG001' }),
  },
  'store rekey': {
    argv: [],
    question: 'a new key?',
    prepare: imported,
    meanwhile: does('users reset-password red@sea.example'),
  },
  'store restore': {
    argv: ['kept.db'],
    question: 'Restore',
    prepare: backedUp,
    // On a server the question says that other changes stay in the store that is kept.
    meanwhile: testServer === undefined ? renamed : erased,
  },
  'store backup': {
    ...replacing,
    argv: ['kept.db'],
    prepare: writing('kept.db', ''),
    meanwhile: writing('kept.db', 'somebody else wrote this'),
  },
  'store copy': {
    argv: ['--to', 'moved.db'],
    question: 'Copy',
    meanwhile: renamed,
  },
  'store migrate': {
    argv: ['--db', 'older.db'],
    question: 'up to date, from version',
    prepare: async (world) => {
      world.setClock('2026-11-26T09:00:00.000Z')
      await writeOlderStore(world.path('older.db'), 2)
    },
    meanwhile: (world) => writeOlderStore(world.path('older.db'), 1),
  },
  'store accept-clock': {
    argv: [],
    question: 'Is the clock right',
    prepare: async (world) => {
      const now = new Date(world.now)
      world.setClock(later)
      await renamed(world)
      world.setClock(now)
    },
    meanwhile: (world) => world.run(['users', 'suspend', teacher, '--yes'], { at: laterStill }),
  },
  'templates reset': {
    argv: ['invitation'],
    question: 'its shipped words back?',
    prepare: worded('Hello'),
    nothing: { prepare: ['templates', 'reset', 'invitation'] },
    meanwhile: worded('Good morning'),
  },
  seed: {
    argv: ['--centres', '1', '--users', '1', '--db', 'trial.db'],
    question: 'Fill the store',
    meanwhile: does('centres create EG005 --name Elsewhere --country EG --db trial.db'),
    refusedAs: 'store-not-empty',
  },
}

/** What changes something and asks for no consent, so that a new command says which it is. */
export const notAsking: readonly string[] = [
  // Its lines are refused where they would ask.
  'batch',
  'centres create',
  'centres restore',
  'users add',
  'users restore',
  'coordinator restore',
  'associates assign',
  'associates unassign',
  'roles grant',
  'progression-tests import',
  'resources upload',
  'releases create',
  'help-documents upload',
  'mail send',
  'mail cancel',
  'templates edit',
  'templates preview',
  'store init',
  'config set',
  'config unset',
  'config edit',
  // What its owner does, who is asked for secrets alone.
  'account request',
  'account activate',
  'account set-up',
  'account verify',
  'account sign-in',
]

/** Whatever can change something, or asks; each has a row above. */
function mutations(of: Command, words: readonly string[] = []): string[] {
  if (of.commands.length > 0) return of.commands.flatMap((part) => mutations(part, [...words, part.name()]))
  return of.options.some(({ long }) => long === '--dry-run' || long === '--yes') ? [words.join(' ')] : []
}

export const commands = mutations(await wholeProgram())

/** Whom the rows above are about. */
export async function makePeople(world: World): Promise<void> {
  await world.centre('EG001', { name: 'Nile School', coordinator: 'coordinator@school.example' })
  await world.centre('EG002', { name: 'Far School' })
  await world.user(teacher, { centre: 'EG001' })
  await world.user(other, { centre: 'EG001', sites: ['cambridge-primary', 'cambridge-lower-secondary'] })
  await world.user('admin@school.example', { centre: 'EG001', hubRole: 'admin' })
}
