import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

describe('the program, run more than once in one process', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
  })
  afterEach(() => world.close())

  const twice = [
    ['users', '--help'],
    ['centres', 'imports'],
    ['centres', 'imports', '--help'],
    ['centres', 'show', 'EG001'],
  ]

  it.each(twice.map((argv) => [argv.join(' '), argv]))('does the same thing: %s', async (_, argv) => {
    const first = await world.run(argv)
    expect(first.exit).toBe(0)
    expect(await world.run(argv)).toMatchObject({ exit: 0, stdout: first.stdout })
  })

  it('does several things at once', async () => {
    const all = await Promise.all(twice.map((argv) => world.run(argv)))
    expect(all.map(({ exit }) => exit)).toEqual([0, 0, 0, 0])
  })
})
