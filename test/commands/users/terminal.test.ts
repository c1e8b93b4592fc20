import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holding } from '../../holding.ts'
import { inProcess } from '../../terminal.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'
const hidden = '\x1b[?25l'
const shown = '\x1b[?25h'

describe('at a terminal', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { name: 'Nile Academy' })
    await world.user('omar@school.example', {
      centre: 'EG001',
      firstName: 'Omar',
      sites: ['cambridge-primary'],
    })
  })
  afterEach(() => world.close())

  it('two people are added by answering questions', async () => {
    const desk = inProcess(world, ['users', 'add'])
    await desk.sees('Centre (number or name):')
    desk.types('EG009\r')
    await desk.sees('There is no centre EG009')
    desk.types('\x7f'.repeat(5))
    desk.types('eg001\r')
    await desk.sees('First name:')
    desk.types('Amira\r')
    await desk.sees('Last name:')
    desk.types('Haddad\r')
    await desk.sees('E-mail:')
    desk.types('omar@school.example\r')
    await desk.sees('Somebody has this address already')
    desk.types('\x7f'.repeat(30))
    desk.types(`${amira}\r`)
    await desk.sees('Rights and sites')
    desk.presses('space', 'down', 'space', 'enter')
    await desk.sees('Add another?')
    desk.types('y\r')
    await desk.sees('First name:')
    desk.types('Nour\r')
    await desk.sees('Last name:')
    desk.types('Salem\r')
    await desk.sees('E-mail:')
    desk.types('nour@school.example\r')
    await desk.sees('Rights and sites')
    desk.presses('enter')
    await desk.sees('Add another?')
    desk.presses('enter')
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(0)
    expect(text).toContain('✓ Amira Haddad (EG001) has an account now')
    expect(await world.account(amira)).toMatchObject({
      hubRole: 'admin',
      sites: ['school-support-hub', 'cambridge-primary'],
    })
    expect(await world.account('nour@school.example')).toMatchObject({
      hubRole: 'teacher',
      lastName: 'Salem',
    })
  })

  it('Ctrl-C among the questions adds nobody', async () => {
    const desk = inProcess(world, ['users', 'add', '--centre', 'EG001'])
    await desk.sees('First name:')
    desk.types('Amira\r')
    await desk.sees('Last name:')
    desk.presses('ctrl-c')
    const { exit, text, raw } = await desk.leaves()
    expect(exit).toBe(130)
    expect(text).toContain('Cancelled. Nothing was changed.')
    expect(text).not.toMatch(/\n\s+at /)
    expect(raw.lastIndexOf(shown)).toBeGreaterThanOrEqual(raw.lastIndexOf(hidden))
    expect((await world.run(['users', 'list'])).stdout.split('\n')).toHaveLength(2)
  })

  it('No to a suspension leaves everything as it was', async () => {
    await world.user(amira, { centre: 'EG001' })
    const desk = inProcess(world, ['users', 'suspend', amira])
    await desk.sees('Suspend Amira Haddad (EG001)? They cannot sign in until restored.')
    desk.presses('enter')
    expect(await desk.leaves()).toMatchObject({ exit: 130 })
    expect(await world.account(amira)).toMatchObject({ status: 'active' })
  })

  it('so does Ctrl-C', async () => {
    await world.user(amira, { centre: 'EG001' })
    const desk = inProcess(world, ['users', 'suspend', amira])
    await desk.sees('until restored.')
    desk.presses('ctrl-c')
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(130)
    expect(text).not.toMatch(/\n\s+at /)
    expect(await world.account(amira)).toMatchObject({ status: 'active' })
  })

  it('yes suspends', async () => {
    await world.user(amira, { centre: 'EG001' })
    const desk = inProcess(world, ['users', 'suspend', amira])
    await desk.sees('until restored.')
    desk.types('y\r')
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(0)
    expect(text).toContain('✓ Amira Haddad (EG001) is suspended.')
    expect(await world.account(amira)).toMatchObject({ status: 'suspended' })
  })

  it('deleting offers the steps that must come first, one after another', async () => {
    await world.user(amira, { centre: 'EG001', sites: ['cambridge-primary'] })
    await holding(world, amira)
    const desk = inProcess(world, ['users', 'delete', amira])
    await desk.sees('is active, and only suspended users are deleted. Suspend them first?')
    desk.types('y\r')
    await desk.sees('holds 1 learner group with 2 results. Who takes over?')
    await desk.sees('Omar Haddad (EG001)')
    desk.presses('enter')
    await desk.sees('Delete Amira Haddad (EG001)?')
    expect(await world.account(amira)).toMatchObject({ status: 'active' })
    desk.types('y\r')
    expect(await desk.leaves()).toMatchObject({ exit: 0 })
    expect(await world.account(amira)).toBeUndefined()
    expect(await world.account('omar@school.example')).toMatchObject({ progressionTests: { results: 2 } })
  })

  it('No to the last question takes back the steps before it', async () => {
    await world.user(amira, { centre: 'EG001', sites: ['cambridge-primary'] })
    await holding(world, amira)
    const desk = inProcess(world, ['users', 'delete', amira])
    await desk.sees('Suspend them first?')
    desk.types('y\r')
    await desk.sees('Who takes over?')
    await desk.sees('Omar Haddad (EG001)')
    desk.presses('enter')
    await desk.sees('Delete Amira Haddad (EG001)?')
    desk.types('n\r')
    expect(await desk.leaves()).toMatchObject({ exit: 130 })
    expect(await world.account(amira)).toMatchObject({ status: 'active', progressionTests: { results: 2 } })
  })

  it('editing without an option shows what each thing is now', async () => {
    await world.user(amira, { centre: 'EG001' })
    const desk = inProcess(world, ['users', 'edit', amira])
    await desk.sees('First name: (Amira)')
    desk.presses('enter')
    await desk.sees('Last name: (Haddad)')
    desk.types('El Haddad\r')
    await desk.sees(`E-mail: (${amira})`)
    desk.presses('enter')
    await desk.sees('Sites:')
    desk.presses('space', 'enter')
    await desk.sees('Roles:')
    desk.presses('enter')
    expect(await desk.leaves()).toMatchObject({ exit: 0 })
    expect(await world.account(amira)).toMatchObject({
      lastName: 'El Haddad',
      sites: ['school-support-hub', 'cambridge-primary'],
    })
  })
})
