import { readdirSync, statSync } from 'node:fs'
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

  it('whoever is acted for is offered their own centre', async () => {
    await world.user('huda@school.example', { centre: 'EG001', hubRole: 'coordinator' })
    const desk = inProcess(world, ['users', 'add', '--as', 'huda@school.example'])
    await desk.sees('Centre (number or name): (EG001)')
    desk.types('\r')
    await desk.sees('First name:')
    desk.types('\x03')
    expect((await desk.leaves()).exit).toBe(130)
  })

  it('whoever may add nobody is asked for no centre', async () => {
    await world.user('nour@school.example', { centre: 'EG001', hubRole: 'teacher' })
    const desk = inProcess(world, ['users', 'add', '--as', 'nour@school.example'])
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(5)
    expect(text).not.toContain('Centre (number or name)')
    const refused = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json().events
    expect(refused).toMatchObject([{ action: 'users.add' }])
  })

  it('whoever may not edit somebody is asked nothing before that is said', async () => {
    await world.user('huda@school.example', { centre: 'EG001', hubRole: 'coordinator' })
    await world.user('nour@school.example', { centre: 'EG001', hubRole: 'admin' })
    const desk = inProcess(world, ['users', 'edit', 'huda@school.example', '--as', 'nour@school.example'])
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(5)
    expect(text).not.toContain('First name')
    const refused = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json().events
    expect(refused).toHaveLength(1)
  })

  it('two people are added by answering questions', async () => {
    const desk = inProcess(world, ['users', 'add'])
    await desk.sees('Centre (number or name):')
    desk.types('EG009\r')
    await desk.sees('There is no centre EG009')
    desk.types('\x7f'.repeat(5))
    desk.types('Omar Said\r')
    await desk.sees("There is no centre 'Omar Said'")
    desk.types('\x7f'.repeat(9))
    desk.types('eg001\r')
    await desk.sees('First name:')
    desk.types('Amira\r')
    await desk.sees('Last name:')
    desk.types('Haddad\r')
    await desk.sees('E-mail:')
    desk.types('omar@school.example\r')
    await desk.sees('Somebody has this address already')
    desk.types('\x7f'.repeat(30))
    desk.types('-x@school.example\r')
    await desk.sees('begins with -, and no address does. Take away the - at its start: x@school.example')
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
    await desk.sees('Add these 2 users to EG001 (Nile Academy)? Each is sent a message.')
    await desk.sees(`Amira Haddad <${amira}>, administrative rights, Cambridge Primary support site`)
    expect(await world.account(amira)).toBeUndefined()
    desk.types('y\r')
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(0)
    expect(text).toContain('✓ Amira Haddad (EG001) is invited')
    expect(await world.account(amira)).toMatchObject({
      hubRole: 'admin',
      sites: ['school-support-hub', 'cambridge-primary'],
    })
    expect(await world.account('nour@school.example')).toMatchObject({
      hubRole: 'teacher',
      lastName: 'Salem',
    })
  })

  it('the last person of many that is not typed to the end costs none of the others', async () => {
    const env = { HOME: world.folder, XDG_DATA_HOME: world.path('data') }
    const desk = inProcess(world, ['users', 'add', '--centre', 'EG001'], { env })
    await desk.sees('First name:')
    desk.types('Amira\r')
    await desk.sees('Last name:')
    desk.types('Haddad, "Dr"\r')
    await desk.sees('E-mail:')
    desk.types(`${amira}\r`)
    await desk.sees('Rights and sites')
    desk.presses('space', 'down', 'space', 'enter')
    await desk.sees('Add another?')
    desk.types('y\r')
    await desk.sees('First name:')
    desk.presses('ctrl-c')
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(130)
    expect(text).toContain('Nothing was changed')
    const [, file = ''] =
      /ssh-admin (?:--\S+ \S+ )+users add --from (\S+users-add-\S+\.csv)/.exec(
        text.replaceAll(/ \\\n +|\n/g, ' '),
      ) ?? []
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const check = async () => (await world.run(['store', 'check', '--json'], { env })).json().findings
    expect(await check()).toMatchObject([
      { code: 'draft-kept', target: file, hint: `To go on: ssh-admin users add --from ${file}` },
    ])
    const added = await world.run(['users', 'add', '--from', file], { env })
    expect(added.exit).toBe(0)
    expect(await world.account(amira)).toMatchObject({
      lastName: 'Haddad, "Dr"',
      hubRole: 'admin',
      sites: ['school-support-hub', 'cambridge-primary'],
    })
    expect(await check()).toEqual([])
  })

  it('people who were typed, and not added at the last look, are kept for a week', async () => {
    const env = { XDG_DATA_HOME: world.path('data') }
    const desk = inProcess(world, ['users', 'add', '--centre', 'EG001'], { env })
    await desk.sees('First name:')
    desk.types('Amira\r')
    await desk.sees('Last name:')
    desk.types('Haddad\r')
    await desk.sees('E-mail:')
    desk.types(`${amira}\r`)
    await desk.sees('Rights and sites')
    desk.presses('enter')
    await desk.sees('Add another?')
    desk.presses('enter')
    await desk.sees('Add this user to EG001 (Nile Academy)?')
    desk.presses('enter')
    expect(await desk.leaves()).toMatchObject({ exit: 130, text: expect.stringContaining('kept for a week') })
    const kept = () => readdirSync(world.path('data/ssh-admin/drafts'))
    expect(kept()).toHaveLength(1)
    await world.run(['users', 'edit', 'omar@school.example', '--first-name', 'Omar Ali'], { env })
    expect(kept()).toHaveLength(1)
    world.setClock(new Date(world.now.getTime() + 8 * 24 * 60 * 60 * 1000))
    await world.run(['users', 'edit', 'omar@school.example', '--first-name', 'Omar'], { env })
    expect(kept()).toEqual([])
  })

  it('the first of them is kept as soon as they have an address, and told where however quiet it is to be', async () => {
    const env = { XDG_DATA_HOME: world.path('my data') }
    const desk = inProcess(world, ['users', 'add', '--centre', 'EG001', '--quiet'], { env })
    await desk.sees('First name:')
    desk.types('Amira\r')
    await desk.sees('Last name:')
    desk.types('Haddad\r')
    await desk.sees('E-mail:')
    desk.types(`${amira}\r`)
    await desk.sees('Rights and sites')
    desk.presses('ctrl-c')
    const { text } = await desk.leaves()
    // Quoted where it has blanks, and one command on lines of its own.
    const pasted = text.replaceAll(/ \\\n +/g, ' ')
    const [, file = ''] =
      /^ssh-admin (?:--\S+ \S+ )+users add --from '(.+users-add-\S+\.csv)'$/m.exec(pasted) ?? []
    expect(file).toContain('my data')
    expect((await world.run(['users', 'add', '--from', file], { env })).exit).toBe(0)
    expect(await world.account(amira)).toMatchObject({ lastName: 'Haddad' })
  })

  it('one keystroke never ticks everything', async () => {
    await world.user(amira, { centre: 'EG001' })
    const desk = inProcess(world, ['users', 'edit', amira])
    for (const question of ['First name:', 'Last name:', 'E-mail:']) {
      await desk.sees(question)
      desk.presses('enter')
    }
    await desk.sees('Sites:')
    await desk.sees('Cambridge Lower Secondary support site')
    desk.types('a')
    desk.types('i')
    desk.presses('enter')
    await desk.sees('Roles:')
    await desk.sees('School Support Hub Admin')
    await desk.sees('Exams Officer (Centre Administration)')
    await desk.sees('Submit for Assessment: Teacher')
    desk.presses('enter')
    expect(await desk.leaves()).toMatchObject({ exit: 0, text: expect.stringContaining('nothing to do') })
    expect(await world.account(amira)).toMatchObject({ sites: ['school-support-hub'], roles: ['teacher'] })
  })

  it('a message for somebody without a password speaks of no present one', async () => {
    await world.user(amira, { centre: 'EG001', status: 'invited' })
    for (const [who, words] of [
      [amira, 'Send a message to choose a password to Amira Haddad (EG001)? Earlier unused links are void.'],
      ['omar@school.example', 'The present password works until'],
    ] as const) {
      const desk = inProcess(world, ['users', 'reset-password', who])
      await desk.sees(words)
      desk.presses('enter')
      expect(await desk.leaves()).toMatchObject({ exit: 130 })
    }
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
    const { exit, text, raw } = await desk.leaves()
    expect(exit).toBe(0)
    expect(text).toContain('✓ Amira Haddad (EG001) is suspended.')
    // Green as every terminal knows it.
    expect(raw).toContain('\x1b[32m✓\x1b[39m')
    expect(raw).not.toMatch(/\x1b\[\d+;/)
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

  it('deleting gives whoever takes over the site that they lack, or leaves all as it was', async () => {
    await world.user(amira, { centre: 'EG001', sites: ['cambridge-lower-secondary'] })
    await holding(world, amira, { site: 'cambridge-lower-secondary' })
    for (const answer of ['n', 'y']) {
      const desk = inProcess(world, ['users', 'delete', amira])
      await desk.sees('Suspend them first?')
      desk.types('y\r')
      await desk.sees('Who takes over?')
      await desk.sees('Omar Haddad (EG001)')
      desk.presses('enter')
      await desk.sees('omar@school.example has no access to cambridge-lower-secondary yet.')
      desk.types('y\r')
      await desk.sees('access to cambridge-lower-secondary first.')
      desk.types(`${answer}\r`)
      const { exit, text } = await desk.leaves()
      const omar = await world.account('omar@school.example')
      const gave = omar?.sites.includes('cambridge-lower-secondary')
      const left = (await world.account(amira))?.status
      expect([exit, left, gave, omar?.progressionTests.results]).toEqual(
        answer === 'y' ? [0, undefined, true, 2] : [130, 'active', false, 0],
      )
      if (answer === 'y') expect(text).toContain('has access to cambridge-lower-secondary now')
    }
  })

  it.each([
    ['is suspended', () => world.run(['users', 'suspend', amira, '--yes'])],
    [
      'is somebody else',
      async () => {
        await world.run(['users', 'edit', amira, '--email', 'was-amira@school.example', '--yes'])
        await world.user(amira, { centre: 'EG001' })
      },
    ],
  ])('deleting asks nothing more where the user %s by the time that they are to be', async (_, change) => {
    await world.user(amira, { centre: 'EG001', sites: ['cambridge-primary'] })
    await holding(world, amira)
    const desk = inProcess(world, ['users', 'delete', amira])
    await desk.sees('Suspend them first?')
    await change()
    desk.types('y\r')
    await desk.sees(/meanwhile|Who takes over|Delete Amira/)
    desk.presses('ctrl-c')
    const { exit, text } = await desk.leaves()
    expect([exit, text]).toEqual([3, expect.stringContaining('meanwhile')])
    expect(text).not.toMatch(/Who takes over|Delete Amira/)
  })

  it('deleting asks nothing of somebody who coordinates the centre, and is refused', async () => {
    await world.centre('EG009', { coordinator: 'salma@school.example' })
    const { exit, text } = await inProcess(world, ['users', 'delete', 'salma@school.example']).leaves()
    expect([exit, text]).toEqual([3, expect.stringContaining('coordinates EG009')])
  })

  it('deleting asks nothing where nobody can take over', async () => {
    await world.run(['users', 'suspend', 'omar@school.example', '--yes'])
    await world.user(amira, { centre: 'EG001', sites: ['cambridge-primary'] })
    await holding(world, amira)
    const { exit, text } = await inProcess(world, ['users', 'delete', amira]).leaves()
    expect(exit).toBe(3)
    expect(text).toContain('can take over')
    expect(text).not.toContain('Suspend them first?')
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
