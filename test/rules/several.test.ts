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

  it('records one refusal of a command, however long its list, and says of how many', async () => {
    await world.centre('EG002')
    const far = Array.from({ length: 30 }, (_, at) => `far${at}@elsewhere.example`)
    for (const email of far.slice(0, 15)) await world.user(email, { centre: 'EG002' })
    const as = ['--as', 'coordinator@school.example', '--yes']
    expect(await world.run(['users', 'suspend', ...far, ...as])).toMatchObject({ exit: 5 })
    const refused = ['audit', 'list', '--kind', 'refusal']
    const { total, events } = (await world.run([...refused, '--json'])).json()
    expect([total, events[0].subject, events[0].details.targets]).toEqual([1, far[0], 30])
    expect(await world.rows("select value from audit_personal where field like 'target%'")).toHaveLength(19)
    expect(
      (await world.run([...refused, '--subject', 'far7@elsewhere.example', '--json'])).json().total,
    ).toBe(1)
    const shown = (await world.run(refused, { terminal: { columns: 200 } })).stdout
    expect(shown).toContain('for Amira Haddad and 29 others')
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it('tells its reader of none of them, there or not', async () => {
    await world.centre('EG002', { coordinator: 'far@elsewhere.example' })
    await world.user('adam@school.example', { centre: 'EG001', hubRole: 'admin' })
    const as = ['--as', 'adam@school.example', '--yes']
    const people = ['coordinator@school.example', 'far@elsewhere.example', 'nobody@elsewhere.example']
    expect(await world.run(['users', 'suspend', ...people, ...as])).toMatchObject({ exit: 5 })
    const read = await world.run([
      'audit',
      'list',
      '--kind',
      'refusal',
      '--as',
      'adam@school.example',
      '--json',
    ])
    expect(read.stdout).not.toMatch(/elsewhere/)
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
