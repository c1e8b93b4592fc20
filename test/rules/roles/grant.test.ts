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

  it('is refused where the centre is deleted, and where there is none', async () => {
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001' })
    const granting = async () => {
      const ran = await world.run(['roles', 'grant', 'omar@school.example', 'access-to-scripts', '--json'])
      return [ran.exit, ran.error().code]
    }
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    expect(await granting()).toEqual([3, 'centre-deleted'])
    await world.run(['centres', 'restore', 'EG001'])
    await world.run(['users', 'remove', 'omar@school.example', '--yes'])
    expect(await granting()).toEqual([3, 'no-centre'])
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

describe('a role that no granting gives', () => {
  const beginWith = async () => {
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.user('amira@school.example', { centre: 'EG001', hubRole: 'admin' })
    await world.user('omar@school.example', { centre: 'EG001' })
    await world.user('uma@school.example', { centre: 'EG001', hubRole: null, roles: ['user-management'] })
    await world.user('zaid@school.example', { centre: 'EG001', ...officer })
  }
  const lines = (role: string) => [
    ['roles', 'grant', 'omar@school.example', role],
    ['roles', 'revoke', 'omar@school.example', role],
    ['users', 'edit', 'omar@school.example', '--add-role', role, '--yes'],
    ['users', 'edit', 'omar@school.example', '--remove-role', role, '--yes'],
    ['users', 'add', 'Nour Said <nour@school.example>', '--centre', 'EG001', '--role', role],
  ]

  it.each(['global-listening', 'coordinator'])(
    'is not permitted before it is explained: %s',
    async (role) => {
      await beginWith()
      for (const line of lines(role)) {
        expect(await world.run([...line, '--json'])).toMatchObject({ exit: 3 })
        for (const actor of ['huda', 'amira', 'uma', 'zaid']) {
          const ran = await world.run([...line, '--as', `${actor}@school.example`, '--json'])
          expect([line, actor, ran.exit, ran.error().code]).toEqual([line, actor, 5, 'not-permitted'])
        }
      }
      const { total } = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json()
      expect(total).toBe(lines(role).length * 4)
    },
  )

  it('is explained to those who give it by another command', async () => {
    await beginWith()
    const granting = async (actor: string) => {
      const line = ['roles', 'grant', 'omar@school.example', 'admin', '--as', `${actor}@school.example`]
      const ran = await world.run([...line, '--json'])
      return [ran.exit, ran.error().code]
    }
    expect(await granting('huda')).toEqual([3, 'hub-role'])
    expect(await granting('amira')).toEqual([5, 'not-permitted'])
    expect(await granting('uma')).toEqual([5, 'not-permitted'])
  })

  it('is not permitted in a batch either', async () => {
    await beginWith()
    const stdin = 'roles grant omar@school.example global-listening\n'
    const ran = await world.run(['batch', '--as', 'uma@school.example', '--json'], { stdin })
    expect(ran.exit).toBe(5)
  })

  it('is a cell that stands in the way of a table, whoever brings it', async () => {
    await beginWith()
    const stdin = 'Email,First name,Role\nnour@school.example,Nour,global-listening\n'
    const line = ['users', 'add', '--from', '-', '--centre', 'EG001', '--yes', '--json']
    for (const actor of [[], ['--as', 'uma@school.example']]) {
      const ran = await world.run([...line, ...actor], { stdin })
      expect(ran.exit).toBe(6)
      expect(ran.error().details.problems).toMatchObject([{ code: 'derived-role' }])
    }
  })
})

describe('what was typed wrongly', () => {
  it.each([
    ['Submit for assessment', ['submit-exams-officer, submit-teacher']],
    ['nothing of the kind', ['user-management, exams-officer']],
  ])('is one name where no word of it is a role: %s', async (words, named) => {
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001' })
    for (const verb of ['grant', 'revoke']) {
      const ran = await world.run(['roles', verb, 'omar@school.example', ...words.split(' ')])
      expect(ran.exit).toBe(2)
      expect(ran.stderr).toContain(`There is no role '${words}'.`)
      for (const names of named) expect(ran.stderr.split(names)).toHaveLength(2)
    }
  })

  it('is told of each of several that are nearly roles', async () => {
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001' })
    for (const verb of ['grant', 'revoke']) {
      const words = ['submt-teacher', 'nothing', 'exams-oficer']
      const ran = await world.run(['roles', verb, 'omar@school.example', ...words, '--json'])
      expect(ran.error().details.problems).toMatchObject([
        { target: 'submt-teacher', hint: 'Did you mean submit-teacher?' },
        { target: 'nothing' },
        { target: 'exams-oficer', hint: 'Did you mean exams-officer?' },
      ])
    }
  })

  it('is the role whose name was typed without quotes', async () => {
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001' })
    const ran = await world.run(['roles', 'grant', 'omar@school.example', 'exams', 'officer'])
    expect(ran.exit).toBe(0)
    expect(await rolesOf('omar@school.example')).toContain('exams-officer')
  })

  it.each([
    ['unknown-role', 'roles grant nobody@school.example nonsense'],
    ['unknown-role', 'users edit nobody@school.example --add-role nonsense --yes'],
    ['unknown-site', 'users edit nobody@school.example --remove-site nonsense --yes'],
    ['invalid-email', 'users edit nobody@school.example --email x --yes'],
    ['not-a-name', 'users edit nobody@school.example --first-name NULL --yes'],
    ['unknown-role', 'users add N<n@school.example> --centre EG777 --role nonsense'],
    ['unknown-site', 'users add N<n@school.example> --centre EG777 --site nonsense'],
    ['invalid-email', 'users transfer nobody@school.example --to x@ --yes'],
    ['invalid-email', 'coordinator change EG777 --to x@ --yes'],
  ])('is told before what is not there: %s of %s', async (code, line) => {
    await world.centre('EG001')
    const ran = await world.run([...line.split(' '), '--json'])
    expect([ran.exit, ran.error().code]).toEqual([2, code])
  })
})
