import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HubRole } from '../../../src/db/schema.ts'
import type { Action } from '../../../src/rules/permissions/matrix.ts'
import { decide, type Target } from '../../../src/rules/permissions/decide.ts'
import type { ActingUser } from '../../../src/rules/permissions/actor.ts'
import { newWorld, type World } from '../../world.ts'

const centre = { id: 1, number: 'EG001', kind: 'school' } as const
type Name = HubRole | ServiceRole | 'none'
const serviceRoles = [
  'user-management',
  'exams-officer',
  'access-to-scripts',
  'submit-exams-officer',
  'submit-teacher',
  'access-arrangements',
  'compliance-officer',
] as const
type ServiceRole = (typeof serviceRoles)[number]
const everyRole: readonly Name[] = ['coordinator', 'admin', 'teacher', ...serviceRoles, 'none']

function hubRoleOf(name: Name): HubRole | null {
  return name === 'coordinator' || name === 'admin' || name === 'teacher' ? name : null
}

function actor(name: Name): ActingUser {
  const hubRole = hubRoleOf(name)
  const roles = hubRole || name === 'none' ? [] : [name]
  const typed = { operator: 'tester@desk', command: 'users edit' }
  return { kind: 'user', ...typed, id: 1, email: `${name}@own.example`, hubRole, roles, centre, assigned: [] }
}

function holder(name: Name): Target {
  const hubRole = hubRoleOf(name)
  // As an account bears them: the hub role is one of the roles.
  const roles = name === 'none' ? [] : [name]
  return { name: `${name}@there.example`, user: { id: 2, hubRole, roles, centre, assigned: [] } }
}

/** Whose account each actor may do it to. */
function mayDo(by: Name, action: Action, more: Partial<Target> = {}): Name[] {
  return everyRole.filter((name) => decide(actor(by), action, { ...holder(name), ...more }).allowed)
}

const underUserManagement: readonly Name[] = [
  'teacher',
  'user-management',
  'exams-officer',
  'access-to-scripts',
  'submit-exams-officer',
  'submit-teacher',
  'access-arrangements',
  'none',
]
const allButTheCoordinator = everyRole.filter((name) => name !== 'coordinator')
const nobody: readonly Name[] = []

/** For each role, whose account its holder may take over, remove, suspend and send a reset message to. */
const said: Readonly<
  Record<
    Name,
    {
      takesOver: readonly Name[]
      removes: readonly Name[]
      manages: readonly Name[]
      resets: readonly Name[]
    }
  >
> = {
  coordinator: {
    takesOver: ['admin', 'teacher', 'none'],
    removes: ['admin', 'teacher', 'none'],
    manages: allButTheCoordinator,
    resets: allButTheCoordinator,
  },
  admin: {
    takesOver: ['admin', 'teacher', 'none'],
    removes: ['admin', 'teacher', 'none'],
    manages: allButTheCoordinator,
    resets: allButTheCoordinator,
  },
  'user-management': {
    takesOver: underUserManagement,
    removes: allButTheCoordinator,
    manages: allButTheCoordinator,
    resets: allButTheCoordinator,
  },
  'exams-officer': { takesOver: nobody, removes: nobody, manages: nobody, resets: ['access-to-scripts'] },
  teacher: { takesOver: nobody, removes: nobody, manages: nobody, resets: nobody },
  'access-to-scripts': { takesOver: nobody, removes: nobody, manages: nobody, resets: nobody },
  'submit-exams-officer': { takesOver: nobody, removes: nobody, manages: nobody, resets: nobody },
  'submit-teacher': { takesOver: nobody, removes: nobody, manages: nobody, resets: nobody },
  'access-arrangements': { takesOver: nobody, removes: nobody, manages: nobody, resets: nobody },
  'compliance-officer': { takesOver: nobody, removes: nobody, manages: nobody, resets: nobody },
  none: { takesOver: nobody, removes: nobody, manages: nobody, resets: nobody },
}

