import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../../terminal.ts'
import { newWorld, type World } from '../../world.ts'

describe("a centre's name that was typed with what nobody sees", () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { name: 'Nile Academy' })
  })
  afterEach(() => world.close())

  const lines = (name: string) => [
    ['centres', 'create', 'EG002', '--country', 'Egypt', '--name', name],
    ['centres', 'edit', 'EG001', '--yes', '--name', name],
  ]

  it('is kept without marks that mean nothing, and that is said', async () => {
    for (const line of lines('Delta\u200e School')) {
      const { centres, notices } = (await world.run([...line, '--json'])).json()
      expect(centres).toMatchObject([{ name: 'Delta School' }])
      expect(notices).toContainEqual({
        code: 'name-tidied',
        message: 'The name held invisible marks, which were left out: Delta\\u200e School.',
      })
    }
  })

  it.each([
    ['an override', 'Delta\u202e School'],
    ['a control', 'Delta\u0007 School'],
    ['a blank of no width', 'Del\u200bta School'],
    ['a tag', 'Delta\u{e0041} School'],
    ['letters that were read wrongly', 'Ã\u00a0 Delta'],
  ])('is refused as in a workbook, and not repaired: %s', async (_, name) => {
    for (const line of lines(name)) {
      const ran = await world.run([...line, '--json'])
      expect([ran.exit, ran.error().code]).toEqual([2, 'not-a-name'])
    }
    expect(await world.rows("select name from centres where number = 'EG001'")).toEqual([
      { name: 'Nile Academy' },
    ])
  })

  it('has its blanks and line ends in order, as in a cell', async () => {
    for (const line of lines(' Delta \n School\u00a0')) {
      const { centres, notices } = (await world.run([...line, '--json'])).json()
      expect(centres).toMatchObject([{ name: 'Delta School' }])
      expect(notices).toEqual([])
    }
  })

  it('is said where it was asked for, too', async () => {
    const desk = inProcess(world, ['centres', 'create', 'EG003', '--country', 'Egypt'])
    await desk.sees('What is the name of EG003?')
    desk.types('Delta\u202e\r')
    await desk.sees('The name holds an invisible character')
    desk.types('\x7f'.repeat(6))
    desk.types('Delta\u200e\r')
    const { exit, text } = await desk.leaves()
    expect([exit, text]).toEqual([0, expect.stringContaining('The name held invisible marks')])
  })
})
