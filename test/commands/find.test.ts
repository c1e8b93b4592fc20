import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Haddad Academy', coordinator: 'head@nile.example' })
  await world.centre('EG002', { name: 'Delta School' })
  await world.user('omar@nile.example', { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
  await world.user('zoe@haddad.example', { centre: 'EG002', firstName: 'Zoë', lastName: 'Aziz' })
})
afterEach(() => world.close())

describe('find', () => {
  it('looks through people and centres at once, by any part of name, address or number', async () => {
    expect((await world.run(['find', 'HADDAD'])).stdout).toBe(
      [
        'centre\tEG001\tHaddad Academy\t\tactive',
        'user\thead@nile.example\tAmira Haddad\tEG001\tactive',
        'user\tzoe@haddad.example\tZoë Aziz\tEG002\tactive',
        '',
      ].join('\n'),
    )
    expect((await world.run(['find', 'zoe', '--format', 'ids'])).stdout).toBe('zoe@haddad.example\n')
    expect((await world.run(['find', 'eg002', '--json'])).json()).toMatchObject({
      results: [{ kind: 'centre', id: 'EG002', name: 'Delta School', centre: null, status: 'active' }],
      total: 1,
    })
  })

  it('finds only what the actor may see', async () => {
    const ran = await world.run(['find', 'haddad', '--as', 'head@nile.example', '--format', 'ids'])
    expect(ran.stdout).toBe('EG001\nhead@nile.example\n')
  })

  it('needs a text', async () => {
    expect(await world.run(['find'])).toMatchObject({ exit: 2 })
  })
})

describe('whoami', () => {
  it('says whose rights a command has, and which', async () => {
    const asHead = (await world.run(['whoami', '--as', 'head@nile.example', '--json'])).json()
    expect(asHead).toMatchObject({
      actor: 'head@nile.example',
      centre: 'EG001',
      hubRole: 'coordinator',
      centres: ['EG001'],
      rights: [{ actor: 'coordinator of a school' }],
    })
    const asTeacher = (await world.run(['whoami', '--as', 'omar@nile.example', '--json'])).json()
    expect(asTeacher).toMatchObject({ rights: [{ may: 'nothing' }], centres: [] })
  })

  it('says of each right by itself what it is, whatever stands above it in the table', async () => {
    await world.centre('CA001', { kind: 'associate' })
    await world.centre('CA101', { associate: 'CA001', coordinator: 'rana@nile.example' })
    const { stdout } = await world.run(['whoami', '--as', 'rana@nile.example'])
    expect(stdout).toContain('create and manage every other account of the centre')
  })

  it('needs no store for Cambridge staff, and no actor at a desk where every command needs one', async () => {
    const env = { SSH_ADMIN_DB: world.path('none.db'), SSH_ADMIN_AS_REQUIRED: '1' }
    const ran = await world.run(['whoami', '--json'], { env })
    expect(ran.json()).toMatchObject({ actor: null, rights: [{ may: 'everything' }], centres: null })
  })

  it('tells nobody who may not sign in that they may do anything', async () => {
    await world.run(['users', 'suspend', 'omar@nile.example', '--yes'])
    expect(await world.run(['whoami', '--as', 'omar@nile.example'])).toMatchObject({ exit: 5 })
  })

  it('is a sentence at a terminal', async () => {
    const { stdout } = await world.run(['whoami', '--as', 'head@nile.example'], { terminal: true })
    expect(stdout).toContain('head@nile.example, coordinator at EG001')
  })
})

describe('the version', () => {
  it('is what every spelling of the question shows', async () => {
    const { stdout } = await world.run(['--version'])
    for (const argv of [['version'], ['-V'], ['-v']]) expect((await world.run(argv)).stdout).toBe(stdout)
  })
})
