import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesIn, tables } from '../../import/tables.ts'
import { importRows, line, living } from '../../import/workbook.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const undo = (id: number, ...flags: string[]) =>
  world.run(['centres', 'imports', 'undo', String(id), '--yes', '--json', ...flags])

const people = [line('EG001', 'amira@school.example'), line('EG001', 'omar@school.example')]

async function setUser(email: string, facts: Record<string, string | null>) {
  const { db } = await world.store()
  await db.updateTable('users').set(facts).where('email', '=', email).execute()
}

describe('an import that is not there', () => {
  it.each([
    ['centres', 'imports', 'show', '1'],
    ['centres', 'imports', 'undo', '1'],
    ['centres', 'pins', '1', '--out', 'pins.csv'],
    ['mail', 'send', '--import', '1'],
  ])('is refused with where they are listed, and where none is, how to begin: %s %s %s', async (...argv) => {
    await world.centre('EG001')
    const hint = async () =>
      (await world.run([...argv.map((word) => word.replace('1', '7')), '--json'])).error().hint
    expect(await hint()).toBe('Nothing has been imported yet. To begin: ssh-admin centres import FILE')
    await importRows(world, people)
    expect(await hint()).toBe('ssh-admin centres imports lists them.')
  })
})

describe('taking an import back', () => {
  it('removes what it created, gives back old names, and restores what it deleted', async () => {
    await importRows(world, [
      line('EG001', 'amira@school.example'),
      line('EG001', 'omar@school.example'),
      line('EG002'),
      line('EG003'),
    ])
    const before = await tables(world)
    await importRows(
      world,
      [
        line('EG001', 'amira@school.example', { name: 'New name' }),
        line('EG003'),
        line('EG004', 'n@school.example'),
      ],
      '--delete-missing',
      '--delete-extra',
    )
    const { exit, json } = await undo(2)
    expect(exit).toBe(0)
    expect(json()).toMatchObject({
      import: { id: 2, state: 'undone' },
      changed: true,
      undone: {
        usersRemoved: 1,
        centresRemoved: 1,
        namesGivenBack: 1,
        centresRestored: 1,
        usersRestored: 1,
        pinsVoided: 1,
      },
      left: [],
    })
    expect(await tables(world)).toEqual(before)
  })

  it('leaves no deleted account behind: the address comes as new, not as replaced', async () => {
    await importRows(world, people)
    await undo(1)
    const { json } = await importRows(world, people)
    expect(json().users).toMatchObject({ created: 2, replaced: 0 })
  })

  it('voids the PINs of those whom it leaves', async () => {
    await importRows(world, people)
    await world.run(['users', 'edit', 'omar@school.example', '--first-name', 'Umar', '--yes'])
    expect((await undo(1)).json().undone).toMatchObject({ usersRemoved: 1, pinsVoided: 2 })
    expect(await world.account('omar@school.example')).toMatchObject({ pin: 'void' })
  })

  it('cancels its waiting letters, and lists those sent', async () => {
    await importRows(world, people, '--send-mail', '--smtp', 'smtp://127.0.0.1:1?ignoreTLS=true')
    const { db } = await world.store()
    await db
      .updateTable('outbox')
      .set({ state: 'written', file: 'x.eml' })
      .where('to_address', '=', 'omar@school.example')
      .execute()
    const { json } = await undo(1)
    expect(json().undone.lettersCancelled).toBe(1)
    expect(json().left).toEqual([{ what: 'omar@school.example', reason: 'letter-sent' }])
  })

  it('names somebody erased since, and the letter that went to them', async () => {
    await importRows(world, people, '--send-mail', '--smtp', 'smtp://127.0.0.1:1?ignoreTLS=true')
    const { db } = await world.store()
    await db
      .updateTable('outbox')
      .set({ state: 'written' })
      .where('to_address', '=', 'omar@school.example')
      .execute()
    await world.run(['users', 'delete', 'omar@school.example', '--suspend', '--yes'])
    expect((await undo(1, '--dry-run')).json().left).toContainEqual({
      what: 'omar@school.example',
      reason: 'deleted',
    })
    expect((await world.run(['users', 'erase', 'omar@school.example', '--yes'])).exit).toBe(0)
    const { json } = await undo(1)
    const nobody = expect.stringMatching(/^erased-\d+@erased\.invalid$/)
    expect(json().left).toEqual([
      { what: nobody, reason: 'erased' },
      { what: 'EG001', reason: 'has-users' },
      { what: nobody, reason: 'letter-sent' },
    ])
  })

  it('counts letters that went out apart from what changed since, in the question too', async () => {
    await importRows(world, people, '--send-mail', '--smtp', 'smtp://127.0.0.1:1?ignoreTLS=true')
    const { db } = await world.store()
    await db
      .updateTable('outbox')
      .set({ state: 'written', file: 'x.eml' })
      .where('to_address', '=', 'omar@school.example')
      .execute()
    const unasked = await world.run(['centres', 'imports', 'undo', '1', '--json'])
    expect(unasked.error().message).toContain('1 letter was sent already.')
    expect(unasked.error().message).not.toContain('changed since')
    const done = await world.run(['centres', 'imports', 'undo', '1', '--yes'], { terminal: true })
    expect(done.stdout).toContain('1 letter was sent already:')
    expect(done.stdout).not.toContain('changed since')
  })

  it('leaves alone, and says so, what was restored and deleted again since', async () => {
    await importRows(world, [...people, line('EG002')])
    await importRows(world, people.slice(0, 1), '--delete-missing', '--delete-extra')
    world.setClock('2026-03-03T09:00:00.000Z')
    for (const call of [
      'centres restore EG002',
      'centres delete EG002',
      'users restore omar@school.example',
      'users delete omar@school.example --suspend',
    ])
      expect((await world.run([...call.split(' '), '--yes'])).exit).toBe(0)
    const { json } = await undo(2)
    expect(json().undone).toMatchObject({ centresRestored: 0, usersRestored: 0 })
    expect(json().left).toEqual(
      expect.arrayContaining([
        { what: 'EG002', reason: 'deleted-again' },
        { what: 'omar@school.example', reason: 'deleted-again' },
      ]),
    )
  })

  it.each<[string, (at: World) => Promise<unknown>]>([
    ['activated', () => setUser('omar@school.example', { status: 'active' })],
    [
      'activated',
      async (at) => {
        const pin = (await at.run(['users', 'pin', 'omar@school.example', '--show', '--json'])).json().pin
        const stdin = `${pin}\nnine camels cross the river\n`
        return at.run(['account', 'activate', 'omar@school.example'], { stdin })
      },
    ],
    ['signed-in', () => setUser('omar@school.example', { last_signed_in_at: '2026-03-02T10:00:00.000Z' })],
    ['edited', (at) => at.run(['users', 'edit', 'omar@school.example', '--last-name', 'Said', '--yes'])],
    ['suspended', (at) => at.run(['users', 'suspend', 'omar@school.example', '--yes'])],
    [
      'was-suspended',
      async (at) => {
        await at.run(['users', 'suspend', 'omar@school.example', '--yes'])
        await at.run(['users', 'restore', 'omar@school.example', '--yes'])
      },
    ],
    ['edited', (at) => at.run(['roles', 'grant', 'omar@school.example', 'exams-officer'])],
    ['edited', (at) => at.run(['users', 'edit', 'omar@school.example', '--add-site', 'test-maker', '--yes'])],
    ['edited', (at) => at.run(['users', 'edit', 'omar@school.example', '--admin', '--yes'])],
    [
      'newer-pin',
      (at) => {
        at.setClock('2026-03-03T09:00:00.000Z')
        return at.run(['users', 'pin', 'omar@school.example', '--yes'])
      },
    ],
    [
      'has-progression-tests',
      async () => {
        const { db } = await world.store()
        const { id } = await db
          .selectFrom('users')
          .select('id')
          .where('email', '=', 'omar@school.example')
          .executeTakeFirstOrThrow()
        const group = { site: 'cambridge-primary', name: 'Year 4', stage: '4' } as const
        await db
          .insertInto('learner_groups')
          .values({ owner_id: id, ...group })
          .execute()
      },
    ],
  ])('leaves a user alone who is %s, and their centre', async (reason, change) => {
    await importRows(world, people)
    await change(world)
    const { exit, json } = await undo(1)
    expect(exit).toBe(0)
    expect(json().left).toMatchObject([
      { what: 'omar@school.example' },
      { what: 'EG001', reason: 'has-users' },
    ])
    expect([reason, 'role', 'granted', 'given-a-role']).toContain(json().left[0].reason)
    expect(await living(world)).toEqual({ centres: ['EG001'], users: ['omar@school.example'] })
  })

  it('leaves a coordinator alone who was appointed since', async () => {
    await importRows(world, [line('EG001', 'amira@school.example', { role: 'admin' })])
    const changed = await world.run([
      'coordinator',
      'change',
      'EG001',
      '--to',
      'amira@school.example',
      '--yes',
    ])
    if (changed.exit !== 0)
      await world.run(['coordinator', 'add', 'EG001', 'Ola <ola@school.example>', '--yes'])
    await undo(1)
    expect((await living(world)).users).toHaveLength(1)
  })

  it('leaves a centre alone that has other users, or was edited', async () => {
    await importRows(world, [line('EG001'), line('EG002'), line('EG003')])
    await world.run(['users', 'add', 'Ola <ola@school.example>', '--centre', 'EG001', '--yes'])
    await world.run(['centres', 'edit', 'EG002', '--town', 'Giza', '--yes'])
    expect((await undo(1)).json().left).toEqual([
      { what: 'EG001', reason: 'has-users' },
      { what: 'EG002', reason: 'edited' },
    ])
    expect((await living(world)).centres).toEqual(['EG001', 'EG002'])
  })

  it('leaves a centre alone that it restored and somebody has come to since, and says so', async () => {
    await world.centre('EG001')
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    await importRows(world, [line('EG001')], '--restore-deleted')
    world.setClock('2026-03-03T09:00:00.000Z')
    await world.run(['users', 'add', 'Ola Aziz <ola@school.example>', '--centre', 'EG001', '--yes'])
    expect((await undo(1)).json().left).toEqual([{ what: 'EG001', reason: 'in-use' }])
    expect((await living(world)).centres).toEqual(['EG001'])
  })

  it('leaves a name alone that changed again', async () => {
    await world.centre('EG001', { name: 'Old' })
    await importRows(world, [line('EG001', '', { name: 'New' })])
    await world.run(['centres', 'edit', 'EG001', '--name', 'Newest', '--yes'])
    expect((await undo(1)).json().left).toEqual([{ what: 'EG001', reason: 'name-changed-again' }])
    const { db } = await world.store()
    expect(await db.selectFrom('centres').select('name').execute()).toEqual([{ name: 'Newest' }])
  })

  it('leaves a deleted user alone whose address is used again', async () => {
    await importRows(world, people)
    await importRows(world, people.slice(0, 1), '--delete-extra')
    await world.run(['users', 'add', 'Omar Two <omar@school.example>', '--centre', 'EG001', '--yes'])
    expect((await undo(2)).json().left).toEqual([{ what: 'omar@school.example', reason: 'address-in-use' }])
  })

  it('can be done below a later import', async () => {
    await importRows(world, people)
    await importRows(world, [...people, line('EG002', 'ola@school.example')])
    const { exit, json } = await undo(1)
    expect([exit, json().left]).toEqual([0, []])
    expect(await living(world)).toEqual({ centres: ['EG002'], users: ['ola@school.example'] })
    expect((await undo(2)).json().left).toEqual([])
    expect(await living(world)).toEqual({ centres: [], users: [] })
  })

  it('changes nothing the second time', async () => {
    await importRows(world, people)
    await undo(1)
    const before = await tables(world)
    const { exit, json } = await undo(1)
    expect([exit, json().changed, json().undone.usersRemoved]).toEqual([0, false, 0])
    expect(await tables(world)).toEqual(before)
  })

  it('can be rehearsed, and needs --yes where nobody can be asked', async () => {
    await importRows(world, people)
    const before = bytesIn(world.folder)
    const rehearsed = await undo(1, '--dry-run')
    expect([rehearsed.exit, rehearsed.json().undone.usersRemoved]).toEqual([0, 2])
    const { exit, error } = await world.run(['centres', 'imports', 'undo', '1', '--json'])
    expect([exit, error().code]).toEqual([2, 'answer-needed'])
    expect(bytesIn(world.folder)).toEqual(before)
  })

  it('knows the imports there are', async () => {
    await importRows(world, people)
    const { exit, error } = await undo(9)
    expect([exit, error().code]).toEqual([4, 'import-not-found'])
  })
})

