import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { questionOnOneLine } from '../../src/cli/confirm.ts'
import { commandLine } from '../../src/cli/typed-line.ts'
import { eachOfCommands } from '../in-a-file.ts'
import { newWorld, type World } from '../world.ts'
import { asking, commands, makePeople, notAsking, roster, teacher } from './commands-that-ask.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await makePeople(world)
})
afterEach(() => world.close())

/** A question on one line. On a server what is kept of a store has a name of its own at each run, within one second too. */
const onOneLine = (text: string) =>
  questionOnOneLine(text).replace(/(_before_restore_[\d_]+z_)[\da-f]{4}/g, '$1XXXX')

/** What a rehearsal says that it would ask, each on one line. */
const wouldAsk = ({ notices }: { notices: { code: string; message: string }[] }) =>
  notices.filter(({ code }) => code === 'would-ask').map(({ message }) => onOneLine(message))

const events = async () =>
  (await world.run(['audit', 'list', '--kind', 'change', '--format', 'count'])).stdout

describe('asking', () => {
  it('is decided for every command that changes something', () => {
    expect([...Object.keys(asking), ...notAsking].sort()).toEqual([...commands].sort())
  })

  eachOfCommands(Object.entries(asking))(
    'is a mistake of the call where nobody is there, names the flag and the question, and changes nothing: %s',
    async (words, { argv, question, prepare }) => {
      await prepare?.(world)
      const had = await events()
      for (const more of [[], ['--no-input']]) {
        const ran = await world.run([...words.split(' '), ...argv, '--json', ...more], { stdin: 'y\ny\ny\n' })
        expect({ exit: ran.exit, stderr: ran.stderr }).toMatchObject({ exit: 2 })
        const line = commandLine([...words.split(' '), ...argv, '--json', ...more, '--yes'])
        expect(ran.error()).toMatchObject({ code: 'answer-needed', hint: line })
        expect(ran.error().message).toContain(question)
        expect(ran.stdout).toBe('')
      }
      expect(await events()).toBe(had)
    },
  )

  it('names the line with --yes where options may stand, quoted, and repeats no password', async () => {
    const ran = await world.run([
      'centres',
      'delete',
      '--smtp',
      'smtp://u:secret@mail.example',
      '--',
      'EG001',
    ])
    expect([ran.exit, ran.stderr]).toEqual([
      2,
      expect.stringContaining(
        "hint:\n  ssh-admin centres delete --smtp 'smtp://u:***@mail.example' --yes -- EG001\n",
      ),
    ])
  })

  eachOfCommands(Object.entries(asking))(
    'is answered by --yes, and not needed for a rehearsal: %s',
    async (words, { argv, prepare, writesOnlyAFile }) => {
      await prepare?.(world)
      for (const more of writesOnlyAFile ? ['--yes'] : ['--dry-run', '--yes']) {
        const ran = await world.run([...words.split(' '), ...argv, '--json', more])
        expect([0, 9], ran.stderr).toContain(ran.exit)
      }
    },
  )

  eachOfCommands(Object.entries(asking).filter(([, { writesOnlyAFile }]) => !writesOnlyAFile))(
    'is said in a rehearsal, with all that the question says, at a terminal, in a pipe and in JSON: %s',
    async (words, { argv, prepare, answersWithPlan }) => {
      await prepare?.(world)
      const typed = [...words.split(' '), ...argv]
      const refused = (await world.run([...typed, '--json'])).error().message
      const asked = refused.slice(refused.indexOf('Not asked: ') + 'Not asked: '.length)
      const script = await world.run([...typed, '--dry-run', '--json'])
      expect([0, 9], script.stderr).toContain(script.exit)
      const told = onOneLine(`You would be asked: ${asked}`)
      expect(wouldAsk(script.json())).toEqual(answersWithPlan ? [] : [told])
      if (answersWithPlan) return
      const piped = await world.run([...typed, '--dry-run'])
      expect(piped.stdout).not.toContain('asked')
      expect(onOneLine(piped.stderr)).toContain(told)
      const seen = await world.run([...typed, '--dry-run'], { terminal: { columns: 400 } })
      expect(onOneLine(seen.stderr)).toContain(told)
      const done = await world.run([...typed, '--yes', '--json'])
      expect(wouldAsk(done.json())).toEqual([])
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
    ['store restore there.csv/nothing.db', 6],
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
