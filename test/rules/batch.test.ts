import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { forEachTarget } from '../../src/rules/batch.ts'
import { NotFound, Unavailable } from '../../src/errors.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'coordinator@school.example' })
  await world.user('amira@school.example', { centre: 'EG001' })
})
afterEach(() => world.close())

describe('several targets of which one is refused', () => {
  it('tells of the others as they are, not as they would have become', async () => {
    const argv = ['users', 'suspend', 'amira@school.example', 'amirra@school.example', '--yes', '--json']
    const ran = await world.run(argv)
    expect(ran.exit).toBe(4)
    expect(ran.stderr).toContain('amira@school.example (EG001, active)')
    expect(ran.stderr).not.toContain('suspended')
    expect(await world.account('amira@school.example')).toMatchObject({ status: 'active' })
  })

  it('names nobody who was to be made', async () => {
    const people = [
      'Nour Said <nour@new.example>',
      'Huda Said <coordinator@school.example>',
      'Nora Said <nora@new.example>',
    ]
    const ran = await world.run(['users', 'add', ...people, '--centre', 'EG001', '--json'])
    expect(ran.exit).toBe(3)
    expect(ran.stderr).not.toContain('nour@new.example')
    expect((await world.run(['users', 'exists', 'nour@new.example'])).exit).toBe(4)
    expect((await world.run(['mail', 'list', '--json'])).json()).toMatchObject({ total: 0 })
  })

  it('records one refusal of a command, however long its list, and says of how many', async () => {
    await world.centre('EG002')
    const far = Array.from({ length: 30 }, (_, at) => `far${at}@elsewhere.example`)
    for (const email of far.slice(0, 15)) await world.user(email, { centre: 'EG002' })
    const as = ['--as', 'coordinator@school.example', '--yes']
    expect(await world.run(['users', 'suspend', ...far, ...as])).toMatchObject({ exit: 5 })
    const refused = ['audit', 'list', '--kind', 'refusal']
    const { total, events } = (await world.run([...refused, '--json'])).json()
    expect([total, events[0].subject, events[0].details.targets]).toEqual([1, far[0], 30])
    expect(await world.rows("select value from audit_personal where field like 'target%'")).toHaveLength(14)
    expect(
      (await world.run([...refused, '--subject', 'far7@elsewhere.example', '--json'])).json().total,
    ).toBe(1)
    const shown = (await world.run(refused, { terminal: { columns: 200 } })).stdout
    expect(shown).toContain('for Amira Haddad and 29 others (15 not there)')
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it('names all who are there of a list that invented addresses begin, deleted ones too', async () => {
    await world.centre('EG002', { coordinator: 'jan@elsewhere.example' })
    await world.centre('EG003', { coordinator: 'kofi@far.example' })
    await world.user('gone@far.example', { centre: 'EG003', status: 'suspended' })
    expect(await world.run(['users', 'delete', 'gone@far.example', '--yes'])).toMatchObject({ exit: 0 })
    const invented = Array.from({ length: 25 }, (_, at) => `x${at}@invented.example`)
    const there = ['kofi@far.example', 'gone@far.example', 'jan@elsewhere.example', 'Jan@elsewhere.example']
    const stdin = [...invented, ...there].join('\n')
    const argv = ['users', 'suspend', '-', '--as', 'coordinator@school.example', '--yes']
    expect(await world.run(argv, { stdin })).toMatchObject({ exit: 5 })

    const refused = ['audit', 'list', '--kind', 'refusal', '--json']
    const { total, events } = (await world.run(refused)).json()
    expect([total, events[0].details]).toMatchObject([1, { targets: 28, unknown: 25 }])
    for (const email of there) {
      expect((await world.run([...refused, '--subject', email])).json()).toMatchObject({ total: 1 })
    }
    expect((await world.run([...refused, '--subject', 'x1@invented.example'])).json().total).toBe(0)
    const shown = (await world.run(['users', 'show', 'kofi@far.example', '--json'])).json()
    expect(shown.lastEvents).toMatchObject([{ kind: 'refusal' }])

    for (const more of [[], ['--subject', 'jan@elsewhere.example']]) {
      const read = await world.run([...refused, ...more, '--as', 'jan@elsewhere.example'])
      expect(read.json()).toMatchObject({ total: 1, events: [{ subject: 'jan@elsewhere.example' }] })
      expect(read.stdout).not.toMatch(/far\.example|invented|target|unknown|EG00[13]/)
    }
    const coordinator = ['--as', 'kofi@far.example']
    const [both] = (await world.run([...refused, ...coordinator])).json().events
    expect(both).toMatchObject({ subject: 'kofi@far.example' })
    expect(both.details).toMatchObject({ targets: 2, target2: 'gone@far.example' })
    const sentence = await world.run(['audit', 'list', ...coordinator], { terminal: { columns: 200 } })
    expect(sentence.stdout).toContain('refused users suspend for Amira Haddad and 1 other')
  })

  it('is about a deleted account where it was the only one, too', async () => {
    await world.centre('EG003', { coordinator: 'kofi@far.example' })
    await world.user('gone@far.example', { centre: 'EG003', status: 'suspended' })
    expect(await world.run(['users', 'delete', 'gone@far.example', '--yes'])).toMatchObject({ exit: 0 })
    const argv = ['users', 'suspend', 'gone@far.example', '--as', 'coordinator@school.example', '--yes']
    expect(await world.run(argv)).toMatchObject({ exit: 5 })
    const [gone] = await world.rows("select id from users where email = 'gone@far.example'")
    expect(
      await world.rows(
        "select user_id as id from audit_personal where field = 'subject' order by audit_id desc limit 1",
      ),
    ).toEqual([gone])
    const read = ['audit', 'list', '--kind', 'refusal', '--json', '--as', 'kofi@far.example']
    expect((await world.run(read)).json()).toMatchObject({
      total: 1,
      events: [{ subject: 'gone@far.example' }],
    })
  })

  it('is shown to who is at a centre that a table of new people names, and to nobody at another', async () => {
    for (const number of ['EG002', 'EG003'])
      await world.centre(number, { coordinator: `${number.toLowerCase()}@far.example` })
    const rows = ['ZZ001', 'EG002', 'EG003', 'ZZ002'].map((number, at) => `${number},N,S,n${at}@new.example`)
    const stdin = ['Centre number,First name,Last name,Email', ...rows].join('\n')
    const argv = ['users', 'add', '--from', '-', '--as', 'coordinator@school.example', '--yes']
    expect(await world.run(argv, { stdin })).toMatchObject({ exit: 5 })
    const refused = ['audit', 'list', '--kind', 'refusal', '--json']
    expect((await world.run(refused)).json().events).toMatchObject([
      { subject: 'EG002', details: { targets: 4, unknown: 2, target2: 'EG003' } },
    ])
    const read = await world.run([...refused, '--as', 'eg003@far.example'])
    expect(read.json()).toMatchObject({ total: 1, events: [{ subject: 'EG003' }] })
    expect(read.stdout).not.toMatch(/EG002|ZZ00|target|unknown/)
  })

  it('is as many events as name all who are there', async () => {
    await world.centre('EG002')
    const far = Array.from({ length: 101 }, (_, at) => `far${at}@elsewhere.example`)
    for (const email of far) await world.user(email, { centre: 'EG002' })
    const stdin = [...far, 'nobody@elsewhere.example'].join('\n')
    const argv = ['users', 'suspend', '-', '--as', 'coordinator@school.example', '--yes']
    expect(await world.run(argv, { stdin })).toMatchObject({ exit: 5 })
    const { events } = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json()
    expect(events).toMatchObject([
      { subject: far[100], details: { targets: 2, unknown: 1 } },
      { subject: far[0], details: { targets: 100, target100: far[99] } },
    ])
  })

  it('tells its reader of none of them, there or not', async () => {
    await world.centre('EG002', { coordinator: 'far@elsewhere.example' })
    await world.user('adam@school.example', { centre: 'EG001', hubRole: 'admin' })
    const as = ['--as', 'adam@school.example', '--yes']
    const people = ['coordinator@school.example', 'far@elsewhere.example', 'nobody@elsewhere.example']
    expect(await world.run(['users', 'suspend', ...people, ...as])).toMatchObject({ exit: 5 })
    const read = await world.run([
      'audit',
      'list',
      '--kind',
      'refusal',
      '--as',
      'adam@school.example',
      '--json',
    ])
    expect(read.stdout).not.toMatch(/elsewhere/)
  })

  it('records each refusal of rights once', async () => {
    await world.centre('EG002', { coordinator: 'far@elsewhere.example' })
    const as = ['--as', 'coordinator@school.example', '--yes']
    const argv = ['users', 'suspend', 'amira@school.example', 'far@elsewhere.example', ...as]
    expect(await world.run(argv)).toMatchObject({ exit: 5 })
    const log = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json()
    expect(log).toMatchObject({ total: 1 })
  })
})

describe('every problem', () => {
  const told = async (...argv: string[]) => {
    const { exit, stderr } = await world.run([...argv, '--yes', '--json'])
    const { code, message, hint, details } = JSON.parse(stderr).error
    const targets = details.problems.map((one: { target: string; code: string }) => [one.target, one.code])
    return { exit, code, message, hint, details, targets }
  }

  it('of a list of one stands where a longer list has it, beside its own words', async () => {
    const { exit, targets, ...error } = await told('users', 'suspend', 'coordinator@school.example')
    expect([exit, targets]).toEqual([3, [['coordinator@school.example', 'is-coordinator']]])
    expect(error).toMatchObject({
      code: 'is-coordinator',
      hint: 'ssh-admin coordinator suspend EG001',
      details: { problems: [{ message: error.message, hint: error.hint }] },
    })
    const nobody = await told('centres', 'delete', 'ZZ001')
    expect(nobody).toMatchObject({ exit: 4, details: { wanted: 'ZZ001', candidates: [] } })
    expect(nobody.targets).toEqual([['ZZ001', 'centre-not-found']])
  })

  it('of a list of one is said once to a person', async () => {
    const { stderr } = await world.run(['users', 'suspend', 'coordinator@school.example', '--yes'])
    expect(stderr.match(/coordinates EG001/g)).toHaveLength(1)
  })

  it('of a list of one keeps the record of a refusal', async () => {
    await world.centre('EG002', { coordinator: 'far@elsewhere.example' })
    const { exit, targets } = await told(
      ...['users', 'suspend', 'far@elsewhere.example', '--as', 'coordinator@school.example'],
    )
    expect([exit, targets]).toEqual([5, [['far@elsewhere.example', 'not-permitted']]])
    const log = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json()
    expect(log).toMatchObject({ total: 1 })
  })

  it('of people who are typed is told, not the first alone', async () => {
    const people = ['Nour Said <nour@@new>', 'Huda Said <huda@new.example>', 'Nora Said <nora>']
    const { exit, code, targets } = await told('users', 'add', ...people, '--centre', 'EG001')
    expect([exit, code]).toEqual([2, 'invalid-email'])
    expect(targets).toEqual([
      ['Nour Said <nour@@new>', 'invalid-email'],
      ['Nora Said <nora>', 'invalid-email'],
    ])
  })

  it.each(['grant', 'revoke'])('of roles to %s is told, not the first alone', async (verb) => {
    const roles = ['nothing', 'coordinator', 'submit-teacher', 'admin']
    const { exit, targets } = await told('roles', verb, 'amira@school.example', ...roles)
    expect(exit).toBe(2)
    expect(targets).toEqual([
      ['nothing', 'unknown-role'],
      ['coordinator', 'is-coordinator'],
      ['admin', 'hub-role'],
    ])
  })

  it('of files to upload is told, not the first alone', async () => {
    const facts = ['--title', 'Paper', '--kind', 'other', '--series', '2026-06']
    const { exit, code, targets } = await told('resources', 'upload', 'one.pdf', 'two.pdf', ...facts)
    expect([exit, code]).toEqual([6, 'file-not-found'])
    expect(targets.map(([file]: string[]) => file)).toEqual(['one.pdf', 'two.pdf'])
  })

  it.each([['amira'], ['amira', 'omar']])(
    'that is of the store is about no target, and told as it is: %s',
    async (...targets) => {
      const lost = new Unavailable('store-unavailable', 'The connection broke.')
      const rule = async () => Promise.reject(lost)
      const asked = world.rehearse(() => (trx) => forEachTarget(trx, targets, rule, undefined))
      await expect(asked).rejects.toBe(lost)
    },
  )

  it('of what is no address and what is not there has the code of the gravest', async () => {
    const { exit, code } = await told('users', 'suspend', 'nobody@school.example', 'bad@@x')
    expect([exit, code]).toEqual([2, 'invalid-email'])
  })
})

describe('a long list of which most are not there', () => {
  const nobody = Array.from({ length: 12_000 }, (_, at) => `nobody${at}`)

  it('is looked up some thousands at a time, and the rule sees only those who are there', async () => {
    const find = vi.fn(async (names: readonly string[]) => names.filter((name) => name === 'amira'))
    const rule = vi.fn(async (name: string) => name)
    const lookUp = {
      keyOf: (name: string) => name,
      find,
      refusal: async (name: string) => new NotFound('user-not-found', `Nobody is ${name}.`),
    }
    const asked = world.rehearse(() => (trx) => forEachTarget(trx, [...nobody, 'amira'], rule, lookUp))
    await expect(asked).rejects.toMatchObject({
      message: '12000 of 12001 stand in the way; nothing was changed.',
    })
    expect(rule.mock.calls).toEqual([['amira']])
    expect(find.mock.calls.map(([names]) => names.length)).toEqual([5000, 5000, 2001])
  })

  const addresses = [...Array.from({ length: 30 }, (_, at) => `nobody${at}@school.example`), 'no address']
  const numbers = [...Array.from({ length: 30 }, (_, at) => `ZZ${at}`), '!']
  const counted = [...Array.from({ length: 30 }, (_, at) => String(at + 100)), 'x']

  it.each([
    ['users suspend', addresses, 'user-not-found'],
    ['users restore', addresses, 'user-not-found'],
    ['users delete', addresses, 'user-not-found'],
    ['users remove', addresses, 'user-not-found'],
    ['users reset-password', addresses, 'user-not-found'],
    ['centres delete', numbers, 'centre-not-found'],
    ['centres restore', numbers, 'centre-not-found'],
    ['associates assign coordinator@associate.example', numbers, 'centre-not-found'],
    ['associates unassign coordinator@associate.example', numbers, 'centre-not-found'],
    ['mail cancel', counted, 'message-not-found'],
    ['resources withdraw', counted, 'resource-not-found'],
    ['resources restore', counted, 'resource-not-found'],
    ['help-documents withdraw', counted, 'help-document-not-found'],
  ])('is told one by one, with what is no name at all: %s', async (words, names, code) => {
    await world.centre('CA001', { kind: 'associate', coordinator: 'coordinator@associate.example' })
    const ran = await world.run([...words.split(' '), '-', '--yes', '--json'], { stdin: names.join('\n') })
    expect(ran.exit).toBe(2)
    const { problems } = JSON.parse(ran.stderr).error.details
    expect(problems).toHaveLength(31)
    expect(problems.filter((problem: { code: string }) => problem.code === code)).toHaveLength(30)
    expect(problems[0].target).toBe(names[0])
  })

  it('finds those who are there, deleted ones where they count, and refuses who may not be seen', async () => {
    await world.run(['users', 'delete', 'amira@school.example', '--suspend', '--yes'])
    const list = ['amira@school.example', ...addresses.slice(0, 30)].join('\n')
    const told = async (...argv: string[]) => {
      const { stderr } = await world.run([...argv, '-', '--yes', '--json'], { stdin: list })
      return JSON.parse(stderr).error
    }
    expect((await told('users', 'restore')).details.problems).toHaveLength(30)
    expect((await told('users', 'suspend')).details.problems).toHaveLength(31)
    const outside = await told('users', 'suspend', '--as', 'coordinator@school.example')
    expect(outside).toMatchObject({ code: 'not-permitted' })
    const log = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json()
    expect(log).toMatchObject({ total: 1 })
  })
})
