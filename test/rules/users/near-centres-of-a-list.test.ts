import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

/** Letters for digits, each of which may be EG000000001. */
const slips = Array.from({ length: 255 }, (_, at) => (at + 1).toString(2).padStart(8, '0'))
  .map((zeros) => `EG${zeros.replaceAll('1', 'O')}1`)
  .filter((number) => !number.includes('OO'))
  .slice(0, 31)

describe('adding users from a list that names centres nobody knows', () => {
  it('looks for centres like them for the first twenty, and names every cell', async () => {
    await world.run(['centres', 'create', 'EG000000001', '--name', 'Nile', '--country', 'Egypt'])
    const rows = slips.map((number, at) => `${number},Ann,Lee,ann${at}@school.example`)
    writeFileSync(world.path('list.csv'), `Centre number,First name,Last name,Email\n${rows.join('\n')}\n`)

    const { exit, stderr } = await world.run(['users', 'add', '--from', 'list.csv', '--yes', '--json'])

    expect(exit).toBe(6)
    const { problems } = JSON.parse(stderr).error.details
    expect(problems).toHaveLength(slips.length)
    expect(problems).toMatchObject(slips.map(() => ({ code: 'centre-not-found' })))
    const hints = problems.map(({ hint }: { hint: string | null }) => hint)
    expect(hints.slice(0, 20)).toEqual(Array(20).fill('Did you mean EG000000001 (Nile)?'))
    expect(hints.slice(20)).toEqual(Array(11).fill(null))
  })
})
