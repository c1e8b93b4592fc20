import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { everyCommand } from '../../docs/command-tree.ts'
import { itInAFile } from '../in-a-file.ts'
import { testServer } from '../shared-store.ts'
import { worldFor } from '../example-worlds.ts'
import { typedExample } from '../typed-example.ts'
import type { World } from '../world.ts'

const leaves = (await everyCommand()).filter(({ examples }) => examples.length > 0)

/** Exits 8 and 9 are answers: rows held back, and messages that wait. */
const answers = [0, 8, 9]

/** What the log says afterwards, the messages aside that were written: of every command that leaves a trace. */
const recorded: Readonly<Record<string, readonly string[]>> = {
  'centres import': ['centres.imported'],
  'centres apply': ['centres.imported'],
  'centres imports show': ['centres.imports.reported'],
  'centres imports undo': ['centres.import-undone'],
  'centres pins': ['pins.made-again'],
  'centres create': ['centres.created'],
  'centres edit': ['centres.edited'],
  'centres delete': ['centres.deleted'],
  'centres restore': ['centres.restored'],
  'centres export': ['centres.exported'],
  'users add': ['users.added'],
  'users edit': ['users.edited'],
  'users suspend': ['users.suspended'],
  'users restore': ['users.restored'],
  'users delete': ['users.suspended', 'users.deleted'],
  'users transfer': ['users.transferred'],
  'users move': ['users.moved'],
  'users remove': ['users.removed'],
  'users reset-password': ['users.password-reset'],
  'users pin': ['users.pin-issued'],
  'users erase': ['users.erased'],
  'coordinator add': ['coordinator.added'],
  'coordinator change': ['coordinator.changed'],
  'coordinator suspend': ['coordinator.suspended'],
  'coordinator restore': ['coordinator.restored'],
  'associates assign': ['associates.assigned'],
  'associates unassign': ['associates.unassigned'],
  'roles grant': ['roles.granted'],
  'roles revoke': ['roles.revoked'],
  'progression-tests import': ['progression-tests.imported'],
  'resources upload': ['resources.uploaded'],
  'resources download': ['resources.downloaded'],
  'resources withdraw': ['resources.withdrawn'],
  'resources restore': ['resources.restored'],
  'key-times import': ['key-times.imported'],
  'key-times apply': ['key-times.imported'],
  'key-times edit': ['key-times.edited'],
  'releases create': ['releases.created'],
  'releases edit': ['releases.edited'],
  'releases publish': ['releases.released'],
  'releases withdraw': ['releases.withdrawn'],
  'releases authorisations': ['releases.authorisations.written'],
  'entries import': ['entries.imported'],
  'entries apply': ['entries.imported'],
  'help-documents upload': ['help-documents.uploaded'],
  'help-documents download': ['help-documents.downloaded'],
  'help-documents replace': ['help-documents.replaced'],
  'help-documents withdraw': ['help-documents.withdrawn'],
  'account request': ['account.requested'],
  'account activate': ['account.password-chosen'],
  'account set-up': ['account.password-chosen'],
  'account verify': ['account.verified'],
  'account sign-in': ['account.signed-in'],
  'mail show': ['mail.shown'],
  'mail cancel': ['mail.cancelled'],
  'templates edit': ['templates.edited'],
  'templates preview': ['templates.previewed'],
  'templates reset': ['templates.reset'],
  'audit export': ['audit.exported'],
  'store init': ['store.begun'],
  'store backup': ['store.backed-up'],
  'store copy': ['store.copied'],
  'store rekey': ['store.rekeyed'],
  batch: ['users.suspended'],
  'users pin --show': ['users.pin-shown'],
  'centres import --report': ['centres.imported', 'centres.imports.reported'],
  'store restore': ['store.restored'],
}
/** Rehearsed, only looked at, or so already. */
const leavesNoTrace =
  /--dry-run|--plan-out|import centres.xlsx --yes --pins-out|centres imports show 1$|export -$|authorisations --centre/

function recordedOf({ words, example }: { words: string; example: string }): readonly string[] {
  if (leavesNoTrace.test(example)) return []
  const typed = example.split(' ')
  const names = Object.keys(recorded).filter((name) => {
    const [option] = name.split(' ').filter((word) => word.startsWith('--'))
    return name.startsWith(words) && (option ? typed.includes(option) : name === words)
  })
  return recorded[names.sort((one, other) => other.length - one.length)[0] ?? ''] ?? []
}

/** Each event by its number and what was done: of a store that was put in the place of another, those are its own. */
async function eventsIn(world: World): Promise<string[]> {
  if (testServer === undefined && !existsSync(world.db)) return []
  const rows = await world.rows<{ event: string }>(
    "select id || ' ' || action as event from audit order by id",
  )
  await world.closeStore()
  return rows.map(({ event }) => event)
}

/** They write a file, send what others owe, or their examples are about another store, or one that needs nothing. */
const others = ['sample', 'mail send', 'store migrate', 'store accept-clock', 'seed', 'config']

it('every other command that can be rehearsed says in its examples what the log says', () => {
  const rehearsing = leaves.filter(({ command }) => command.options.some(({ long }) => long === '--dry-run'))
  const missing = rehearsing.map(({ words }) => words).filter((words) => !(words in recorded))
  expect(missing.filter((words) => !others.some((other) => words.includes(other)))).toEqual([])
})

describe.each(leaves)('the help of $words', ({ words, command, examples }) => {
  const rehearses = command.options.some(({ long }) => long === '--dry-run')
  // They begin a store.
  const follows = words === 'seed' || words === 'store init' ? itInAFile : it
  follows.each(examples.map((example) => ({ example })))(
    'can be followed, and is in the log: $example',
    async ({ example }) => {
      const world = await worldFor({ words, example })
      try {
        const { argv, stdinFrom } = typedExample(example)
        const stdin = stdinFrom && readFileSync(world.path(stdinFrom), 'utf8')
        if (rehearses && !example.includes('--json')) {
          const { stderr } = await world.run([...argv, '--dry-run'], { stdin })
          expect(stderr.trimEnd().split('\n').at(-1)).toBe('This was a rehearsal: nothing was changed.')
        }
        const before = new Set(await eventsIn(world))
        const ran = await world.run(argv, { stdin })
        expect(answers, ran.stderr).toContain(ran.exit)
        const events = (await eventsIn(world)).filter((event) => !before.has(event))
        const done = new Set(events.map((event) => event.slice(event.indexOf(' ') + 1)))
        done.delete('mail.message-written')
        expect([...done]).toEqual(recordedOf({ words, example }))
      } finally {
        await world.close()
      }
    },
  )
})
