import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'coordinator@school.example' })
  await world.user('amira@school.example', { centre: 'EG001' })
})
afterEach(() => world.close())

describe('several targets of which one is refused', () => {
  it('tells of the others as they are, not as they would have become', async () => {
    const argv = ['users', 'suspend', 'amira@school.example', 'amirra@school.example', '--yes', '--json']
    const ran = await world.run(argv)
    expect(ran.exit).toBe(4)
    expect(ran.stderr).toContain('amira@school.example (EG001, active)')
    expect(ran.stderr).not.toContain('suspended')
    expect(await world.account('amira@school.example')).toMatchObject({ status: 'active' })
  })

  it('names nobody who was to be made', async () => {
    const people = [
      'Nour Said <nour@new.example>',
      'Huda Said <coordinator@school.example>',
      'Nora Said <nora@new.example>',
    ]
    const ran = await world.run(['users', 'add', ...people, '--centre', 'EG001', '--json'])
    expect(ran.exit).toBe(3)
    expect(ran.stderr).not.toContain('nour@new.example')
    expect((await world.run(['users', 'exists', 'nour@new.example'])).exit).toBe(4)
    expect((await world.run(['mail', 'list', '--json'])).json()).toMatchObject({ total: 0 })
  })

  it('records each refusal of rights once', async () => {
    await world.centre('EG002', { coordinator: 'far@elsewhere.example' })
    const as = ['--as', 'coordinator@school.example', '--yes']
    const argv = ['users', 'suspend', 'amira@school.example', 'far@elsewhere.example', ...as]
    expect(await world.run(argv)).toMatchObject({ exit: 5 })
    const log = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json()
    expect(log).toMatchObject({ total: 1 })
  })
})
