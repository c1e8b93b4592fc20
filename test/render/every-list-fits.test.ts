import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { everyCommand } from '../../docs/command-tree.ts'
import { newWorld } from '../world.ts'
import { worldFor } from '../example-worlds.ts'
import { typedExample } from '../typed-example.ts'

const isListing = (options: readonly { long?: string | undefined }[]) =>
  options.some(({ long }) => long === '--fields')
const lists = (await everyCommand()).filter(({ command }) => isListing(command.options))

describe('every list at a terminal', () => {
  it.each([1, 2])('keeps the name where the centre was asked for: %i', async (people) => {
    const world = newWorld()
    try {
      await world.centre('EG001')
      for (const name of ['amira', 'omar'].slice(0, people))
        await world.user(`${name}@nileview.example`, { centre: 'EG001', hubRole: 'admin' })
      const argv = ['users', 'list', '--centre', 'EG001', '--role', 'admin']
      const { stdout } = await world.run(argv, { terminal: { columns: 40 } })
      expect(stripVTControlCharacters(stdout)).toMatch(/^E-mail +Name\s*\n/)
    } finally {
      await world.close()
    }
  })

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
