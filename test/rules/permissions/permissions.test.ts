import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findActor } from '../../../src/rules/permissions/find-actor.ts'
import { hiddenTarget, permit } from '../../../src/rules/permissions/decide.ts'
import { newWorld, type World } from '../../world.ts'

/** Who may do what, as people read it: changed together with the rules, never to please the test. */
const printedMatrix = new URL('permissions.matrix.tsv', import.meta.url)

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

/** One of each actor, at a school, an associate centre and an Associate, and people to act upon. */
async function everybody(): Promise<void> {
  await world.centre('EG001', { coordinator: 'coordinator@school.example' })
  await world.user('admin@school.example', { centre: 'EG001', hubRole: 'admin' })
  await world.user('other.admin@school.example', { centre: 'EG001', hubRole: 'admin' })
  await world.user('teacher@school.example', { centre: 'EG001' })
  await world.user('other.teacher@school.example', { centre: 'EG001' })
  await world.user('manager@school.example', { centre: 'EG001', hubRole: null, roles: ['user-management'] })
  await world.user('officer@school.example', { centre: 'EG001', hubRole: null, roles: ['exams-officer'] })
  await world.centre('EG002', { coordinator: 'coordinator@elsewhere.example' })
  await world.user('teacher@elsewhere.example', { centre: 'EG002' })
  await world.centre('CA001', { kind: 'associate', coordinator: 'coordinator@associate.example' })
  await world.user('idle@associate.example', { centre: 'CA001', hubRole: 'admin' })
  await world.user('manager@associate.example', {
    centre: 'CA001',
    hubRole: 'admin',
    roles: ['user-management'],
  })
  await world.centre('CA101', { associate: 'CA001', coordinator: 'coordinator@branch.example' })
  await world.user('admin@branch.example', { centre: 'CA101', hubRole: 'admin' })
  await world.user('teacher@branch.example', { centre: 'CA101' })
  await world.centre('CA102', { associate: 'CA001' })
  const { db } = await world.store()
  const ca101 = await db.selectFrom('centres').select('id').where('number', '=', 'CA101').executeTakeFirst()
  for (const email of ['coordinator@associate.example', 'manager@associate.example']) {
    const account = await world.account(email)
    await db
      .insertInto('assignments')
      .values({ user_id: account?.id ?? 0, centre_id: ca101?.id ?? 0 })
      .execute()
  }
}

async function mayDo(actor: string, action: string, target: string, ...more: string[]): Promise<boolean> {
  const ran = await world.run(['roles', 'check', actor, action, target, ...more, '--json'])
  expect(ran.stderr).toBe('')
  return ran.json().allowed
}

const school = {
  coordinator: 'coordinator@school.example',
  admin: 'admin@school.example',
  otherAdmin: 'other.admin@school.example',
  teacher: 'teacher@school.example',
  otherTeacher: 'other.teacher@school.example',
  manager: 'manager@school.example',
  officer: 'officer@school.example',
}
const branch = { coordinator: 'coordinator@branch.example', admin: 'admin@branch.example' }
const associate = { coordinator: 'coordinator@associate.example', manager: 'manager@associate.example' }

