import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesIn } from '../../import/tables.ts'
import { importRows, line, runWhile } from '../../import/workbook.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await importRows(
    world,
    ['a', 'b', 'c', 'd'].map((name) => line('EG001', `${name}@school.example`)),
    ...['--pins-out', 'first.csv'],
  )
})
afterEach(() => world.close())

const again = (out: string, ...flags: string[]) =>
  world.run(['centres', 'pins', '1', '--out', out, '--json', ...flags])

/** Address → what stands in the column of the PIN. */
function pinsIn(name: string): Record<string, string> {
  const [, ...lines] = readFileSync(world.path(name), 'utf8').trim().split(/\r?\n/)
  return Object.fromEntries(
    lines.map((row) => {
      const cells = row.replaceAll('"', '').split(',')
      return [cells[4] ?? '', cells[5] ?? '']
    }),
  )
}

describe('making the PIN sheet of an import again', () => {
  it('gives the same PINs, in a file for its owner only', async () => {
    const { exit, json } = await again('again.csv')
    expect(exit).toBe(0)
    expect(json()).toMatchObject({ file: 'again.csv', count: 4, withoutPin: [], renewed: 0 })
    expect(pinsIn('again.csv')).toEqual(pinsIn('first.csv'))
    expect(statSync(world.path('again.csv')).mode & 0o777).toBe(0o600)
  })

  it('gives a PIN only where it is still open, else the reason', async () => {
    await world.run(['users', 'suspend', 'b@school.example', '--yes'])
    await world.run(['users', 'suspend', 'c@school.example', '--yes'])
    await world.run(['users', 'delete', 'c@school.example', '--yes'])
    const { db } = await world.store()
    await db
      .updateTable('users')
      .set({ pin_state: 'used', status: 'active' })
      .where('email', '=', 'd@school.example')
      .execute()
    const { json } = await again('again.csv')
    expect(json()).toMatchObject({
      count: 1,
      withoutPin: [
        { email: 'b@school.example', reason: 'suspended' },
        { email: 'c@school.example', reason: 'deleted' },
        { email: 'd@school.example', reason: 'used' },
      ],
    })
    expect(pinsIn('again.csv')['b@school.example']).toBe('suspended')
    world.setClock('2026-04-02T09:00:00.000Z')
    expect((await again('later.csv')).json().withoutPin[0]).toEqual({
      email: 'a@school.example',
      reason: 'expired',
    })
  })

  it('issues new ones with --renew to those not yet active', async () => {
    await world.run(['users', 'suspend', 'b@school.example', '--yes'])
    world.setClock('2026-05-02T09:00:00.000Z')
    const { json } = await again('new.csv', '--renew')
    expect(json()).toMatchObject({ count: 3, renewed: 3, notices: [] })
    const old = pinsIn('first.csv')
    const present = pinsIn('new.csv')
    expect(present['a@school.example']).toMatch(/^\d{4} \d{4}$/)
    expect(present['a@school.example']).not.toBe(old['a@school.example'])
    expect(present['b@school.example']).toBe('suspended')
  })

  it('asks before PINs that are open become void', async () => {
    const { exit, error } = await again('new.csv', '--renew')
    expect([exit, error().code]).toEqual([2, 'answer-needed'])
    expect(error().message).toContain(
      'Issue new PINs to 4 users of import 1? 4 PINs that are open become void.',
    )
    expect(existsSync(world.path('new.csv'))).toBe(false)
    await again('as-before.csv')
    expect(pinsIn('as-before.csv')).toEqual(pinsIn('first.csv'))
    expect((await again('new.csv', '--renew', '--yes')).json()).toMatchObject({ renewed: 4 })
  })

  it('says how those without an open PIN who may have one get it', async () => {
    world.setClock('2026-05-02T09:00:00.000Z')
    const { json } = await again('again.csv', '--centre', 'eg001')
    expect(json()).toMatchObject({
      count: 0,
      notices: [
        {
          code: 'pins-not-open',
          message:
            '4 users who have not set up an account have no open PIN. To issue new ones: ssh-admin centres pins 1 --centre EG001 --renew',
        },
      ],
    })
  })

  it('says which open PINs that would void', async () => {
    await world.run(['users', 'suspend', 'b@school.example', '--yes'])
    await world.run(['users', 'restore', 'b@school.example', '--yes'])
    const [notice] = (await again('again.csv')).json().notices
    expect(notice.message).toBe(
      '1 user who has not set up an account has no open PIN. To issue new ones, which voids the 3 PINs that are open: ssh-admin centres pins 1 --renew',
    )
  })

  it('asks before it replaces a file, and needs --yes where nobody can be asked', async () => {
    writeFileSync(world.path('there.csv'), 'something')
    const { exit, error } = await again('there.csv')
    expect([exit, error().code]).toEqual([2, 'answer-needed'])
    expect(readFileSync(world.path('there.csv'), 'utf8')).toBe('something')
    expect((await again('there.csv', '--yes')).exit).toBe(0)
    expect(pinsIn('there.csv')).toEqual(pinsIn('first.csv'))
  })

  it('can be rehearsed', async () => {
    const before = bytesIn(world.folder)
    const { exit, json } = await again('again.csv', '--renew', '--dry-run')
    expect([exit, json().dryRun, json().renewed]).toEqual([0, true, 4])
    expect(json().notices).toMatchObject([{ code: 'would-ask' }])
    expect(bytesIn(world.folder)).toEqual(before)
  })

  it('ends with exit code 9 where the new PINs count and only their sheet has no place', async () => {
    const argv = ['centres', 'pins', '1', '--out', 'new.csv', '--renew', '--yes', '--json']
    const { exit, stdout, stderr } = await runWhile(world, argv, () => mkdirSync(world.path('new.csv')))
    expect([exit, stderr]).toEqual([9, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      file: null,
      renewed: 4,
      notices: [{ code: 'pins-not-placed' }],
    })
    await again('again.csv')
    expect(pinsIn('again.csv')['a@school.example']).not.toBe(pinsIn('first.csv')['a@school.example'])
  })

  it('never says a PIN aloud', async () => {
    const argv = ['centres', 'pins', '1', '--out', 'again.csv', '--renew', '--yes']
    const { stdout, stderr } = await world.run(argv)
    for (const pin of Object.values(pinsIn('again.csv'))) expect(stdout + stderr).not.toContain(pin)
  })

  it('knows the imports there are, the folders, and the endings', async () => {
    const unknown = await world.run(['centres', 'pins', '7', '--out', 'x.csv', '--json'])
    expect([unknown.exit, unknown.error().code]).toEqual([4, 'import-not-found'])
    expect((await again('nowhere/x.csv')).error().code).toBe('file-no-folder')
    expect((await again('x.pdf')).error().code).toBe('workbook-unknown-ending')
  })

  it('names its file as the import does, and asks before it replaces one', async () => {
    const ran = await world.run(['centres', 'pins', '1', '--json'])
    expect(ran.json()).toMatchObject({ file: 'new-user-pins-1.xlsx', count: 4 })
    expect(existsSync(world.path('new-user-pins-1.xlsx'))).toBe(true)
    expect(await world.run(['centres', 'pins', '1'])).toMatchObject({ exit: 2 })
  })
})

