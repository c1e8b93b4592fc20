import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holding } from '../../holding.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.user(amira, { centre: 'EG001', status: 'invited' })
})
afterEach(() => world.close())

const codes = async (...argv: string[]): Promise<string[]> => {
  const ran = await world.run([...argv, '--yes', '--json'])
  const { notices }: { notices: { code: string }[] } = ran.json()
  return notices.map(({ code }) => code).filter((code) => code !== 'mail-written')
}

describe('restoring an invited user', () => {
  beforeEach(() => world.run(['users', 'suspend', amira, '--yes']))

  it('says that a new message is needed, to a pipe and to a script', async () => {
    expect(await codes('users', 'restore', amira)).toEqual(['needs-message'])
    await world.run(['users', 'suspend', amira, '--yes'])
    const { stderr } = await world.run(['users', 'restore', amira])
    expect(stderr).toContain(`needs a new message: ssh-admin users reset-password ${amira}`)
  })

  it('does not say so when --send sent it', async () => {
    expect(await codes('users', 'restore', amira, '--send')).toEqual([])
  })

  it('with --send tells that nobody can sign in while the coordinator is suspended', async () => {
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    expect(await codes('users', 'restore', amira, '--send')).toEqual(['coordinator-suspended'])
  })

  it('says nothing the second time', async () => {
    await world.run(['users', 'restore', amira])
    expect(await codes('users', 'restore', amira)).toEqual([])
  })
})

describe('restoring an invited coordinator', () => {
  it('says that a new message is needed', async () => {
    await world.centre('EG002')
    await world.run(['coordinator', 'add', 'EG002', 'Rana Said <rana@school.example>', '--yes'])
    await world.run(['coordinator', 'suspend', 'EG002', '--yes'])
    expect(await codes('coordinator', 'restore', 'EG002')).toEqual(['needs-message'])
    expect(await codes('coordinator', 'restore', 'EG002')).toEqual([])
  })
})

describe('changing the address of an invited user', () => {
  it('says that their link is void and a new message is needed', async () => {
    expect(await codes('users', 'edit', amira, '--email', 'amira.h@school.example')).toEqual([
      'needs-message',
    ])
  })

  it('says nothing when only the spelling of the domain changes', async () => {
    expect(await codes('users', 'edit', amira, '--email', 'amira@School.example')).toEqual([])
  })
})

describe('taking access to a site away', () => {
  it('says what somebody still holds there, and how another takes it over', async () => {
    await world.user('omar@school.example', { centre: 'EG001', sites: ['cambridge-primary', 'test-maker'] })
    await holding(world, 'omar@school.example')
    const edit = ['users', 'edit', 'omar@school.example', '--remove-site']
    expect(await codes(...edit, 'test-maker')).toEqual([])
    const { stderr } = await world.run([...edit, 'cambridge-primary', '--yes'])
    expect(stderr).toContain(
      'still holds 1 learner group with 2 results on cambridge-primary, and does not get there any more: ssh-admin users transfer omar@school.example --to EMAIL --site cambridge-primary',
    )
    expect(await codes(...edit, 'cambridge-primary')).toEqual([])
  })
})
