import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

/** A file is not begun; on a server there was a store, and it is empty. */
async function nothingBegun(): Promise<boolean> {
  const { exit, stdout } = await world.run(['centres', 'list'])
  return stdout === '' && exit === (testServer === undefined ? 7 : 0)
}

describe('ssh-admin centres create', () => {
  it('begins the store with a first centre', async () => {
    const ran = await world.run([
      'centres',
      'create',
      'eg001',
      '--name',
      '  El  Nour School ',
      '--country',
      'egypt',
      '--json',
    ])
    expect(ran.exit).toBe(0)
    expect(ran.json()).toMatchObject({
      centres: [{ number: 'EG001', name: 'El Nour School', country: 'Egypt', changed: true }],
      total: 1,
    })
    const again = await world.run([
      'centres',
      'create',
      'EG001',
      '--name',
      'El Nour School',
      '--country',
      'EG',
    ])
    expect(again).toMatchObject({ exit: 3 })
    const harmless = await world.run([
      ...['centres', 'create', 'EG001', '--name', 'El Nour School', '--country', 'EG', '--if-missing'],
      '--json',
    ])
    expect(harmless.json()).toMatchObject({ centres: [{ changed: false }] })
  })

  it('tells what is wrong with the call, and begins nothing', async () => {
    const unknown = await world.run([
      'centres',
      'create',
      'EG001',
      '--name',
      'A',
      '--country',
      'Egipt',
      '--json',
    ])
    expect(unknown.exit).toBe(2)
    expect(unknown.error()).toMatchObject({ code: 'unknown-country', details: { candidates: ['Egypt'] } })
    const nameless = await world.run(['centres', 'create', 'EG001', '--country', 'EG', '--json'])
    expect(nameless.error()).toMatchObject({
      code: 'answer-needed',
      hint: 'ssh-admin centres create EG001 --country EG --json --name NAME',
    })
    const contrary = await world.run([
      ...['centres', 'create', 'EG001', '--name', 'A', '--country', 'EG'],
      ...['--kind', 'school', '--associate', 'CA001', '--json'],
    ])
    expect(contrary.error()).toMatchObject({ code: 'kind-differs' })
    const kind = await world.run([
      'centres',
      'create',
      'EG001',
      '--name',
      'A',
      '--country',
      'EG',
      '--kind',
      'shcool',
    ])
    expect(kind.stderr).toContain('Did you mean school?')
    expect(await nothingBegun()).toBe(true)
  })

  it.each([
    ['none', 'A School', 'invalid-number'],
    ['0000', 'A School', 'invalid-number'],
    ['ABCDEFGHIJKL', 'A School', 'invalid-number'],
    ['EG001', '=A1', 'not-calculated'],
    ['EG001', 'TRUE', 'not-a-name'],
  ])('makes no centre that an import would hold back: %s, %s', async (number, name, code) => {
    const ran = await world.run(['centres', 'create', number, '--name', name, '--country', 'EG', '--json'])
    expect(ran.exit).toBe(2)
    expect(ran.error()).toMatchObject({ code })
  })

  it('takes 250 characters of each fact, and no more', async () => {
    const creating = (length: number) =>
      world.run([
        ...['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'EG'],
        ...['--address', 'x'.repeat(length), '--json'],
      ])
    const refused = await creating(251)
    expect([refused.exit, refused.error().code]).toEqual([2, 'too-long'])
    expect((await creating(250)).exit).toBe(0)
  })

  it('leaves no trace when rehearsed', async () => {
    const ran = await world.run([
      'centres',
      'create',
      'EG001',
      '--name',
      'A',
      '--country',
      'EG',
      '--dry-run',
      '--json',
    ])
    expect(ran.json()).toMatchObject({ centres: [{ number: 'EG001' }], dryRun: true })
    expect(await nothingBegun()).toBe(true)
  })
})

describe('ssh-admin centres edit', () => {
  it('changes a fact, and says which', async () => {
    await world.centre('EG001')
    const ran = await world.run(['centres', 'edit', 'EG001', '--country', 'Online', '--json'])
    expect(ran.json()).toMatchObject({ centres: [{ country: 'Online', changed: true, outcome: 'edited' }] })
    const silent = await world.run(['centres', 'edit', 'EG001', '--json'])
    expect(silent).toMatchObject({ exit: 2 })
    expect(silent.error()).toMatchObject({ code: 'answer-needed' })
  })
})

describe('ssh-admin centres delete', () => {
  it('needs somebody to ask, or --yes', async () => {
    await world.centre('EG001')
    const ran = await world.run(['centres', 'delete', 'EG001'], { stdin: 'y\n' })
    expect(ran.exit).toBe(2)
    expect(ran.stderr).toContain('--yes')
  })

  it('deletes all of them or none, from stdin too, and a second time changes nothing', async () => {
    for (const number of ['EG001', 'EG002']) await world.centre(number)
    const none = await world.run(['centres', 'delete', 'EG001', 'EG009', '--yes', '--json'])
    expect(none.exit).toBe(4)
    expect(none.error()).toMatchObject({
      details: { problems: [{ target: 'EG009', code: 'centre-not-found' }] },
    })
    const all = await world.run(['centres', 'delete', '-', '--yes'], { stdin: 'eg001\nEG002\nEG001\n' })
    expect(all).toMatchObject({ exit: 0 })
    expect(all.stdout).toBe('EG001\tCentre EG001\tdeleted\tdeleted\nEG002\tCentre EG002\tdeleted\tdeleted\n')
    const again = await world.run(['centres', 'delete', 'EG001', '--yes', '--json'])
    expect(again.json()).toMatchObject({ centres: [{ status: 'deleted', changed: false }], total: 1 })
    const back = await world.run(['centres', 'restore', 'EG001', 'EG002', '--json'])
    expect(back.json()).toMatchObject({ centres: [{ outcome: 'restored' }, { outcome: 'restored' }] })
  })
})

describe('ssh-admin centres list', () => {
  beforeEach(async () => {
    await world.centre('EG002', { name: 'Öztürk Koleji', country: 'TR' })
    await world.centre('EG001', { name: 'Nile School', coordinator: 'amira@school.example' })
    await world.centre('CA001', { name: 'Delta', kind: 'associate', country: 'BO' })
    await world.centre('CA101', { name: 'Rosetta', associate: 'CA001', status: 'approved' })
    await world.centre('EG009', { name: 'Old School' })
    await world.run(['centres', 'delete', 'EG009', '--yes'])
  })
  const numbers = async (...options: string[]) => {
    const { stdout, stderr } = await world.run(['centres', 'list', ...options])
    return stderr || stdout.split('\n').flatMap((line) => line.split('\t')[0] || [])
  }

  it('prints one record a centre, the deleted ones left out', async () => {
    const { stdout } = await world.run(['centres', 'list'])
    const at = world.now.toISOString()
    expect(stdout.split('\n')).toEqual([
      `CA001\tDelta\tBolivia\tactive\t0\t\tassociate\t\t${at}\t`,
      `CA101\tRosetta\tEgypt\tapproved\t0\t\tassociate-centre\tCA001\t${at}\t`,
      `EG001\tNile School\tEgypt\tactive\t1\tamira@school.example\tschool\t\t${at}\t`,
      expect.stringContaining('EG002\tÖztürk Koleji\tT'),
      '',
    ])
  })

  it('filters by everything it names', async () => {
    expect(await numbers('--search', 'ozturk')).toEqual(['EG002'])
    expect(await numbers('--search', 'SCHOOL eg')).toEqual(['EG001'])
    expect(await numbers('--country', 'egypt')).toEqual(['CA101', 'EG001'])
    expect(await numbers('--country', 'TR,BO')).toEqual(['CA001', 'EG002'])
    expect(await numbers('--kind', 'associate,associate centre')).toEqual(['CA001', 'CA101'])
    expect(await numbers('--status', 'approved')).toEqual(['CA101'])
    expect(await numbers('--associate', 'ca001')).toEqual(['CA101'])
    expect(await numbers('--deleted')).toEqual(['EG009'])
    expect(await numbers('--status', 'deleted,approved')).toEqual(['CA101', 'EG009'])
    expect(await numbers('--without-coordinator')).toEqual(['CA001', 'CA101', 'EG002'])
  })

  it('sorts and limits, and --json tells how many there are', async () => {
    expect(await numbers('--sort', 'name')).toEqual(['CA001', 'EG001', 'EG002', 'CA101'])
    expect(await numbers('--sort', 'country')).toEqual(['CA001', 'CA101', 'EG001', 'EG002'])
    expect(await numbers('--sort', 'users', '--reverse', '--limit', '1')).toEqual(['EG001'])
    const ran = await world.run(['centres', 'list', '--limit', '2', '--json'])
    expect(ran.json()).toMatchObject({ centres: [{ number: 'CA001' }, { number: 'CA101' }], total: 4 })
  })

  it('says what it does not know', async () => {
    expect(await numbers('--country', 'Egipt')).toContain('Did you mean Egypt?')
    expect(await numbers('--status', 'aproved')).toContain('Did you mean approved?')
    expect((await world.run(['centres', 'list', '--kind', 'x'])).exit).toBe(2)
  })

  it('shows a user the centres they may see', async () => {
    expect(await numbers('--as', 'amira@school.example')).toEqual(['EG001'])
  })
})

describe('ssh-admin centres show', () => {
  it('gives the centre, its people and what is the matter', async () => {
    await world.centre('EG001', { name: 'Nile School', coordinator: 'amira@school.example' })
    await world.user('omar@school.example', { centre: 'EG001', roles: ['exams-officer'] })
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    const ran = await world.run(['centres', 'show', 'eg001', '--json'])
    expect(ran.json()).toMatchObject({
      number: 'EG001',
      coordinator: { email: 'amira@school.example', status: 'suspended' },
      users: 2,
      people: [
        { email: 'amira@school.example', canSignIn: false, whyNot: 'suspended' },
        { email: 'omar@school.example', whyNot: 'coordinator-suspended' },
      ],
      issues: [{ code: 'coordinator-suspended', hint: 'ssh-admin coordinator restore EG001' }],
      lastEvents: [{ action: expect.stringContaining('suspend') }],
    })
    const piped = await world.run(['centres', 'show', 'EG001'])
    expect(piped.stdout).toContain(
      'user\tomar@school.example\tAmira Haddad\tteacher,exams-officer\tactive\tcoordinator-suspended\t\n',
    )
  })

  it('says so where there is no such centre, with a guess', async () => {
    await world.centre('EG001', { name: 'Nile School' })
    const ran = await world.run(['centres', 'show', 'EG01', '--json'])
    expect(ran.exit).toBe(4)
    expect(ran.error()).toMatchObject({
      code: 'centre-not-found',
      details: { candidates: [{ number: 'EG001', name: 'Nile School' }] },
    })
  })
})
