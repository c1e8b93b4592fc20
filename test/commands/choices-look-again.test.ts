import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holding } from '../holding.ts'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

const amira = 'amira@school.example'
let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.user(amira, { centre: 'EG001', sites: ['cambridge-primary'] })
  await world.user('omar@school.example', {
    centre: 'EG001',
    firstName: 'Omar',
    lastName: 'Said',
    hubRole: 'admin',
    sites: ['cambridge-primary'],
  })
})
afterEach(() => world.close())

describe('a choice from the store', () => {
  it.each([
    ['who takes over', ['users', 'transfer', amira], 'Who takes over?'],
    ['who takes over from somebody deleted', ['users', 'delete', amira, '--suspend'], 'Who takes over?'],
    ['who coordinates', ['coordinator', 'change', 'EG001'], 'from now on?'],
  ])('is looked at again once it is made: %s', async (_, argv, question) => {
    await holding(world, amira)
    const screen = inProcess(world, argv)
    await screen.sees(question)
    await screen.sees('Omar Said')
    await world.run(['users', 'suspend', 'omar@school.example', '--yes'])
    screen.presses('enter')
    const ended = await screen.leaves()
    expect([ended.exit, ended.text]).toEqual([3, expect.stringContaining('has changed meanwhile')])
  })

  it('is not offered where somebody holds nothing to transfer', async () => {
    const ended = await inProcess(world, ['users', 'transfer', amira]).leaves()
    expect([ended.exit, ended.text]).toEqual([0, expect.stringContaining('holds nothing to transfer')])
    expect(ended.text).not.toContain('?')
  })
})

describe('a thing to delete that there is not', () => {
  it.each([
    ['centres delete EG002', 'EG001'],
    ['users delete amria@school.example', amira],
    ['users remove amria@school.example', amira],
    ['users delete Amria', amira],
  ])('has nothing suggested in its place: %s', async (line, near) => {
    const ran = await world.run([...line.split(' '), '--json', '--yes'])
    expect([ran.exit, ran.error().details.candidates]).toEqual([4, []])
    expect(ran.stderr).not.toContain(near)
  })

  it('is suggested where it is only looked at', async () => {
    const ran = await world.run(['users', 'show', 'amria@school.example'])
    expect(ran.stderr).toContain(amira)
  })
})
