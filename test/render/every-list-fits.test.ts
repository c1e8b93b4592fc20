import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { everyCommand } from '../../docs/command-tree.ts'
import { worldFor } from '../example-worlds.ts'
import { typedExample } from '../typed-example.ts'

const isListing = (options: readonly { long?: string | undefined }[]) =>
  options.some(({ long }) => long === '--fields')
const lists = (await everyCommand()).filter(({ command }) => isListing(command.options))

describe('every list at a terminal', () => {
  it('is looked at', () => expect(lists.length).toBeGreaterThan(15))

  it.each(lists)('fits, and cuts no moment: $words', async ({ words, examples }) => {
    const [example = ''] = examples.filter(
      (line) => line.startsWith(`ssh-admin ${words}`) && !line.includes('--out'),
    )
    const world = await worldFor({ words, example })
    try {
      const { argv } = typedExample(example)
      for (const columns of [40, 80, 120]) {
        const { stdout } = await world.run(argv, { terminal: { columns } })
        const lines = stripVTControlCharacters(stdout).trimEnd().split('\n')
        for (const line of lines) {
          expect(stringWidth(line), `${columns}: ${line}`).toBeLessThanOrEqual(columns)
          expect(line, `${columns}`).not.toMatch(/\d{4}-[\d: -]*…/)
        }
      }
    } finally {
      await world.close()
    }
  })
})
