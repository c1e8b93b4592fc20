import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { everyCommand } from '../../docs/command-tree.ts'
import { worldFor } from '../example-worlds.ts'
import { typedExample } from '../typed-example.ts'

const leaves = (await everyCommand()).filter(({ examples }) => examples.length > 0)

/** Exits 8 and 9 are answers: rows held back, and messages that wait. */
const answers = [0, 8, 9]

describe.each(leaves)('the help of $words', ({ words, command, examples }) => {
  const rehearses = command.options.some(({ long }) => long === '--dry-run')
  it.each(examples.map((example) => ({ example })))('can be followed: $example', async ({ example }) => {
    const world = await worldFor({ words, example })
    try {
      const { argv, stdinFrom } = typedExample(example)
      const stdin = stdinFrom && readFileSync(world.path(stdinFrom), 'utf8')
      if (rehearses && !example.includes('--json')) {
        const { stderr } = await world.run([...argv, '--dry-run'], { stdin })
        expect(stderr.trimEnd().split('\n').at(-1)).toBe('This was a rehearsal: nothing was changed.')
      }
      const ran = await world.run(argv, { stdin })
      expect(answers, ran.stderr).toContain(ran.exit)
    } finally {
      await world.close()
    }
  })
})
