import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'
import { importRows, type Line, line, living } from './workbook.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const centres = (from: number, to: number): Line[] =>
  Array.from({ length: to - from + 1 }, (_, at) => line(`EG${String(from + at).padStart(3, '0')}`))

async function learnerGroupOf(email: string) {
  const { db } = await world.store()
  const { id } = await db
    .selectFrom('users')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow()
  await db
    .insertInto('learner_groups')
    .values({ owner_id: id, site: 'cambridge-primary', name: 'Year 4', stage: '4' })
    .execute()
}

describe('missing centres', () => {
  beforeEach(() => importRows(world, [line('EG001', 'a@school.example'), line('EG002', 'b@school.example')]))

  it('are listed with their users, and never deleted unasked', async () => {
    const { exit, json } = await importRows(world, [line('EG001', 'a@school.example')])
    expect(exit).toBe(0)
    expect(json().missingCentres).toMatchObject([{ number: 'EG002', name: 'School EG002', users: 1 }])
    expect(json().centres.deleted).toBe(0)
    expect((await living(world)).centres).toEqual(['EG001', 'EG002'])
  })

  it('are deleted softly when asked for: nothing of theirs is lost', async () => {
    const { json } = await importRows(world, [line('EG001', 'a@school.example')], '--delete-missing')
    expect(json().centres.deleted).toBe(1)
    expect(await living(world)).toEqual({
      centres: ['EG001'],
      users: ['a@school.example', 'b@school.example'],
    })
    expect(await world.account('b@school.example')).toMatchObject({ blocker: 'centre-deleted' })
  })

  it('can be chosen by number', async () => {
    await importRows(world, [...centres(3, 4), line('EG002')])
    const { json } = await importRows(
      world,
      [line('EG001', 'a@school.example')],
      '--delete-centre',
      'eg002,EG004',
    )
    expect(json().centres.deleted).toBe(2)
    expect((await living(world)).centres).toEqual(['EG001', 'EG003'])
  })

  it('are the only ones that can be chosen', async () => {
    for (const number of ['EG001', 'EG999']) {
      const { exit, stdout, error } = await importRows(
        world,
        [line('EG001'), line('EG003')],
        '--delete-centre',
        number,
      )
      expect(exit).toBe(3)
      expect(stdout).toBe('')
      expect(error()).toMatchObject({
        code: 'not-missing',
        hint: `To delete it all the same: ssh-admin centres delete ${number}`,
      })
    }
    expect((await living(world)).centres).toEqual(['EG001', 'EG002'])
  })

  it.each<[string, Line]>([
    ['bears its name', { number: 'E-2', name: 'SCHOOL eg002' }],
    ['has the address of one of its users', { number: '', email: 'B@school.example' }],
  ])('are not those that a row without a usable number means, which %s', async (_, stray) => {
    const { exit, json } = await importRows(world, [line('EG001'), stray], '--delete-missing')
    expect(exit).toBe(8)
    expect(json().missingCentres).toEqual([])
    expect((await living(world)).centres).toEqual(['EG001', 'EG002'])
  })

  it.each<[string, Line, Line?]>([
    ['has a wrong number beside its name', { number: 'EG00Z', name: 'School EG002' }],
    ['has a wrong number beside the address of its user', { number: 'EG00Z', email: 'b@school.example' }],
    ['has the number of another centre', { number: 'EG001', name: 'School EG002' }, line('EG001')],
    ['has only a wrong number and a new address', { number: 'EG00Z', email: 'new@school.example' }],
    ['has no number, a new name and a new address', line('', 'new@school.example', { name: 'New name' })],
  ])('are kept where a row that was held back %s', async (_, wrong, other = line('EG001')) => {
    const { json } = await importRows(world, [other, wrong], '--delete-missing')
    expect(json().rows.heldBack).toBeGreaterThan(0)
    expect(json().missingCentres).toMatchObject([{ number: 'EG002', kept: 'held-back-rows' }])
    expect((await living(world)).centres).toContain('EG002')
    const chosen = await importRows(world, [line('EG009'), other, wrong], '--delete-centre', 'EG002')
    expect(chosen.exit).toBe(3)
    expect(chosen.error()).toMatchObject({
      code: 'held-back-rows',
      message: 'EG002 is kept: a row that was held back may be one of its rows.',
    })
  })

  it('are deleted beside a new centre that is only spelt wrong', async () => {
    const { exit, json } = await importRows(
      world,
      [line('EG001'), line('EG003', 'c@school.example', { country: 'Egipt' })],
      '--delete-missing',
    )
    expect(exit).toBe(8)
    expect(json().centres.deleted).toBe(1)
  })
})

