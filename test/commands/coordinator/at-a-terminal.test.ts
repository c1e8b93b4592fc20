import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../../terminal.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile School', coordinator: 'amira@school.example' })
  const admin = { centre: 'EG001', hubRole: 'admin' } as const
  await world.user('omar@school.example', { ...admin, firstName: 'Omar', lastName: 'Said' })
  await world.user('rana@school.example', { ...admin, firstName: 'Rana', lastName: 'Aziz' })
  await world.user('nadia@school.example', { centre: 'EG001', firstName: 'Nadia' })
})
afterEach(() => world.close())

const coordinator = async () => {
  const ran = await world.run(['coordinator', 'show', 'EG001', '--json'])
  return ran.json().coordinator.email
}

describe('changing the coordinator at a terminal', () => {
  it('lists the admins to choose from, and finds one by a part of the name', async () => {
    const typist = inProcess(world, ['coordinator', 'change', 'EG001'])
    await typist.sees('Who coordinates EG001 from now on?')
    await typist.sees('Omar Said <omar@school.example>')
    await typist.sees('Somebody new')
    typist.types('Rana')
    await typist.sees('❯ Rana Aziz <rana@school.example>')
    typist.presses('enter')
    await typist.sees(
      'Make Rana Aziz <rana@school.example> the coordinator of EG001 (Nile School)? They are sent a',
    )
    typist.types('y')
    typist.presses('enter')
    await typist.sees(/Amira\s+Haddad\s+<amira@school.example>\s+is\s+a\s+teacher\s+now/)
    const { exit, text } = await typist.leaves()
    expect(exit).toBe(0)
    expect(text).not.toContain('Nadia')
    expect(await coordinator()).toBe('rana@school.example')
  })

  it('offers a new person', async () => {
    const typist = inProcess(world, ['coordinator', 'change', 'EG001'])
    await typist.sees('Somebody new')
    typist.presses('down', 'down')
    await typist.sees('❯ Somebody new')
    typist.presses('enter')
    await typist.sees('Their name')
    typist.types('Salma Aziz')
    typist.presses('enter')
    await typist.sees('Their e-mail address')
    typist.types('salma@school.example')
    typist.presses('enter')
    await typist.sees(/Make Salma Aziz <salma@school\.example> the coordinator/)
    await typist.sees(/They\s+are\s+sent\s+a\s+message\s+to\s+set\s+up\s+a\s+password\./)
    typist.types('y')
    typist.presses('enter')
    expect((await typist.leaves()).exit).toBe(0)
    expect(await coordinator()).toBe('salma@school.example')
  })

  it.each(['enter', 'ctrl-c'] as const)('changes nothing on %s, and gives the cursor back', async (key) => {
    const typist = inProcess(world, ['coordinator', 'change', 'EG001', '--to', 'omar@school.example'])
    await typist.sees('Make Omar Said')
    await typist.sees('(y/N)')
    typist.presses(key)
    const { exit, text, raw } = await typist.leaves()
    expect(exit).toBe(130)
    expect(text).not.toMatch(/ at .*\.js/)
    expect(raw.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(raw.lastIndexOf('\u001b[?25l'))
    expect(await coordinator()).toBe('amira@school.example')
  })
})

describe('adding a coordinator at a terminal', () => {
  beforeEach(() => world.centre('EG002', { name: 'Delta School' }))

  it.each([
    ['asks for the name and the address that were not typed', [], true],
    ['asks for the name alone where the address was typed', ['salma@delta.example'], false],
  ])('%s', async (_, typed, asksForAddress) => {
    const typist = inProcess(world, ['coordinator', 'add', 'EG002', ...typed])
    await typist.sees('Their name')
    typist.types('Salma Aziz')
    typist.presses('enter')
    if (asksForAddress) {
      await typist.sees('Their e-mail address')
      typist.types('omar@school.example')
      typist.presses('enter')
      await typist.sees('Somebody has this address already.')
      // Ctrl-U: the line is typed anew.
      typist.types('\u0015')
      typist.types('salma@delta.example')
      typist.presses('enter')
    }
    await typist.sees(/Make Salma Aziz <salma@delta\.example> the coordinator of EG002/)
    typist.types('y')
    typist.presses('enter')
    expect((await typist.leaves()).exit).toBe(0)
    const ran = await world.run(['coordinator', 'show', 'EG002', '--json'])
    expect(ran.json().coordinator).toMatchObject({ email: 'salma@delta.example', lastName: 'Aziz' })
  })

  it('asks for nobody where nobody can be added', async () => {
    const typist = inProcess(world, ['coordinator', 'add', 'EG001'])
    const { exit, text } = await typist.leaves()
    expect(exit).toBe(3)
    expect(text).toContain('EG001 has a coordinator: amira@school.example.')
    expect(text).not.toContain('Their name')
  })

  it('gives the whole line where nobody can be asked', async () => {
    const { exit, error } = await world.run(['coordinator', 'add', 'EG002', '--yes', '--json'])
    expect(exit).toBe(2)
    expect(error()).toMatchObject({
      code: 'answer-needed',
      hint: "ssh-admin coordinator add EG002 'Name <email>' --yes --json",
    })
  })
})
