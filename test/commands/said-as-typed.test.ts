import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'huda@school.example' })
  await world.user('amira@school.example', { centre: 'EG001', hubRole: 'admin' })
  await world.user('omar@school.example', { centre: 'EG001' })
})
afterEach(() => world.close())

describe('what stands in the way', () => {
  it('of a number is said when it is typed', async () => {
    const desk = inProcess(world, ['centres', 'create'])
    await desk.sees('What is its centre number')
    desk.types('eg001\r')
    await desk.sees('EG001 is there already (Nile Academy).')
    desk.types('\x7f'.repeat(5))
    desk.types('EG002\r')
    await desk.sees('What is the name of EG002?')
    desk.types('TBC\r')
    await desk.sees('The name')
    desk.types('\x7f'.repeat(3))
    desk.types('Delta School\r')
    await desk.sees('In which country is EG002?')
    desk.types('Egypt\r')
    expect(await desk.leaves()).toMatchObject({ exit: 0 })
  })

  it('of a number on the line is said before anything is asked', async () => {
    const { exit, text } = await inProcess(world, ['centres', 'create', 'EG001']).leaves()
    expect([exit, text]).toEqual([3, expect.stringContaining('EG001 is there already (Nile Academy).')])
    expect(text).not.toContain('What is the name')
    const desk = inProcess(world, ['centres', 'create', 'EG001', '--if-missing'])
    await desk.sees('What is the name of EG001?')
  })

  it('of whoever may not make centres is said before anything is asked', async () => {
    const { exit, text } = await inProcess(world, [
      'centres',
      'create',
      '--as',
      'huda@school.example',
    ]).leaves()
    expect(exit).toBe(5)
    expect(text).not.toContain('What is its centre number')
  })

  it('of an address on the line is said before the name is asked', async () => {
    const add = ['users', 'add', 'omar@school.example', 'nour@school.example', '--centre', 'EG001']
    const { exit, text } = await inProcess(world, add).leaves()
    expect([exit, text]).toEqual([3, expect.stringContaining('omar@school.example already has an account')])
    expect(text).not.toContain('First name')
    const desk = inProcess(world, [...add, '--if-missing'])
    await desk.sees('First name of omar@school.example:')
  })

  it('of a centre to add people to is said before they are asked for', async () => {
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    const deleted = await inProcess(world, ['users', 'add', '--centre', 'EG001']).leaves()
    expect([deleted.exit, deleted.text]).toEqual([3, expect.stringContaining('EG001 is deleted')])
    expect(deleted.text).not.toContain('First name')
  })

  it('of whoever may add nobody is said before they are asked, and recorded', async () => {
    await world.user('rana@school.example', {
      centre: 'EG001',
      hubRole: null,
      roles: ['access-arrangements'],
    })
    await world.centre('CA001', { kind: 'associate' })
    await world.centre('CA101', { associate: 'CA001' })
    await world.user('zaid@associate.example', { centre: 'CA001', hubRole: 'admin' })
    await world.run(['associates', 'assign', 'zaid@associate.example', 'CA101'])
    const add = ['users', 'add', '--centre', 'CA101', '--as', 'zaid@associate.example']
    const { exit, text } = await inProcess(world, add).leaves()
    expect(exit).toBe(5)
    expect(text).not.toContain('First name')
    expect((await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json().total).toBe(1)
  })

  it('of another address is said when it is typed', async () => {
    const desk = inProcess(world, ['users', 'edit', 'omar@school.example'])
    for (const question of ['First name:', 'Last name:']) {
      await desk.sees(question)
      desk.presses('enter')
    }
    await desk.sees('E-mail:')
    desk.types('amira@school.example\r')
    await desk.sees('Somebody has this address already')
    desk.types('\x7f'.repeat(20))
    desk.types('omar@school.example\r')
    await desk.sees('Sites:')
  })

  it('of a new coordinator is said when it is typed', async () => {
    const desk = inProcess(world, ['coordinator', 'change', 'EG001'])
    await desk.sees('Who coordinates EG001')
    desk.types('Somebody')
    await desk.sees('Somebody new')
    desk.presses('enter')
    await desk.sees('Their name')
    desk.types('TBC\r')
    await desk.sees('The ')
    desk.types('\x7f'.repeat(3))
    desk.types('Omar Said\r')
    await desk.sees('Their e-mail address')
    desk.types('omar@school.example\r')
    await desk.sees('Somebody at EG001 has this address already')
  })

  it('of a centre whose coordinator is to change is said before anybody is chosen', async () => {
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    const { exit, text } = await inProcess(world, ['coordinator', 'change', 'EG001']).leaves()
    expect([exit, text]).toEqual([3, expect.stringContaining('EG001 is deleted')])
    expect(text).not.toContain('Who coordinates')
  })

  it('of an Associate is said when it is typed', async () => {
    const desk = inProcess(world, ['centres', 'edit', 'EG001'])
    for (const question of ['Name:', 'Address:', 'Town:', 'Postcode:', 'Country:']) {
      await desk.sees(question)
      desk.presses('enter')
    }
    await desk.sees('Kind')
    desk.types('associate-centre\r')
    await desk.sees('Number of its Associate:')
    desk.types('EG777\r')
    await desk.sees('There is no centre EG777.')
    desk.types('\x7f'.repeat(5))
    desk.types('EG001\r')
    await desk.sees('EG001 itself is not an Associate')
  })
})
