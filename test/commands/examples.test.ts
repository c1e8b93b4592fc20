import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { everyCommand } from '../../docs/command-tree.ts'
import { typedExample, worldFor } from '../example-worlds.ts'

const leaves = (await everyCommand()).filter(({ examples }) => examples.length > 0)

/** Exits 8 and 9 are answers: rows held back, and messages that wait. */
const answers = [0, 8, 9]

describe.each(leaves)('the help of $words', ({ words, examples }) => {
  it.each(examples.map((example) => ({ example })))('can be followed: $example', async ({ example }) => {
    const world = await worldFor({ words, example })
    try {
      const { argv, stdinFrom } = typedExample(example)
      const stdin = stdinFrom && readFileSync(world.path(stdinFrom), 'utf8')
      const ran = await world.run(argv, { stdin })
      expect(answers, ran.stderr).toContain(ran.exit)
    } finally {
      await world.close()
    }
  })
})