describe.each(everyRole)('holding %s', (by) => {
  it('takes over, removes and manages these accounts, and no others', () => {
    const { takesOver, removes, manages, resets } = said[by]
    expect(mayDo(by, 'users.edit', { field: 'address' }).sort()).toEqual([...takesOver].sort())
    expect(mayDo(by, 'users.pin').sort()).toEqual([...takesOver].sort())
    expect(mayDo(by, 'users.remove').sort()).toEqual([...removes].sort())
    for (const action of [
      'users.suspend',
      'users.restore',
      'users.delete',
      'users.transfer',
      'users.edit',
    ] as const) {
      expect(mayDo(by, action).sort()).toEqual([...manages].sort())
    }
    expect(mayDo(by, 'users.reset-password').sort()).toEqual([...resets].sort())
    expect(mayDo(by, 'users.move')).toEqual([])
  })

  it('grants and revokes these roles, whatever else the person holds', () => {
    const grantable: Partial<Record<Name, readonly ServiceRole[]>> = {
      'user-management': serviceRoles.filter((role) => role !== 'compliance-officer'),
      'exams-officer': ['access-to-scripts'],
    }
    for (const action of ['roles.grant', 'roles.revoke'] as const) {
      for (const role of [...serviceRoles, 'global-listening']) {
        const allowed = grantable[by]?.some((one) => one === role) ?? false
        expect(mayDo(by, action, { role }).sort()).toEqual(allowed ? [...allButTheCoordinator].sort() : [])
      }
    }
    const rights = by === 'coordinator' ? [...allButTheCoordinator].sort() : []
    expect(mayDo(by, 'users.rights').sort()).toEqual(rights)
  })
})

describe('at a centre', () => {
  let world: World
  const manager = 'manager@school.example'
  const officer = 'officer@school.example'
  const admin = 'admin@school.example'
  beforeAll(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'coordinator@school.example' })
    await world.user(admin, { centre: 'EG001', hubRole: 'admin' })
    await world.user(manager, { centre: 'EG001', hubRole: null, roles: ['user-management'] })
    await world.user(officer, { centre: 'EG001', hubRole: null, roles: ['exams-officer'] })
    await world.user('marker@school.example', { centre: 'EG001', roles: ['submit-teacher'] })
    await world.user('gone@school.example', { centre: 'EG001' })
    await world.centre('EG002')
    await world.user('far@elsewhere.example', { centre: 'EG002' })
    expect((await world.run(['users', 'remove', 'gone@school.example', '--yes'])).exit).toBe(0)
  })
  afterAll(() => world.close())

  const as = (actor: string, ...argv: string[]) => world.run([...argv, '--as', actor, '--yes', '--json'])
  const adding = (actor: string, email: string, ...more: string[]) =>
    as(actor, 'users', 'add', `New Person <${email}>`, '--centre', 'EG001', ...more)

  it('the address of a holder of a service role is kept from administrators, who are told who may', async () => {
    const ran = await as(admin, 'users', 'edit', 'marker@school.example', '--email', 'mine@school.example')
    expect(ran.exit).toBe(5)
    expect(ran.error().message).toContain('submit-teacher; a holder of user-management there may')
    expect(
      (await as(manager, 'users', 'edit', 'marker@school.example', '--email', 'marked@school.example')).exit,
    ).toBe(0)
  })

  it('who is added by a holder of user-management has no hub role', async () => {
    expect((await adding(manager, 'new1@school.example')).json().users).toMatchObject([
      { hubRole: null, roles: [] },
    ])
    const ran = await adding(manager, 'new2@school.example', '--site', 'cambridge-primary')
    expect(ran.error().message).toContain('a role you could not grant: teacher')
    expect((await adding(admin, 'new3@school.example')).json().users).toMatchObject([{ hubRole: 'teacher' }])
  })

  it('an exams officer creates accounts that hold access-to-scripts and nothing else, and resets their passwords', async () => {
    expect((await adding(officer, 'new4@school.example')).exit).toBe(5)
    expect((await adding(officer, 'new4@school.example', '--role', 'submit-teacher')).exit).toBe(5)
    const added = await adding(officer, 'new4@school.example', '--role', 'access-to-scripts')
    expect(added.json().users).toMatchObject([{ hubRole: null, roles: ['access-to-scripts'] }])
    expect((await as(officer, 'users', 'reset-password', 'new4@school.example')).exit).toBe(0)
    expect((await as(officer, 'users', 'reset-password', 'gone@school.example')).exit).toBe(5)
    expect((await as(manager, 'roles', 'grant', 'new4@school.example', 'submit-teacher')).exit).toBe(0)
    expect((await as(officer, 'users', 'reset-password', 'new4@school.example')).exit).toBe(5)
  })

  it('an account without a centre joins again when Cambridge staff add it; for all others its address is in use', async () => {
    const words = async (email: string) => (await adding(admin, email)).stderr.replaceAll(email, 'ADDRESS')
    expect(await words('gone@school.example')).toContain('email-in-use')
    expect(await words('gone@school.example')).toBe(await words('far@elsewhere.example'))
    const ran = await world.run(['users', 'add', 'X Y <gone@school.example>', '--centre', 'EG001', '--json'])
    expect(ran.json().users).toMatchObject([{ outcome: 'rejoined', firstName: 'Amira', roles: ['teacher'] }])
  })
})
