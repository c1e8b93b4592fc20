import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { everyCommand } from '../../docs/command-tree.ts'
import { worldFor } from '../example-worlds.ts'
import { typedExample } from '../typed-example.ts'

const parent = mkdtempSync(join(tmpdir(), 'ssh-admin-'))
const under = join(parent, 'with two words')
mkdirSync(under)
afterAll(() => rmSync(parent, { recursive: true, force: true }))

/** Where it stands alone: in a column, or behind the last colon of its line. */
const aloneBefore = /(?:^|\s{2}|\t)$/

const examples = (await everyCommand()).flatMap(({ words, examples: [line] }) =>
  line === undefined ? [] : [{ words, line }],
)

describe('a store in a folder whose name has blanks', () => {
  it.each(examples)('is named between quotes in what $words says', async ({ words, line }) => {
    const world = await worldFor({ words, example: line, under })
    try {
      const { argv, stdinFrom } = typedExample(line)
      const stdin = stdinFrom === undefined ? undefined : readFileSync(world.path(stdinFrom), 'utf8')
      const { stdout, stderr } = await world.run(argv, { stdin, terminal: { columns: 1000 } })
      const unquoted = stripVTControlCharacters(`${stdout}${stderr}`)
        .split('\n')
        .filter((text) => {
          const outside = text.replace(/'[^']*'/g, '')
          const at = outside.indexOf(under)
          return at >= 0 && !aloneBefore.test(outside.slice(0, at))
        })
      expect(unquoted).toEqual([])
    } finally {
      await world.close()
    }
  })
})
