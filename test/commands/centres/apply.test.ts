import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesIn, tables } from '../../import/tables.ts'
import { importRows, type Line, line, living, writeCsv } from '../../import/workbook.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await importRows(world, [line('EG001', 'amira@school.example'), line('EG008'), line('EG009')])
})
afterEach(() => world.close())

const rows: Line[] = [
  line('EG001', 'amira@school.example', { name: 'New name' }),
  line('EG001', 'omar@school.example'),
  line('EG002', 'broken@', { name: 'Two' }),
  line('EG003', 'new@school.example'),
]
rows[1] = { number: 'EG001', email: 'omar@school.example' }

const plan = (...flags: string[]) => importRows(world, rows, '--plan-out', 'autumn.plan', ...flags)
const apply = (...flags: string[]) =>
  world.run(['centres', 'apply', 'autumn.plan', '--yes', '--json', ...flags])

describe('planning an import', () => {
  it('changes nothing, and saves the plan for its owner only', async () => {
    const before = await tables(world)
    const { exit, json } = await plan()
    expect(exit).toBe(8)
    expect(json()).toMatchObject({
      import: { id: null, state: 'planned' },
      users: { created: 2 },
      plan: 'autumn.plan',
    })
    expect(statSync(world.path('autumn.plan')).mode & 0o777).toBe(0o600)
    expect(await tables(world)).toEqual(before)
    expect(existsSync(world.path('new-user-pins-2.xlsx'))).toBe(false)
  })

  it('holds no PIN', async () => {
    await plan()
    await apply('--pins-out', 'pins.csv')
    const saved = readFileSync(world.path('autumn.plan'), 'utf8')
    for (const pin of readFileSync(world.path('pins.csv'), 'utf8').match(/\d{4} \d{4}/g) ?? []) {
      expect(saved).not.toContain(pin)
      expect(saved).not.toContain(pin.replace(' ', ''))
    }
  })

  it('saves nothing when it is rehearsed', async () => {
    const before = readdirSync(world.folder)
    const { json } = await plan('--dry-run')
    expect(json().plan).toBeNull()
    expect(readdirSync(world.folder)).toEqual(before)
  })
})

describe('a plan that renames many', () => {
  const named = (name: string) =>
    Array.from({ length: 6 }, (_, at) => line(`GH${at + 10}`, '', { name: `${name} ${at}` }))
  const planNames = (...flags: string[]) =>
    importRows(world, named('College'), '--plan-out', 'autumn.plan', ...flags)

  it('is saved only with the right number of them, and then applied without asking again', async () => {
    await importRows(world, named('School'))
    for (const flags of [[], ['--allow-renames', '5']]) {
      const refused = await planNames(...flags)
      expect([refused.exit, refused.error().code]).toEqual([3, 'rename-limit'])
      expect(existsSync(world.path('autumn.plan'))).toBe(false)
    }
    expect((await planNames('--allow-renames', '6')).exit).toBe(0)
    const applied = await apply()
    expect(applied.json()).toMatchObject({ centres: { renamed: 6 }, import: { state: 'applied' } })
    expect(applied.json().renamedCentres).toContainEqual(
      expect.objectContaining({ number: 'GH10', from: 'School 0', to: 'College 0' }),
    )
  })
})

