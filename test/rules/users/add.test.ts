import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Addition, addUser } from '../../../src/rules/users/add.ts'
import { removeUser } from '../../../src/rules/users/remove.ts'
import { suspendUser } from '../../../src/rules/users/suspend.ts'
import { parsePerson } from '../../../src/rules/users/new-user.ts'
import { letters, openCredentials } from '../../holding.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'

describe('adding a user', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
  })
  afterEach(() => world.close())

  const adding = (more: Partial<Omit<Addition, 'person'>> & { text?: string } = {}) => {
    const { text = `Amira Haddad <${amira}>`, ...rest } = more
    return world.commit((ctx) => (trx) => {
      return addUser(trx, { person: parsePerson(text), centre: 'EG001', ...rest, ctx })
    })
  }

  it('makes a teacher, who is sent a set-up message', async () => {
    const { account, outcome } = await adding()
    expect(outcome).toBe('created')
    expect(account).toMatchObject({ hubRole: 'teacher', status: 'invited', blocker: 'invited' })
    expect(account).toMatchObject({ firstName: 'Amira', lastName: 'Haddad', sites: ['school-support-hub'] })
    expect(await letters(world)).toEqual([`account-set-up to ${amira}`])
    expect(await openCredentials(world, amira)).toEqual(['set-up'])
  })

  it('gives administrative rights and sites where they are ticked', async () => {
    const { account } = await adding({ admin: true, sites: ['Cambridge Primary', 'test-maker'] })
    expect(account).toMatchObject({
      hubRole: 'admin',
      sites: ['school-support-hub', 'cambridge-primary', 'test-maker'],
    })
  })

  it('with service roles only makes no hub user, who is sent the invitation with a temporary password', async () => {
    const { account } = await adding({ roles: ['Exams Officer'] })
    expect(account).toMatchObject({ hubRole: null, roles: ['exams-officer'], sites: [] })
    expect(await letters(world)).toEqual([`invitation to ${amira}`])
    expect(await openCredentials(world, amira)).toEqual(['temporary-password'])
  })

  it('with a site besides service roles makes a teacher', async () => {
    const { account } = await adding({ roles: ['exams-officer'], sites: ['test-maker'] })
    expect(account).toMatchObject({ hubRole: 'teacher', roles: ['teacher', 'exams-officer'] })
  })

  it('is refused for an address that somebody has, however it is spelt', async () => {
    await adding()
    await expect(adding({ text: 'Ann Other <AMIRA@School.Example>' })).rejects.toMatchObject({
      code: 'email-in-use',
      message: `${amira} already has an account at EG001 (Amira Haddad, invited); a message to them waits to be sent.`,
      hint: 'ssh-admin mail send',
    })
  })

  it('may use the address of a deleted account', async () => {
    await world.user(amira, { centre: 'EG001', status: 'suspended' })
    await world.run(['users', 'delete', amira, '--yes'])
    expect(await adding()).toMatchObject({ outcome: 'created' })
  })

  it('is refused at a deleted centre', async () => {
    const { db } = await world.store()
    await db.updateTable('centres').set({ deleted_at: world.now.toISOString() }).execute()
    await expect(adding()).rejects.toMatchObject({
      code: 'centre-deleted',
      hint: 'ssh-admin centres restore EG001',
    })
  })

  it('is refused for a role that is given elsewhere, or never', async () => {
    await expect(adding({ roles: ['coordinator'] })).rejects.toMatchObject({
      code: 'is-coordinator',
      hint: "ssh-admin coordinator add CENTRE 'Name <email>'",
    })
    await expect(adding({ roles: ['global-listening'] })).rejects.toMatchObject({ code: 'derived-role' })
    await expect(adding({ roles: ['exam-officer'] })).rejects.toMatchObject({
      code: 'unknown-role',
      hint: 'Did you mean exams-officer?',
    })
  })

  it('joins an account without a centre to this one, and keeps its name and password', async () => {
    await world.user(amira, { centre: 'EG001', firstName: 'Amira' })
    await world.commit((ctx) => (trx) => removeUser(trx, { email: amira, ctx }))
    await world.centre('EG002')
    const { account, outcome } = await adding({ centre: 'EG002', text: `A. Haddad <${amira}>`, admin: true })
    expect(outcome).toBe('rejoined')
    expect(account).toMatchObject({ firstName: 'Amira', hubRole: 'admin', status: 'active', canSignIn: true })
    expect(account.centre).toMatchObject({ number: 'EG002' })
    expect(await letters(world)).toEqual([])
    const [last] = await world.rows('select action from audit order by id desc limit 1')
    expect(last).toEqual({ action: 'users.rejoined' })
  })

  it('joins nobody to a deleted centre', async () => {
    await world.user(amira, { centre: 'EG001' })
    await world.commit((ctx) => (trx) => removeUser(trx, { email: amira, ctx }))
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    await expect(adding()).rejects.toMatchObject({ code: 'centre-deleted' })
  })

  it('does not join a suspended account to a centre', async () => {
    await world.user(amira, { centre: 'EG001' })
    await world.commit((ctx) => (trx) => removeUser(trx, { email: amira, ctx }))
    await world.commit((ctx) => (trx) => suspendUser(trx, { email: amira, ctx }))
    await expect(adding()).rejects.toMatchObject({
      code: 'suspended',
      hint: `ssh-admin users restore ${amira}`,
    })
  })

  it('with --if-missing leaves an equal user as they are, and refuses a different one', async () => {
    await adding({ sites: ['test-maker'] })
    expect(await adding({ sites: ['test-maker'], ifMissing: true })).toMatchObject({ outcome: 'unchanged' })
    await expect(adding({ admin: true, ifMissing: true })).rejects.toMatchObject({
      code: 'email-in-use',
      message: expect.stringMatching(/, and differs: roles, sites\.$/),
      details: { differs: ['roles', 'sites'] },
    })
  })

  it.each([
    ['evil.com Haddad', 'The first name'],
    ['Amira evil.com', 'The last name'],
  ])('says of %s which name is none', async (name, which) => {
    await expect(async () => adding({ text: `${name} <${amira}>` })).rejects.toThrow(which)
  })

  it('leaves no trace when rehearsed', async () => {
    await world.rehearse((ctx) => (trx) => {
      return addUser(trx, { person: parsePerson(`Amira Haddad <${amira}>`), centre: 'EG001', ctx })
    })
    expect(await world.account(amira)).toBeUndefined()
    expect(await letters(world)).toEqual([])
  })
})
