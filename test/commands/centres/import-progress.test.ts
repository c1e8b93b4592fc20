import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { line, writeCsv } from '../../import/workbook.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const importing = (...flags: readonly string[]) => {
  const rows = Array.from({ length: 1500 }, (_, at) => line(`EG${at}`, `user${at}@nile.example`))
  return world.run(['centres', 'import', writeCsv(world, rows), '--yes', ...flags])
}

describe('how far an import is', () => {
  it('is told to a program that asks, phase by phase, a document a line', async () => {
    const { exit, stderr } = await importing('--progress', 'json')
    expect(exit).toBe(0)
    const reported = stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line).progress)
    const phases = reported.map(({ phase }) => phase)
    expect(phases.filter((phase, at) => phase !== phases[at - 1])).toEqual([
      'reading',
      'comparing',
      'making-pins',
      'saving',
    ])
    for (const { percent, done } of reported) {
      expect(percent ?? 0).toBeLessThanOrEqual(100)
      expect(done).toBeGreaterThanOrEqual(0)
    }
  })

  it('is told at a terminal, on a line that goes on changing', async () => {
    const rows = [line('EG001', 'amira@nile.example')]
    const argv = ['centres', 'import', writeCsv(world, rows), '--yes']
    const { exit, stderr } = await world.run(argv, { terminal: true })
    expect(exit).toBe(0)
    for (const phase of ['Reading', 'Saving']) expect(stderr).toContain(phase)
  })

  it('says of a rehearsal that it is one', async () => {
    const argv = ['centres', 'import', writeCsv(world, [line('EG001', 'amira@nile.example')]), '--dry-run']
    const { exit, stderr } = await world.run(argv, { terminal: true })
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.stringContaining('Rehearsing …') })
    expect(stderr).not.toContain('Saving')
  })

  it('is not told in a pipe', async () => {
    const { stderr } = await importing()
    expect(stderr).not.toMatch(/Reading|Comparing|Saving|%/)
  })
})