describe('making the PIN sheet of one centre again', () => {
  beforeEach(async () => {
    const rows = [line('EG001', 'a@school.example'), line('EG002', 'x@other.example')]
    await importRows(world, rows, '--partial', '--pins-out', 'second.csv')
    await world.run(['centres', 'create', 'EG003', '--name', 'Empty School', '--country', 'Egypt'])
  })
  const ofCentre = (centre: string, ...flags: string[]) =>
    world.run(['centres', 'pins', '1', '--centre', centre, '--json', ...flags])

  it('lists its users alone, in a file named for it', async () => {
    const { exit, json } = await ofCentre('eg001')
    expect([exit, json()]).toMatchObject([0, { file: 'new-user-pins-1-EG001.xlsx', count: 4 }])
    await world.run(['users', 'move', 'd@school.example', '--to', 'EG002', '--yes'])
    await ofCentre('EG001', '--out', 'left.csv')
    expect(Object.keys(pinsIn('left.csv'))).toEqual(['a', 'b', 'c'].map((name) => `${name}@school.example`))
    expect((await ofCentre('EG003', '--out', 'none.csv')).json()).toMatchObject({
      count: 0,
      notices: [
        {
          code: 'no-users-at-centre',
          message: 'Nobody whom import 1 created is at EG003 Empty School now.',
        },
      ],
    })
  })

  it('renews theirs, and no others', async () => {
    await world.run(['users', 'move', 'd@school.example', '--to', 'EG002', '--yes'])
    const asked = await ofCentre('EG001', '--renew', '--out', 'new.csv')
    expect(asked.error().message).toContain('Issue new PINs to 3 users of import 1 at EG001')
    const { json } = await ofCentre('EG001', '--renew', '--yes', '--out', 'new.csv')
    expect(json()).toMatchObject({ renewed: 3, count: 3 })
    await again('all.csv')
    const [old, present] = [pinsIn('first.csv'), pinsIn('all.csv')]
    const isNew = Object.keys(old).filter((email) => old[email] !== present[email])
    expect(isNew).toEqual(['a@school.example', 'b@school.example', 'c@school.example'])
    const { events } = (await world.run(['audit', 'list', '--action', 'pins.renewed', '--json'])).json()
    expect(events[0].details).toMatchObject({ import: 1, centre: 'EG001', users: 3, renewed: 3 })
  })

  it('refuses a centre that is not there', async () => {
    expect((await ofCentre('EG009')).error()).toMatchObject({ code: 'centre-not-found' })
  })
})

describe('PINs of a centre that was deleted', () => {
  it('are not renewed, and the sheet says why', async () => {
    const world = newWorld()
    try {
      await importRows(world, [line('EG001', 'amira@school.example'), line('EG002', 'omar@school.example')])
      await world.run(['centres', 'delete', 'EG002', '--yes'])
      const ran = await world.run(['centres', 'pins', '1', '--out', 'new.csv', '--renew', '--yes', '--json'])
      expect(ran.json()).toMatchObject({
        renewed: 1,
        count: 1,
        withoutPin: [{ email: 'omar@school.example', reason: 'centre-deleted' }],
      })
    } finally {
      await world.close()
    }
  })
})
