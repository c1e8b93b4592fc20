import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Changes, editUser } from '../../../src/rules/users/edit.ts'
import { resetPassword } from '../../../src/rules/users/reset-password.ts'
import { letters, openCredentials } from '../../holding.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'

describe('editing a user', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.user(amira, { centre: 'EG001', sites: ['test-maker'], roles: ['exams-officer'] })
  })
  afterEach(() => world.close())

  const editing = (changes: Changes, email = amira) =>
    world.commit((ctx) => (trx) => editUser(trx, { email, changes, ctx }))

  it('changes names, so that they are found by the new one', async () => {
    const { account } = await editing({ firstName: 'Émilie', lastName: 'Öztürk' })
    expect(account).toMatchObject({ firstName: 'Émilie', lastName: 'Öztürk' })
    expect((await world.run(['users', 'list', '--search', 'emilie ozturk'])).stdout).toContain(amira)
  })

  it('leaves nobody without the name they have', async () => {
    await expect(editing({ firstName: '', lastName: ' ' })).rejects.toMatchObject({ code: 'name-missing' })
    expect(await editing({ lastName: '' })).toMatchObject({ account: { firstName: 'Amira', lastName: '' } })
  })

  it('judges one name alone where the other stays, which an earlier build took', async () => {
    const { db } = await world.store()
    const mixed = 'Am\u0456ra'
    await db.updateTable('users').set({ first_name: mixed }).where('email_key', '=', amira).execute()
    const { account } = await editing({ lastName: 'Said' })
    expect(account).toMatchObject({ firstName: mixed, lastName: 'Said' })
    expect((await editing({ firstName: mixed, lastName: 'Omar' })).account.lastName).toBe('Omar')
    await expect(editing({ lastName: 'S\u0430id' })).rejects.toMatchObject({ code: 'not-a-name' })
    await expect(editing({ firstName: 'Am\u0456r' })).rejects.toMatchObject({ code: 'not-a-name' })
  })

  it('tells a changed address to the old one and the new one', async () => {
    const { account } = await editing({ email: 'a.haddad@school.example' })
    expect(account.email).toBe('a.haddad@school.example')
    expect(await letters(world)).toEqual([
      `address-changed to ${amira}`,
      'address-changed to a.haddad@school.example',
    ])
  })

  it('of the address voids open links', async () => {
    await world.commit((ctx) => (trx) => resetPassword(trx, { email: amira, ctx }))
    expect(await openCredentials(world, amira)).toEqual(['reset'])
    await editing({ email: 'a.haddad@school.example' })
    expect(await openCredentials(world, 'a.haddad@school.example')).toEqual([])
  })

  it('of the address is refused when somebody else has it', async () => {
    await expect(editing({ email: 'Huda@school.example' })).rejects.toMatchObject({
      code: 'email-in-use',
      hint: 'Use another address: one address has one account.',
    })
  })

  it('of the letter case of a domain tells nobody', async () => {
    expect(await editing({ email: 'amira@School.example' })).toMatchObject({ outcome: 'edited' })
    expect(await letters(world)).toEqual([])
  })

  it('of capitals before the @ is another address, which may be another mailbox', async () => {
    await world.commit((ctx) => (trx) => resetPassword(trx, { email: amira, ctx }))
    await editing({ email: 'AMIRA@school.example' })
    expect(await letters(world)).toContain(`address-changed to ${amira}`)
    expect(await openCredentials(world, amira)).toEqual([])
  })

  it('of capitals before the @ needs the right to take over the account, and is not for oneself', async () => {
    for (const [email, by] of [
      [amira, 'huda@school.example'],
      ['huda@school.example', 'huda@school.example'],
    ] as const) {
      const argv = ['users', 'edit', email, '--email', email.toUpperCase(), '--as', by, '--yes', '--json']
      expect((await world.run(argv)).exit, email).toBe(5)
    }
  })

  it('gives a site to somebody without a hub role: for whoever may make a teacher', async () => {
    await world.user('vera@school.example', { centre: 'EG001', hubRole: null, roles: ['user-management'] })
    await world.user('adam@school.example', { centre: 'EG001', hubRole: 'admin' })
    await world.user('sami@school.example', { centre: 'EG001', hubRole: null })
    const giving = ['users', 'edit', 'sami@school.example', '--add-site', 'test-maker', '--yes', '--json']
    const refused = await world.run([...giving, '--as', 'vera@school.example'])
    expect(refused.error().message).toContain('a role you could not grant: teacher')
    expect((await world.run([...giving, '--as', 'adam@school.example'])).json()).toMatchObject({
      users: [{ hubRole: 'teacher' }],
    })
  })

  it('gives and takes administrative rights', async () => {
    expect((await editing({ admin: true })).account.hubRole).toBe('admin')
    expect((await editing({ admin: false })).account.hubRole).toBe('teacher')
  })

  it('leaves the hub role coordinator to the coordinator commands', async () => {
    await expect(editing({ admin: true }, 'huda@school.example')).rejects.toMatchObject({
      code: 'is-coordinator',
      hint: 'ssh-admin coordinator change EG001 --to EMAIL',
    })
    await expect(editing({ addRoles: ['coordinator'] })).rejects.toMatchObject({ code: 'is-coordinator' })
  })

  it('gives and takes sites and roles', async () => {
    const { account } = await editing({
      addSites: ['cambridge-primary'],
      removeSites: ['test-maker'],
      addRoles: ['access-to-scripts'],
      removeRoles: ['exams-officer'],
    })
    expect(account.sites).toEqual(['school-support-hub', 'cambridge-primary'])
    expect(account.roles).toEqual(['teacher', 'access-to-scripts'])
  })

  it.each([{ removeSites: ['school-support-hub'] }, { removeRoles: ['teacher'] }])(
    'does not say that the hub is taken where it stays: %j',
    async (changes) => {
      await expect(editing(changes)).rejects.toMatchObject({
        code: 'hub-role',
        hint: `With every other role of the centre: ssh-admin users remove ${amira}`,
      })
      const { account } = await editing({ admin: true, removeRoles: ['teacher'] })
      expect(account.hubRole).toBe('admin')
    },
  )

  it('is refused a role where there is no centre to hold it at', async () => {
    await world.run(['users', 'remove', amira, '--yes'])
    await expect(editing({ addRoles: ['exams-officer'] })).rejects.toMatchObject({ code: 'no-centre' })
  })

  it.each([
    { addRoles: ['exams-officer'] },
    { addRoles: ['teacher'] },
    { removeRoles: ['submit-teacher'] },
    { removeRoles: ['admin'] },
  ])('is refused to whoever may not do that, also where it would change nothing: %j', async (changes) => {
    await world.user('officer@school.example', { centre: 'EG001', roles: ['exams-officer'] })
    const options = Object.entries(changes).flatMap(([name, roles]) => [
      name === 'addRoles' ? '--add-role' : '--remove-role',
      ...roles,
    ])
    const edit = ['users', 'edit', amira, ...options, '--as', 'officer@school.example']
    expect(await world.run([...edit, '--yes'])).toMatchObject({ exit: 5 })
    expect(await editing(changes)).toMatchObject({ outcome: 'unchanged' })
  })

  it('that changes nothing writes nothing', async () => {
    expect(await editing({ firstName: 'Amira', addSites: ['test-maker'] })).toMatchObject({
      outcome: 'unchanged',
    })
    const { events } = (await world.run(['audit', 'list', '--json'])).json()
    expect(events).toEqual([])
  })
})
