import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile School', coordinator: 'amira@school.example' })
  await world.user('omar@school.example', { centre: 'EG001', hubRole: 'admin', firstName: 'Omar' })
})
afterEach(() => world.close())

describe('ssh-admin coordinator', () => {
  it('shows the coordinator, and who depends on them', async () => {
    const ran = await world.run(['coordinator', 'show', 'eg001'])
    expect(ran).toMatchObject({ exit: 0, stderr: '' })
    expect(ran.stdout).toBe('EG001\tamira@school.example\tAmira Haddad\tactive\t\t1\tunchanged\n')
  })

  it('answers in the shape that scripts rely on', async () => {
    const ran = await world.run(['coordinator', 'suspend', 'EG001', '--yes', '--json'])
    expect(ran.exit).toBe(0)
    expect(ran.json()).toMatchObject({
      centre: { number: 'EG001', coordinator: { email: 'amira@school.example', status: 'suspended' } },
      coordinator: { email: 'amira@school.example', hubRole: 'coordinator', canSignIn: false },
      former: null,
      affected: 1,
      changed: true,
      mail: [],
      dryRun: false,
    })
  })

  it('adds one to a centre without', async () => {
    await world.centre('EG002')
    const ran = await world.run(['coordinator', 'add', 'EG002', 'Rana Said <rana@school.example>', '--yes'])
    expect(ran.exit).toBe(0)
    expect(await world.account('rana@school.example')).toMatchObject({ hubRole: 'coordinator' })
  })

  it('changes to an administrator of the centre', async () => {
    const ran = await world.run([
      'coordinator',
      'change',
      'EG001',
      '--to',
      'omar@school.example',
      '--yes',
      '--json',
    ])
    expect(ran.exit).toBe(0)
    expect(ran.json()).toMatchObject({
      coordinator: { email: 'omar@school.example' },
      former: { email: 'amira@school.example', hubRole: 'teacher' },
    })
  })

  it('changes nothing in a rehearsal', async () => {
    const ran = await world.run([
      'coordinator',
      'change',
      'EG001',
      '--new',
      'Rana Said <rana@x.example>',
      '--dry-run',
      '--json',
    ])
    expect(ran.exit).toBe(0)
    expect(ran.json()).toMatchObject({ dryRun: true, coordinator: { email: 'rana@x.example' } })
    expect(await world.account('amira@school.example')).toMatchObject({ hubRole: 'coordinator' })
  })

  it('says how to get out of a refusal', async () => {
    const ran = await world.run([
      'coordinator',
      'add',
      'EG001',
      'Rana Said <rana@x.example>',
      '--yes',
      '--json',
    ])
    expect(ran.exit).toBe(3)
    expect(ran.error()).toMatchObject({
      code: 'has-coordinator',
      hint: "ssh-admin coordinator change EG001 --new 'Rana Said <rana@x.example>'",
    })
  })

  it.each([['suspend'], ['change', '--to', 'omar@school.example']])(
    'needs an answer where nobody can be asked: %s',
    async (verb = '', ...more) => {
      const ran = await world.run(['coordinator', verb, 'EG001', ...more, '--json'])
      expect(ran.exit).toBe(2)
      expect(ran.error()).toMatchObject({ code: 'answer-needed' })
    },
  )

  it('needs an answer where nobody can be asked: add', async () => {
    await world.centre('EG007')
    const ran = await world.run(['coordinator', 'add', 'EG007', 'Rana <rana@x.example>', '--json'])
    expect(ran.exit).toBe(2)
    expect(ran.error()).toMatchObject({ code: 'answer-needed' })
  })

  it('needs to be told who takes the place', async () => {
    const ran = await world.run(['coordinator', 'change', 'EG001', '--yes', '--json'])
    expect(ran.exit).toBe(2)
    expect(ran.error()).toMatchObject({ code: 'answer-needed', hint: expect.stringContaining('--to') })
    const unasked = await world.run(['coordinator', 'change', 'EG001', '--json'])
    expect(unasked.error()).toMatchObject({ code: 'answer-needed', hint: expect.stringContaining('--to') })
  })

  it('knows no centre by a wrong number, and names the closest', async () => {
    const ran = await world.run(['coordinator', 'show', 'EG01', '--json'])
    expect(ran.exit).toBe(4)
    expect(ran.error()).toMatchObject({ code: 'centre-not-found' })
  })
})