/** Actor, action, target, whether the table of domain.md allows it. */
const said: readonly (readonly [string, string, string, boolean, ...string[]])[] = [
  [school.coordinator, 'users.add', 'EG001', true],
  [school.coordinator, 'users.add-admin', 'EG001', true],
  [school.coordinator, 'users.suspend', school.admin, true],
  [school.coordinator, 'users.rights', school.admin, true],
  [school.coordinator, 'users.edit', school.teacher, true],
  [school.coordinator, 'users.reset-password', school.admin, true],
  [school.coordinator, 'users.move', school.teacher, false],
  [school.coordinator, 'coordinator.change', 'EG001', false],
  [school.coordinator, 'coordinator.suspend', 'EG001', false],
  [school.coordinator, 'users.suspend', school.coordinator, false],
  [school.coordinator, 'roles.grant', school.teacher, false, '--role', 'exams-officer'],
  [school.coordinator, 'centres.edit', 'EG001', false],
  [school.coordinator, 'users.suspend', 'teacher@elsewhere.example', false],
  [school.admin, 'users.add', 'EG001', true],
  [school.admin, 'users.add-admin', 'EG001', false],
  [school.admin, 'users.edit', school.teacher, true],
  [school.admin, 'users.rights', school.teacher, false],
  [school.admin, 'users.suspend', school.otherAdmin, true],
  [school.admin, 'users.reset-password', school.otherAdmin, true],
  [school.admin, 'users.rights', school.otherAdmin, false],
  [school.admin, 'users.suspend', school.coordinator, false],
  [school.admin, 'users.reset-password', school.coordinator, false],
  [school.admin, 'users.add', 'EG002', false],
  [school.admin, 'users.suspend', school.admin, false],
  [branch.admin, 'users.edit', branch.admin, false],
  [school.manager, 'users.edit', school.manager, true],
  [school.manager, 'users.edit', school.manager, false, '--field', 'address'],
  [school.manager, 'users.remove', school.manager, false],
  [school.manager, 'roles.revoke', school.manager, false, '--role', 'user-management'],
  [branch.coordinator, 'users.add-admin', 'CA101', true],
  [branch.coordinator, 'users.rights', branch.admin, true],
  [branch.coordinator, 'coordinator.change', 'CA101', false],
  [branch.admin, 'users.add', 'CA101', true],
  [branch.admin, 'users.add-admin', 'CA101', true],
  [branch.admin, 'users.suspend', branch.coordinator, false],
  [branch.admin, 'users.suspend', 'teacher@branch.example', true],
  [associate.coordinator, 'coordinator.change', 'CA101', true],
  [associate.coordinator, 'coordinator.suspend', 'CA101', true],
  [associate.coordinator, 'coordinator.restore', 'CA101', true],
  [associate.coordinator, 'coordinator.add', 'CA101', true],
  [associate.coordinator, 'coordinator.add', 'CA102', false],
  [associate.coordinator, 'coordinator.change', 'CA001', false],
  [associate.coordinator, 'coordinator.change', 'EG001', false],
  [associate.coordinator, 'users.suspend', 'teacher@branch.example', false],
  [associate.coordinator, 'associates.assign', 'idle@associate.example', false],
  ['idle@associate.example', 'coordinator.change', 'CA101', false],
  [associate.manager, 'users.suspend', 'teacher@branch.example', true],
  [associate.manager, 'users.add', 'CA101', true],
  [associate.manager, 'users.add', 'CA102', false],
  [associate.manager, 'users.suspend', branch.coordinator, false],
  [associate.manager, 'roles.grant', 'teacher@branch.example', true, '--role', 'exams-officer'],
  [school.manager, 'users.add', 'EG001', true],
  [school.manager, 'users.add-admin', 'EG001', false],
  [school.manager, 'users.suspend', school.admin, true],
  [school.manager, 'users.suspend', school.coordinator, false],
  [school.manager, 'roles.grant', school.teacher, true, '--role', 'access-to-scripts'],
  [school.manager, 'roles.revoke', school.officer, true, '--role', 'exams-officer'],
  [school.manager, 'roles.grant', school.teacher, false, '--role', 'compliance-officer'],
  [school.manager, 'roles.grant', school.teacher, false, '--role', 'global-listening'],
  [school.manager, 'users.rights', school.teacher, false],
  [school.manager, 'roles.grant', school.manager, false, '--role', 'exams-officer'],
  [school.officer, 'roles.grant', school.teacher, true, '--role', 'access-to-scripts'],
  [school.officer, 'roles.grant', school.teacher, false, '--role', 'exams-officer'],
  [school.officer, 'roles.grant', school.coordinator, false, '--role', 'access-to-scripts'],
  [school.officer, 'users.suspend', school.teacher, false],
  [school.teacher, 'users.edit', school.otherTeacher, false],
  [school.teacher, 'users.edit', school.teacher, false],
]

