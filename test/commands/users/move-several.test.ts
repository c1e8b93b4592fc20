import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../../terminal.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@nile.example'
const omar = 'omar@nile.example'
const head = 'head@nile.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: head })
  await world.centre('EG002')
  for (const email of [amira, omar]) await world.user(email, { centre: 'EG001' })
})
afterEach(() => world.close())

const centreOf = async (email: string) => (await world.account(email))?.centre?.number

describe('moving several people', () => {
  it('asks once, names them, and moves them all', async () => {
    const typist = inProcess(world, ['users', 'move', amira, omar, '--to', 'EG002'])
    await typist.sees('Move these 2 people to EG002?')
    typist.types('y')
    typist.presses('enter')
    expect((await typist.leaves()).exit).toBe(0)
    expect([await centreOf(amira), await centreOf(omar)]).toEqual(['EG002', 'EG002'])
  })

  it('reads addresses from stdin', async () => {
    const ran = await world.run(['users', 'move', '-', '--to', 'EG002', '--yes', '--json'], {
      stdin: `${amira}\n${omar}\n`,
    })
    expect(ran.json()).toMatchObject({ total: 2, users: [{ outcome: 'moved' }, { outcome: 'moved' }] })
  })

  it('moves all or none, and names each that stands in the way', async () => {
    const ran = await world.run(['users', 'move', amira, head, '--to', 'EG002', '--yes', '--json'])
    expect(ran.exit).toBe(3)
    expect(ran.error().details.problems).toMatchObject([{ target: head, code: 'is-coordinator' }])
    expect(await centreOf(amira)).toBe('EG001')
  })

  it('is suggested with the centre behind --to', async () => {
    const ran = await world.run(['users', 'move', amira, omar, 'EG002', '--yes'])
    expect([ran.exit, ran.stderr]).toEqual([
      2,
      expect.stringContaining(`ssh-admin users move ${amira} ${omar} --to EG002 --yes`),
    ])
  })
})
