import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { everyCommand } from '../../docs/command-tree.ts'
import { answerOf } from '../../src/render/json.ts'
import { worldFor } from '../example-worlds.ts'
import { itInAFile } from '../in-a-file.ts'
import { typedExample } from '../typed-example.ts'

const leaves = await everyCommand()

it('each command has one published shape, and each shape a command', () => {
  expect(leaves.map(({ words }) => words).sort()).toEqual(Object.keys(answerOf).sort())
})

/** Exits 8 and 9 are answers: rows held back, and messages that wait. */
const answers = [0, 8, 9]

describe.each(leaves)('$words --json', ({ words, command, examples }) => {
  const ways = command.options.some(({ long }) => long === '--dry-run')
    ? [['--json'], ['--dry-run', '--json']]
    : [['--json']]
  const lines = examples.filter((example) => example.startsWith(`ssh-admin ${words}`))

  it('has an example', () => expect(lines).not.toEqual([]))

  // They begin a store.
  const answering = words === 'seed' || words === 'store init' ? itInAFile : it
  answering.each(lines.flatMap((example) => ways.map((more) => ({ example, more }))))(
    'answers in its published shape: $example $more',
    async ({ example, more }) => {
      const world = await worldFor({ words, example })
      try {
        const { argv, stdinFrom } = typedExample(example)
        if (argv.includes('-') && words === 'centres export') return
        const stdin = stdinFrom && readFileSync(world.path(stdinFrom), 'utf8')
        const ran = await world.run([...argv, ...more.filter((word) => !argv.includes(word))], { stdin })
        expect(answers, ran.stderr).toContain(ran.exit)
        // A batch answers with a document for each of its lines; the last counts them.
        const documents = words === 'batch' ? ran.stdout.trimEnd().split('\n') : [ran.stdout.trimEnd()]
        for (const text of documents) expect(text).toMatch(/^\{.*\}$/)
        const last: unknown = JSON.parse(documents.at(-1) ?? '')
        if (more.includes('--dry-run')) expect(last).toMatchObject({ dryRun: true })
      } finally {
        await world.close()
      }
    },
  )
})