describe('extra users', () => {
  beforeEach(async () => {
    await world.centre('EG001', { name: 'School EG001' })
    await world.user('amira@school.example', { centre: 'EG001' })
    await world.user('omar@school.example', { centre: 'EG001' })
  })

  it('are shown with their centre, what the workbook has there, and when they last signed in', async () => {
    const { db } = await world.store()
    await db
      .updateTable('users')
      .set({ last_signed_in_at: '2026-02-01T08:00:00.000Z' })
      .where('email', '=', 'omar@school.example')
      .execute()
    const { json } = await importRows(world, [line('EG001', 'amira@school.example')])
    expect(json().extraUsers).toEqual([
      {
        email: 'omar@school.example',
        centre: 'EG001',
        spreadsheetEmails: ['amira@school.example'],
        lastSignedInAt: '2026-02-01T08:00:00.000Z',
        kept: null,
      },
    ])
    expect(json().users.deleted).toBe(0)
  })

  it('are deleted in one step when asked for, and their centre stays', async () => {
    const { json } = await importRows(world, [line('EG001', 'amira@school.example')], '--delete-extra')
    expect(json().users.deleted).toBe(1)
    expect(await living(world)).toEqual({ centres: ['EG001'], users: ['amira@school.example'] })
  })

  it('can be chosen by address, and only they', async () => {
    const rows = [line('EG001', 'amira@school.example')]
    const wrong = await importRows(world, rows, '--delete-user', 'amira@school.example')
    expect(wrong.exit).toBe(3)
    expect(wrong.error()).toMatchObject({
      code: 'not-extra',
      message: expect.stringContaining('is not an extra user of this workbook: a row of it is theirs'),
      hint: 'To delete them all the same: ssh-admin users delete amira@school.example',
    })
    const noted = rows.map((row) => ({ ...row, town: 'see omar@school.example' }))
    expect((await importRows(world, noted, '--delete-user', 'omar@school.example')).error()).toMatchObject({
      code: 'not-extra',
      message: expect.stringContaining(': their address stands in another column of it, as in a note'),
    })
    const right = await importRows(world, rows, '--delete-user', 'Omar@School.example')
    expect(right.json().users.deleted).toBe(1)
  })

  it('are named one and all where several cannot be chosen, with the nearest that can', async () => {
    const rows = [line('EG001', 'amira@school.example')]
    const named = ['--delete-user', 'omer@school.example', '--delete-centre', 'EG001']
    const { exit, error } = await importRows(world, rows, ...named)
    expect(exit).toBe(3)
    expect(error().details).toMatchObject({
      problems: [
        {
          target: 'EG001',
          code: 'not-missing',
          hint: 'To delete it all the same: ssh-admin centres delete EG001',
        },
        {
          target: 'omer@school.example',
          code: 'not-extra',
          hint: 'To delete them all the same: ssh-admin users delete omer@school.example',
        },
      ],
    })
    const one = await importRows(world, rows, '--delete-user', 'omer@school.example')
    expect(one.error().details).toMatchObject({ candidates: ['omar@school.example'] })
  })

  it('are only at the centres of the workbook', async () => {
    const { json } = await importRows(world, [line('EG002', 'new@school.example')], '--delete-extra')
    expect(json().extraUsers).toEqual([])
    expect((await living(world)).users).toContain('omar@school.example')
  })

  it('are kept who coordinate, hold Progression Test data, or act for associate centres', async () => {
    await world.user('head@school.example', { centre: 'EG001', hubRole: 'coordinator' })
    await learnerGroupOf('omar@school.example')
    const { exit, json } = await importRows(world, [line('EG001')], '--delete-extra')
    expect(exit).toBe(0)
    expect(
      json().extraUsers.map((user: { email: string; kept: string | null }) => [user.email, user.kept]),
    ).toEqual([
      ['amira@school.example', null],
      ['head@school.example', 'is-coordinator'],
      ['omar@school.example', 'has-progression-tests'],
    ])
    expect((await living(world)).users).toEqual(['head@school.example', 'omar@school.example'])
    for (const [email, code] of [
      ['head@school.example', 'is-coordinator'],
      ['omar@school.example', 'has-progression-tests'],
    ] as const) {
      const refused = await importRows(world, [line('EG001')], '--delete-user', email)
      expect([refused.exit, refused.error().code]).toEqual([3, code])
    }
  })

  it.each<[string, Line]>([
    ['has a broken address', line('EG001', 'omar@')],
    [
      'has no usable number but bears the name of the centre',
      line('E-1', 'new@school.example', { name: 'School EG001' }),
    ],
    [
      'has no usable number but the address of another user there',
      line('?', 'amira@school.example', { name: '' }),
    ],
    ['has neither number nor address', { number: 'x', email: 'omar@', name: '' }],
  ])('are kept at a centre with a held-back row, which %s', async (_, wrong) => {
    const { exit, json } = await importRows(
      world,
      [line('EG001', 'amira@school.example'), wrong],
      '--delete-extra',
      '--delete-missing',
    )
    expect(exit).toBe(8)
    expect(json().extraUsers).toMatchObject([{ email: 'omar@school.example', kept: 'held-back-rows' }])
    expect((await living(world)).users).toContain('omar@school.example')
    const chosen = await importRows(
      world,
      [line('EG001', 'amira@school.example'), wrong],
      '--delete-user',
      'omar@school.example',
    )
    expect([chosen.exit, chosen.error().code]).toEqual([3, 'held-back-rows'])
  })

  it('are deleted at a centre without a mistake, whatever is held back at another', async () => {
    await world.centre('EG002', { name: 'School EG002' })
    const { exit, json } = await importRows(
      world,
      [line('EG001', 'amira@school.example'), line('EG002', 'omar@')],
      '--delete-extra',
    )
    expect(exit).toBe(8)
    expect(json().users.deleted).toBe(1)
  })

  it('are not those whose address stands in a held-back row, whatever is wrong with it', async () => {
    const { json } = await importRows(
      world,
      [line('EG001', 'amira@school.example'), line('E!1', 'omar@school.example')],
      '--delete-extra',
    )
    expect(json().extraUsers).toEqual([])
  })

  it.each([
    ['of somebody at another centre', 'zia@other.example', 1],
    ['of nobody', 'zia@', 0],
  ])(
    'are the same when the list that renames a centre is imported again, with a row of its former name and the address %s',
    async (_, email, deleted) => {
      await importRows(world, [line('EG002', 'zia@other.example')])
      const lines = [
        line('EG001', 'amira@school.example', { name: 'New name' }),
        line('EG002', 'zia@other.example'),
        line('', email, { name: 'School EG001' }),
      ]
      const first = await importRows(world, lines, '--delete-extra')
      expect(first.json().users.deleted).toBe(deleted)
      const afterwards = await living(world)
      const { json } = await importRows(world, lines, '--delete-extra')
      expect(json().users.deleted).toBe(0)
      expect(await living(world)).toEqual(afterwards)
    },
  )
})