describe('who may do what', () => {
  it('is as the table says', async () => {
    await everybody()
    const found: unknown[] = []
    for (const [actor, action, target, , ...more] of said) {
      found.push([actor, action, target, await mayDo(actor, action, target, ...more), ...more])
    }
    expect(found).toEqual(said)
  })

  it('says why this was refused', async () => {
    await everybody()
    const ruleFor = async (...asked: string[]) =>
      (await world.run(['roles', 'check', ...asked])).stdout.split('\t')[1]
    expect(await ruleFor(school.admin, 'users.suspend', school.coordinator)).toBe(
      'that is the account of the coordinator of EG001\n',
    )
    expect(await ruleFor(school.officer, 'roles.grant', school.teacher, '--role', 'exams-officer')).toBe(
      'a role you could not grant: exams-officer\n',
    )
    expect(await ruleFor(school.coordinator, 'roles.grant', school.teacher, '--role', 'submit-teacher')).toBe(
      'a role you could not grant: submit-teacher\n',
    )
    expect(await ruleFor(associate.coordinator, 'coordinator.change', 'CA001')).toBe(
      'that is not yours to do at CA001\n',
    )
    expect(await ruleFor(school.teacher, 'users.edit', school.otherTeacher)).toBe(
      'outside what the account may see\n',
    )
  })

  it('is printed as the table of who may do what has it', async () => {
    const ran = await world.run(['roles', 'list', '--matrix'])
    expect(ran.stdout).toBe(readFileSync(printedMatrix, 'utf8'))
  })
})

describe('asking who may do what', () => {
  beforeEach(everybody)

  it('takes a verb alone for that of what it would be done to', async () => {
    const candidates = async (target: string) =>
      (await world.run(['roles', 'check', school.admin, 'delete', target, '--json'])).error().details
    expect(await candidates(school.teacher)).toEqual({
      wanted: 'delete',
      candidates: ['users.delete', 'centres.delete'],
    })
    expect(await candidates('EG001')).toEqual({
      wanted: 'delete',
      candidates: ['centres.delete', 'users.delete'],
    })
  })

  it('allows nothing to whoever may not sign in, and says why', async () => {
    await world.run(['users', 'suspend', school.admin, '--yes'])
    const asked = await world.run(['roles', 'check', school.admin, 'users.edit', school.teacher, '--json'])
    expect(asked.json()).toMatchObject({
      allowed: false,
      rule: expect.stringContaining('only somebody who can sign in may act'),
    })
  })

  it('needs to know which role', async () => {
    const ask = ['roles', 'check', school.manager, 'roles.grant', school.teacher, '--json']
    expect(await world.run(ask)).toMatchObject({ exit: 2 })
    const ran = await world.run([...ask, '--role', 'acces-to-scripts'])
    expect(ran.error()).toMatchObject({
      code: 'unknown-role',
      details: { candidates: ['access-to-scripts'] },
    })
  })

  it('is what a refused grant tells to ask', async () => {
    const argv = ['roles', 'grant', school.teacher, 'exams-officer', '--as', school.officer, '--json']
    expect((await world.run(argv)).error()).toMatchObject({
      hint: `ssh-admin roles check --as ${school.officer} ${school.officer} roles.grant ${school.teacher} --role exams-officer`,
    })
    const adding = ['users', 'add', 'New Person <new@school.example>', '--centre', 'EG001', '--admin']
    const { hint } = (await world.run([...adding, '--as', school.admin, '--json'])).error()
    expect(hint).toBe(`ssh-admin roles check --as ${school.admin} ${school.admin} users.add-admin EG001`)
    const asked = await world.run(hint?.split(' ').slice(1) ?? [])
    expect(asked).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^no\t/) })
  })
})

