import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const rolesOf = async (email: string) => (await world.run(['users', 'show', email, '--json'])).json().roles
const officer = { hubRole: null, roles: ['exams-officer'] } as const

describe('the role global-listening', () => {
  it('follows from being the exams officer of a school', async () => {
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001', ...officer })
    expect(await rolesOf('omar@school.example')).toEqual(['exams-officer', 'global-listening'])
  })

  it('follows at an associate centre that is marked for it', async () => {
    await world.centre('CA001', { kind: 'associate' })
    await world.centre('CA101', { associate: 'CA001' })
    await world.user('omar@school.example', { centre: 'CA101', ...officer })
    expect(await rolesOf('omar@school.example')).toEqual(['exams-officer'])
    const { db } = await world.store()
    await db.updateTable('centres').set({ global_listening: 1 }).where('number', '=', 'CA101').execute()
    expect(await rolesOf('omar@school.example')).toEqual(['exams-officer', 'global-listening'])
  })

  it('is found in the list by those who have it, and by nobody else', async () => {
    await world.centre('EG001')
    await world.centre('CA001', { kind: 'associate' })
    await world.centre('CA101', { associate: 'CA001' })
    await world.user('omar@school.example', { centre: 'EG001', ...officer })
    await world.user('teacher@school.example', { centre: 'EG001' })
    await world.user('rana@associate.example', { centre: 'CA001', ...officer })
    await world.user('zaid@branch.example', { centre: 'CA101', ...officer })
    const found = async () => {
      const ran = await world.run(['users', 'list', '--role', 'global-listening', '--json'])
      return ran.json().users.map(({ email }: { email: string }) => email)
    }
    expect(await found()).toEqual(['omar@school.example'])
    const { db } = await world.store()
    await db.updateTable('centres').set({ global_listening: 1 }).where('number', '=', 'CA101').execute()
    expect(await found()).toEqual(['omar@school.example', 'zaid@branch.example'])
  })

  it('is never granted', async () => {
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001' })
    const ran = await world.run(['roles', 'grant', 'omar@school.example', 'global-listening', '--json'])
    expect(ran.exit).toBe(3)
    expect(ran.error()).toMatchObject({
      code: 'derived-role',
      message:
        'global-listening is derived, never granted: the exams officers of a school, and of an associate centre marked for it.',
    })
  })
})

describe('granting roles', () => {
  it('leaves rights of the hub to editing the user', async () => {
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001' })
    const ran = await world.run(['roles', 'grant', 'omar@school.example', 'admin', '--json'])
    expect(ran.error()).toMatchObject({
      code: 'hub-role',
      hint: 'ssh-admin users edit omar@school.example --admin, or --no-admin',
    })
  })

  it('is harmless when repeated, and undone by revoking', async () => {
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001' })
    const changed = async (verb: string) => {
      const ran = await world.run(['roles', verb, 'omar@school.example', 'access-to-scripts', '--json'])
      return ran.json().users[0].changed
    }
    expect(await changed('grant')).toBe(true)
    expect(await changed('grant')).toBe(false)
    expect(await changed('revoke')).toBe(true)
    expect(await changed('revoke')).toBe(false)
  })
})