describe('the history of imports', () => {
  beforeEach(async () => {
    await importRows(world, people)
    await importRows(world, [line('EG001', 'amira@school.example', { name: 'New name' })], '--delete-extra')
  })

  it('lists them, newest first', async () => {
    const { json } = await world.run(['centres', 'imports', '--json'])
    expect(json().total).toBe(2)
    expect(json().imports).toMatchObject([
      {
        id: 2,
        file: 'centres.csv',
        sheet: 'centres',
        state: 'applied',
        operator: 'tester@desk',
        actor: null,
      },
      { id: 1, counts: { users: { created: 2 } } },
    ])
    const { stdout } = await world.run(['centres', 'imports'])
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((row) => row.split('\t')[0]),
    ).toEqual(['2', '1'])
  })

  it('shows what one did', async () => {
    const { json } = await world.run(['centres', 'imports', 'show', '2', '--json'])
    expect(json()).toMatchObject({
      import: { id: 2, state: 'applied' },
      rows: { read: 1, accepted: 1 },
      centres: { renamed: 1 },
      users: { deleted: 1 },
    })
    const { stdout } = await world.run(['centres', 'imports', 'show', '2'])
    expect(stdout).toContain('centre-renamed\tEG001\tSchool EG001\tNew name')
    expect(stdout).toContain('user-deleted\tomar@school.example')
  })
})

describe('taking back an import whose people a later one changed', () => {
  it('leaves them alone, and says so', async () => {
    await importRows(world, [line('EG001', 'amira@school.example'), line('EG001', 'omar@school.example')])
    await importRows(world, [line('EG001', 'amira@school.example')], '--delete-extra', '--allow-deletes', '1')
    await world.run(['users', 'restore', 'omar@school.example', '--yes'])
    const { json } = await undo(1)
    expect(json().left).toContainEqual({ what: 'omar@school.example', reason: 'in-another-import' })
    expect((await world.account('omar@school.example'))?.email).toBe('omar@school.example')
  })
})
