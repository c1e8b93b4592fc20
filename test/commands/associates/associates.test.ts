import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('CA001', {
    name: 'Delta Schools',
    kind: 'associate',
    coordinator: 'rana@associate.example',
  })
  await world.centre('CA101', {
    name: 'Nile School',
    associate: 'CA001',
    coordinator: 'amira@school.example',
  })
  await world.centre('CA102', { name: 'Rosetta School', associate: 'CA001' })
})
afterEach(() => world.close())

describe('ssh-admin associates', () => {
  it('assigns centres, and shows who acts for them', async () => {
    const assigned = await world.run(['associates', 'assign', 'rana@associate.example', 'CA101', '--json'])
    expect(assigned.exit).toBe(0)
    expect(assigned.json()).toMatchObject({
      account: { email: 'rana@associate.example' },
      centres: [{ number: 'CA101', changed: true }],
      assigned: 1,
      changed: true,
    })
    expect((await world.run(['associates', 'list'])).stdout).toBe('CA001\tDelta Schools\t2\t1\n')
    expect((await world.run(['associates', 'show', 'CA001'])).stdout).toBe(
      'CA101\tNile School\tactive\tamira@school.example\tactive\trana@associate.example\n' +
        'CA102\tRosetta School\tactive\t\t\t\n',
    )
    const found = await world.run(['associates', 'show', 'CA001', '--search', 'ROSETTÀ', '--json'])
    expect(found.json()).toMatchObject({ total: 1, centres: [{ number: 'CA102', assignedTo: [] }] })
  })

  it('reads the centres from stdin', async () => {
    const ran = await world.run(['associates', 'assign', 'rana@associate.example', '-'], {
      stdin: 'CA101\nCA102\n',
    })
    expect(ran).toMatchObject({ exit: 0 })
    expect(ran.stdout).toContain('CA102\trana@associate.example\tchanged')
    const undone = await world.run(['associates', 'unassign', 'rana@associate.example', 'CA101', 'CA102'])
    expect(undone.exit).toBe(0)
  })

  it('refuses what is no Associate', async () => {
    const ran = await world.run(['associates', 'show', 'CA101', '--json'])
    expect(ran.exit).toBe(3)
    expect(ran.error()).toMatchObject({ code: 'not-an-associate' })
  })

  it('names the list where no Associate has the number, nor one nearly so', async () => {
    const ran = await world.run(['associates', 'show', 'ZZ999', '--json'])
    expect(ran.exit).toBe(4)
    expect(ran.error()).toMatchObject({ code: 'centre-not-found', hint: 'ssh-admin associates list' })
  })
})