describe('the limit on deleting', () => {
  it('does not mind a fifth', async () => {
    await importRows(world, centres(1, 25))
    const { exit, json } = await importRows(world, centres(1, 20), '--delete-missing')
    expect([exit, json().centres.deleted]).toEqual([0, 5])
  })

  it('does not mind fewer than five', async () => {
    await importRows(world, centres(1, 5))
    const { exit, json } = await importRows(world, centres(1, 1), '--delete-missing')
    expect([exit, json().centres.deleted]).toEqual([0, 4])
  })

  it('refuses five or more that are over a fifth, and nothing at all changes', async () => {
    await importRows(world, centres(1, 24))
    const rows = [line('EG001', 'new@school.example', { name: 'Renamed' }), ...centres(2, 19)]
    const { exit, stdout, error } = await importRows(world, rows, '--delete-missing')
    expect([exit, stdout]).toEqual([3, ''])
    expect(error()).toEqual({
      code: 'delete-limit',
      message:
        'This would delete 5 centres and 0 users, more than a fifth of what is there; nothing was changed.',
      hint: 'Look at the lists again. If all of it is to go: --allow-deletes 5',
      details: { centres: 5, users: 0, total: 5, allowed: null },
    })
    expect((await living(world)).users).toEqual([])
    expect((await living(world)).centres).toHaveLength(24)

    const wrong = await importRows(world, rows, '--delete-missing', '--allow-deletes', '4')
    expect([wrong.exit, wrong.error().code]).toEqual([3, 'delete-limit'])
    const right = await importRows(world, rows, '--delete-missing', '--allow-deletes', '5')
    expect([right.exit, right.json().centres.deleted]).toEqual([0, 5])
  })

  it('counts users against the live ones at the centres of the workbook', async () => {
    const people = Array.from({ length: 8 }, (_, at) => line('EG001', `user${at}@school.example`))
    const elsewhere = Array.from({ length: 40 }, (_, at) => line('EG002', `other${at}@school.example`))
    await importRows(world, [...people, ...elsewhere])
    const { exit, error } = await importRows(world, people.slice(0, 3), '--delete-extra')
    expect([exit, error().code]).toEqual([3, 'delete-limit'])
    const right = await importRows(world, people.slice(0, 3), '--delete-extra', '--allow-deletes', '5')
    expect(right.json().users.deleted).toBe(5)
  })

  it('does not count the users of a deleted centre, and adds centres and users up', async () => {
    await importRows(world, [
      ...centres(1, 10),
      ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => line('EG010', `${name}@school.example`)),
      line('EG001', 'amira@school.example'),
    ])
    const { exit, json } = await importRows(
      world,
      centres(1, 9),
      '--delete-missing',
      '--delete-extra',
      '--allow-deletes',
      '2',
    )
    expect(exit).toBe(0)
    expect([json().centres.deleted, json().users.deleted]).toEqual([1, 1])
  })

  it('refuses a wrong number even where none is needed', async () => {
    await importRows(world, centres(1, 2))
    const { exit, error } = await importRows(world, centres(1, 1), '--delete-missing', '--allow-deletes', '2')
    expect(exit).toBe(3)
    expect(error().message).toBe(
      '--allow-deletes 2 is not right: this would delete 1 centre and 0 users; nothing was changed.',
    )
    expect((await importRows(world, centres(1, 2), '--allow-deletes', '1')).exit).toBe(3)
    expect((await importRows(world, centres(1, 2), '--allow-deletes', '0')).exit).toBe(0)
  })

  it('lets a workbook without an accepted row delete nothing', async () => {
    await importRows(world, centres(1, 3))
    const { exit, json } = await importRows(
      world,
      [line('E-1'), line('E-2')],
      '--delete-missing',
      '--delete-extra',
    )
    expect(exit).toBe(8)
    expect(json()).toMatchObject({ centres: { deleted: 0 }, notices: [{ code: 'nothing-deleted' }] })
    const empty = await importRows(world, [], '--delete-missing', '--delete-extra')
    expect(empty.json().centres.deleted).toBe(0)
    expect((await living(world)).centres).toHaveLength(3)
  })
})
