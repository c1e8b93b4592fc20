import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile View International School', coordinator: 'head@nile.example' })
  await world.user('omar@nile.example', { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
  const edit = ['--name', 'Nile View Academy', '--address', '12 Corniche el Nil, second floor', '--yes']
  await world.run(['centres', 'edit', 'EG001', ...edit])
})
afterEach(() => world.close())

const shown = async (line: string, columns: number) =>
  (await world.run(line.split(' '), { terminal: { columns }, env: { NO_COLOR: '1' } })).stdout
const sentence =
  /edited centre EG001 \(name Nile View International School → Nile View Academy, address none → 12 Corniche el Nil, second floor\)/

describe('what an event of the log says', () => {
  it.each([40, 80])(
    'is read whole where it is the one that was asked for, at %i columns',
    async (columns) => {
      const text = await shown('audit list --last', columns)
      expect(text).toMatch(/^1 {2}2026-03-02 09:00 UTC\n/)
      expect(text.replace(/\s+/g, ' ')).toMatch(sentence)
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
    },
  )

  it('is read whole in every list of a telephone, and stands in a table where there is room', async () => {
    expect((await shown('audit list', 40)).replace(/\s+/g, ' ')).toMatch(sentence)
    expect(await shown('audit list', 80)).toMatch(/^No\. {2}When \(UTC\) +What happened\n/)
    expect(await shown('audit list --fields id,at', 40)).toMatch(/^No\. {2}When \(UTC\)\n/)
  })
})

describe('whom and what find finds', () => {
  it('is told by name at a telephone too', async () => {
    expect(await shown('find nile', 40)).toContain('EG001\n  Nile View Academy\n')
    expect(await shown('find omar', 40)).toContain('omar@nile.example\n  Omar Said, EG001\n')
    expect(await shown('find omar', 80)).toMatch(/^Kind +Number or e-mail +Name/)
  })
})
