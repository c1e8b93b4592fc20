import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

describe('a NUL in what is typed', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
  })
  afterEach(() => world.close())

  it.each([
    'users list a#b',
    'users list --centre=EG#',
    'users show huda@school#.example',
    'centres edit EG001 --name A#school --yes',
    'audit list a#',
    'a#b',
  ])('is refused in words: %s, where it stands for #', async (line) => {
    const ran = await world.run([...line.replace('#', '\0').split(' '), '--json'])
    expect(ran.exit, ran.stderr).toBe(2)
    expect(ran.error()).toMatchObject({ code: 'usage', message: expect.stringContaining('NUL') })
  })

  it('is refused in a line of a batch that is JSON', async () => {
    const ran = await world.run(['batch', '--yes'], { stdin: '["users", "list", "a\\u0000b"]\n' })
    expect(ran.exit).toBe(2)
    expect(ran.stderr).toContain('NUL')
  })
})