describe('acting for somebody', () => {
  beforeEach(everybody)

  it('refuses what the matrix does not allow, names the rule, and records it', async () => {
    const ran = await world.run([
      'users',
      'suspend',
      school.coordinator,
      '--as',
      school.admin,
      '--yes',
      '--json',
    ])
    expect(ran.exit).toBe(5)
    expect(ran.error()).toMatchObject({
      code: 'not-permitted',
      message: expect.stringContaining('that is the account of the coordinator of EG001'),
    })
    const events = await world.run(['audit', 'list', '--kind', 'refusal', '--json'])
    expect(events.json().events).toMatchObject([
      { actor: school.admin, subject: school.coordinator, action: 'users.suspend', kind: 'refusal' },
    ])
  })

  it('records it beside whatever else is wrong with the call', async () => {
    const argv = [
      'users',
      'suspend',
      school.coordinator,
      'no@address',
      '--as',
      school.admin,
      '--yes',
      '--json',
    ]
    expect((await world.run(argv)).exit).toBe(2)
    writeFileSync(
      world.path('people.csv'),
      'Centre number,Email,First name,Last name\nEG002,new@school.example,New,Person\nEG001,teacher@school.example,Other,Person\n',
    )
    const adding = [
      'users',
      'add',
      '--from',
      world.path('people.csv'),
      '--as',
      school.admin,
      '--yes',
      '--json',
    ]
    expect(await world.run(adding)).toMatchObject({ exit: 6 })
    const events = await world.run(['audit', 'list', '--kind', 'refusal', '--json'])
    expect(events.json().events).toMatchObject([
      { actor: school.admin, subject: 'EG002', action: 'users.add' },
      { actor: school.admin, subject: school.coordinator, action: 'users.suspend' },
    ])
  })

  it('reads the same whether somebody is outside the view or not there at all', async () => {
    const words = async (argv: string[], name: string) => {
      const ran = await world.run([...argv, '--as', school.admin, '--json'])
      expect(ran.exit).toBe(5)
      return ran.stderr.replaceAll(name, 'NAME')
    }
    for (const argv of [
      ['users', 'show'],
      ['users', 'suspend', '--yes'],
      ['users', 'restore', '--yes'],
      ['users', 'delete', '--yes'],
      ['users', 'remove', '--yes'],
      ['users', 'reset-password', '--yes'],
      ['users', 'pin', '--yes'],
      ['users', 'edit', '--first-name', 'X', '--yes'],
      ['users', 'edit', '--email', 'x@school.example', '--yes'],
      ['users', 'transfer', '--to', school.teacher, '--yes'],
      ['users', 'transfer', school.teacher, '--yes', '--to'],
    ]) {
      const there = await words([...argv, 'teacher@elsewhere.example'], 'teacher@elsewhere.example')
      expect(await words([...argv, 'nobody@elsewhere.example'], 'nobody@elsewhere.example')).toBe(there)
    }
    for (const argv of [
      ['centres', 'show'],
      ['coordinator', 'show'],
      ['coordinator', 'suspend', '--yes'],
      ['users', 'add', 'New Person <new@school.example>', '--yes', '--centre'],
      ['coordinator', 'change', '--to', school.teacher, '--yes'],
    ]) {
      const there = await words([...argv, 'EG002'], 'EG002')
      expect(await words([...argv, 'EG009'], 'EG009')).toBe(there)
    }
  })

  it('is refused for whoever is outside the view as if nobody were there, however a rule found them', async () => {
    const { db } = await world.store()
    const at = world.now
    const acting = {
      typedBy: { operator: 'tester@desk' },
      command: 'users suspend',
      dryRun: false,
      email: school.admin,
      at,
    }
    const actor = await findActor(db, acting)
    const user = await world.account('teacher@elsewhere.example')
    if (actor.kind !== 'user' || !user) throw new Error('the world has neither')
    const wanted = (name: string) => hiddenTarget({ actor, at }, { name })
    expect(() => permit({ actor, at }, 'users.suspend', { name: user.email, user })).toThrow(
      wanted(user.email).message,
    )
    expect(wanted(user.email).message).toContain('if it is there')
  })

  it('names the closest of what may be seen, and nothing else, where a name is mistyped', async () => {
    const refused = async (...argv: string[]) =>
      (await world.run([...argv, '--as', school.admin, '--json'])).error()
    expect(await refused('users', 'show', 'teahcer@school.example')).toMatchObject({
      code: 'not-permitted',
      hint: expect.stringContaining('Did you mean teacher@school.example'),
      details: { rule: 'outside what the account may see', candidates: [{ email: school.teacher }] },
    })
    expect(await refused('users', 'show', 'teahcer@elsewhere.example')).toMatchObject({
      details: { candidates: [] },
    })
    expect(await refused('centres', 'show', 'EG01')).toMatchObject({
      hint: expect.stringContaining('Did you mean EG001 (Centre EG001)?'),
      details: { candidates: [{ number: 'EG001' }] },
    })
  })

  it('reads the same whether a deleted account is outside the view or not there at all', async () => {
    expect(
      (await world.run(['users', 'delete', 'teacher@elsewhere.example', '--suspend', '--yes'])).exit,
    ).toBe(0)
    const words = async (name: string) => {
      const ran = await world.run(['users', 'show', name, '--as', school.admin, '--json'])
      return ran.stderr.replaceAll(/(teacher|nobody7)@elsewhere/gi, 'NAME')
    }
    expect(await words(' teacher@ELSEWHERE.example')).toBe(await words(' nobody7@ELSEWHERE.example'))
  })

  it('is for those who can sign in', async () => {
    expect((await world.run(['roles', 'list', '--as', 'nobody@school.example'])).exit).toBe(5)
    const tries = async () => {
      const ran = await world.run(['users', 'list', '--as', school.admin, '--json'])
      return { exit: ran.exit, code: ran.exit === 0 ? undefined : ran.error().code }
    }
    expect(await tries()).toEqual({ exit: 0 })
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    expect(await tries()).toEqual({ exit: 5, code: 'not-permitted' })
    await world.run(['coordinator', 'restore', 'EG001', '--yes'])
    await world.run(['users', 'suspend', school.admin, '--yes'])
    expect(await tries()).toEqual({ exit: 5, code: 'not-permitted' })
  })

  it('refuses a command that is in no line of the matrix, before it begins', async () => {
    for (const argv of [
      ['centres', 'import', 'nothing.xlsx', '--yes'],
      ['store', 'init'],
      ['audit', 'verify'],
    ]) {
      const ran = await world.run([...argv, '--as', school.coordinator, '--json'])
      expect(ran.exit).toBe(5)
      expect(ran.error().message).toContain('is for Cambridge staff')
    }
    const events = await world.run(['audit', 'list', '--kind', 'refusal', '--json'])
    expect(events.json().total).toBe(3)
  })

  it('lists only what the actor may see', async () => {
    const lines = async (argv: string[], as: string) => {
      const ran = await world.run([...argv, '--as', as])
      expect(ran.exit).toBe(0)
      return ran.stdout.split('\n').filter(Boolean)
    }
    expect(await lines(['users', 'list'], school.admin)).toHaveLength(7)
    expect(await lines(['users', 'list'], school.teacher)).toEqual([])
    expect(await lines(['centres', 'list'], school.admin)).toHaveLength(1)
    expect(await lines(['centres', 'list'], associate.coordinator)).toHaveLength(2)
    expect(await lines(['associates', 'list'], associate.coordinator)).toHaveLength(1)
    expect(await lines(['associates', 'list'], school.admin)).toEqual([])
    expect(await lines(['associates', 'show', 'CA001'], associate.coordinator)).toHaveLength(1)
  })
})