describe('applying a plan', () => {
  it('does exactly what was planned, deletions included', async () => {
    const planned = await plan('--delete-centre', 'EG009')
    const { exit, json } = await apply()
    expect(exit).toBe(8)
    for (const part of ['rows', 'centres', 'users', 'issues', 'missingCentres', 'extraUsers']) {
      expect(json()[part]).toEqual(planned.json()[part])
    }
    expect(json()).toMatchObject({
      import: { id: 2, state: 'applied', file: 'centres.csv' },
      pins: { file: 'new-user-pins-2.xlsx', count: 2 },
    })
    expect((await living(world)).centres).toEqual(['EG001', 'EG003', 'EG008'])
  })

  it.each([
    ['with the line ends of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
    ['with a mark before it', (text: string) => `\uFEFF${text}`],
  ])('takes a plan that came back %s', async (_, changed) => {
    await plan()
    const path = world.path('autumn.plan')
    writeFileSync(path, changed(readFileSync(path, 'utf8')))
    expect((await apply()).exit).toBe(8)
    expect((await living(world)).centres).toContain('EG003')
  })

  it('can be rehearsed', async () => {
    await plan()
    const before = bytesIn(world.folder)
    const { exit, json } = await apply('--dry-run')
    expect([exit, json().users.created]).toEqual([8, 2])
    expect(bytesIn(world.folder)).toEqual(before)
  })

  it('needs somebody to ask or --yes', async () => {
    await plan()
    const { exit, error } = await world.run(['centres', 'apply', 'autumn.plan', '--json'])
    expect([exit, error().code]).toEqual([2, 'answer-needed'])
  })

  it('is refused after the workbook has changed where it was', async () => {
    await plan()
    writeCsv(world, [...rows, line('EG004')])
    const { exit, error } = await apply()
    expect(exit).toBe(3)
    expect(error()).toMatchObject({ code: 'plan-changed', details: { changed: 'workbook' } })
    expect((await living(world)).centres).toEqual(['EG001', 'EG008', 'EG009'])
  })

  it('does not need the workbook any more', async () => {
    await plan()
    rmSync(world.path('centres.csv'))
    expect((await apply()).exit).toBe(8)
  })

  it('does not mind a centre that came and went, unless the workbook names it', async () => {
    await world.centre('CA001', { kind: 'associate' })
    await world.run(['centres', 'delete', 'CA001', '--yes'])
    await plan()
    await world.centre('EG777')
    expect((await apply('--dry-run')).error()).toMatchObject({ details: { changed: 'store' } })
    await world.run(['centres', 'delete', 'EG777', '--yes'])
    expect((await apply('--dry-run')).exit).toBe(8)
    const branch = [line('EG101', 'branch@school.example', { kind: 'associate-centre', associate: 'CA001' })]
    await importRows(world, [...rows, ...branch], '--plan-out', 'autumn.plan')
    await world.run(['centres', 'restore', 'CA001', '--yes'])
    expect((await apply('--dry-run')).error()).toMatchObject({ details: { changed: 'store' } })
    expect((await apply()).exit).toBe(3)
  })

  it('is refused a second time, and after anything it read has changed', async () => {
    await plan()
    expect((await apply()).exit).toBe(8)
    const { exit, error } = await apply()
    expect(exit).toBe(3)
    expect(error()).toMatchObject({ code: 'plan-changed', details: { changed: 'store' } })
  })

  it.each<[string, (world: World) => Promise<unknown>]>([
    ['a user of one of its centres', (at) => at.user('somebody@school.example', { centre: 'EG001' })],
    ['one of its addresses elsewhere', (at) => at.user('new@school.example', { centre: 'EG008' })],
    ['one of its centres', (at) => at.centre('EG003')],
    ['any live centre', (at) => at.centre('EG010')],
  ])('is refused after somebody added %s', async (_, add) => {
    await plan()
    await add(world)
    const { exit, error } = await apply()
    expect([exit, error().code]).toEqual([3, 'plan-changed'])
  })

  it('is refused where somebody was erased whose place a new user was to take', async () => {
    await world.user('new@school.example', { centre: 'EG008' })
    await world.run(['users', 'delete', 'new@school.example', '--suspend', '--yes'])
    const { json } = await plan()
    expect(json().users).toMatchObject({ created: 1, replaced: 1 })
    await world.run(['users', 'erase', 'new@school.example', '--yes'])
    const { exit, error } = await apply()
    expect(exit).toBe(3)
    expect(error()).toMatchObject({ code: 'plan-changed', details: { changed: 'store' } })
  })

  it.each<[string, string[]]>([
    ['a new name of a centre that is not in it', ['centres', 'edit', 'EG008', '--name', 'Other', '--yes']],
    ['a new user elsewhere', ['users', 'add', 'Ola <ola@school.example>', '--centre', 'EG008', '--yes']],
    ['a new coordinator elsewhere', ['coordinator', 'add', 'EG008', 'Ola <ola@school.example>', '--yes']],
  ])('does not mind %s', async (_, argv) => {
    await plan()
    expect((await world.run(argv)).exit).toBe(0)
    const { exit, stderr } = await apply()
    expect([exit, stderr]).toEqual([8, ''])
  })

  describe('of part of a roster', () => {
    it.each<[string, (world: World) => Promise<unknown>]>([
      ['one of its centres', (at) => at.centre('EG003')],
      ['a centre called as one of its rows without a number', (at) => at.centre('50538', { name: 'Stray' })],
      ['a centre whose number is nearly a new one', (at) => at.centre('EGO03')],
      ['a user with one of its addresses', (at) => at.user('new@school.example', { centre: 'EG008' })],
      ['an Associate that it names', (at) => at.centre('CA001', { kind: 'associate' })],
    ])('is refused after somebody added %s', async (_, add) => {
      const lines = [
        ...rows,
        line('', 'stray@school.example', { name: 'Stray' }),
        line('EG004', '', { associate: 'CA001' }),
      ]
      await importRows(world, lines, '--plan-out', 'autumn.plan', '--partial')
      await add(world)
      const { exit, error } = await apply()
      expect([exit, error().code]).toEqual([3, 'plan-changed'])
    })

    it('does not mind any other new centre', async () => {
      await plan('--partial')
      await world.centre('EG010')
      const { exit, json } = await apply()
      expect([exit, json().centres.created]).toEqual([8, 1])
    })
  })

  it.each([
    ['one of its words', (text: string) => text.replace('omar@school.example', 'evil@school.example')],
    ['its seal', (text: string) => text.replace(/\n[0-9a-f]{4}/, '\nffff')],
  ])('is refused after %s was altered', async (_, alter) => {
    await plan()
    writeFileSync(world.path('autumn.plan'), alter(readFileSync(world.path('autumn.plan'), 'utf8')))
    const { exit, error } = await apply()
    expect(exit).toBe(3)
    expect(error()).toMatchObject({ code: 'plan-changed', details: { changed: 'plan' } })
  })

  it('is called one of another version where another one saved it, and a plan in the place of a workbook is one', async () => {
    await plan()
    const text = readFileSync(world.path('autumn.plan'), 'utf8')
    for (const number of ['2', '30']) {
      writeFileSync(world.path('autumn.plan'), text.replace(/^(.*plan) \d+/, `$1 ${number}`))
      const { exit, error } = await apply()
      expect([exit, error().code]).toEqual([6, 'plan-unreadable'])
      expect(error().message).toContain('was saved by another version of ssh-admin')
    }
    const { exit, error } = await world.run(['centres', 'import', 'autumn.plan', '--yes', '--json'])
    expect([exit, error().message]).toEqual([
      6,
      expect.stringContaining('is a saved plan, which apply takes'),
    ])
  })

  it.each([
    ['centres.csv', 'is not a plan of ssh-admin'],
    ['nothing.plan', 'There is no file'],
  ])('is impossible with %s: exit code 6', async (name, words) => {
    const { exit, error } = await world.run(['centres', 'apply', name, '--yes', '--json'])
    expect([exit, error().code]).toEqual([6, 'plan-unreadable'])
    expect(error().message).toContain(words)
  })
})
