import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'
import { importRows, line, living } from './workbook.ts'

let world: World
const numbers = ['EG001', 'EG002', 'EG003', 'EG004', 'EG005', 'EG006', 'EG007', 'EG008', 'EG009', 'EG010']
const emailAt = (number: string) => `head@${number.toLowerCase()}.example`
const saved = numbers.map(emailAt)

beforeEach(async () => {
  world = newWorld()
  await importRows(
    world,
    numbers.map((number) => line(number, emailAt(number))),
  )
})
afterEach(() => world.close())

/** The saved list, of which the first addresses slipped by a row, and two who are new, one of them at a new centre. */
const listWith = (slipped: number) => [
  ...numbers.map((number, at) =>
    line(number, emailAt(at < slipped ? (numbers[(at + 1) % slipped] ?? number) : number)),
  ),
  line('EG001', 'omar@new.example'),
  line('EG011', 'mona@new.example'),
]

describe('somebody new beside saved users who stand at other centres than theirs', () => {
  it('gets no account, and brings no centre: the addresses slipped', async () => {
    const ran = await importRows(world, listWith(5), '--delete-extra')
    expect(ran.json()).toMatchObject({ rows: { accepted: 5, heldBack: 7 }, centres: { created: 0 } })
    const { issues } = ran.json()
    expect(issues.filter(({ code }: { code: string }) => code === 'addresses-slipped')).toMatchObject([
      { value: 'omar@new.example', message: expect.stringContaining('5 of the 10 saved users') },
      { value: 'mona@new.example' },
    ])
    expect((await living(world)).users).toEqual(saved)
    const mended = await importRows(world, listWith(0))
    expect(mended.json()).toMatchObject({ users: { created: 2 }, centres: { created: 1 }, issues: [] })
  })

  it('is added where they are fewer, or stand at their own centre too', async () => {
    const both = [...listWith(5), ...numbers.map((number) => line(number, emailAt(number)))]
    for (const list of [listWith(4), both]) {
      const ran = await importRows(world, list, '--dry-run')
      expect(ran.json()).toMatchObject({ users: { created: 2 }, centres: { created: 1 } })
    }
  })

  it('is held back again out of the rows held back', async () => {
    await importRows(world, listWith(5), '--issues-out', 'held.xlsx')
    const again = (await world.run(['centres', 'import', 'held.xlsx', '--yes', '--json'])).json()
    expect(again.rows).toMatchObject({ accepted: 0, heldBack: 7 })
    expect(again.issues.map(({ message }: { message: string }) => message)).toContainEqual(
      expect.stringContaining('5 of the 5 saved users of its centres'),
    )
  })

  it('is added out of the rows held back of a list in which a few have moved', async () => {
    const colleagues = numbers.flatMap((number) =>
      [1, 2, 3].map((at) => line(number, `t${at}@${number.toLowerCase()}.example`)),
    )
    await importRows(world, colleagues, '--partial')
    const moved = listWith(5).filter(({ email = '' }) => !email.startsWith('mona'))
    const mistyped = line('EG006', 'sana@@new.example')
    await importRows(world, [...moved, ...colleagues, mistyped], '--issues-out', 'held.csv')
    const held = readFileSync(world.path('held.csv'), 'utf8')
    writeFileSync(world.path('held.csv'), held.replace('sana@@', 'sana@'))
    const again = (await world.run(['centres', 'import', 'held.csv', '--yes', '--json'])).json()
    expect(again).toMatchObject({ rows: { accepted: 1, heldBack: 5 }, users: { created: 1 } })
  })

  it('is added where it is the number that is wrong, as that of a centre that got another', async () => {
    const colleagues = [1, 2, 3, 4, 5].map((at) => `t${at}@eg001.example`)
    await importRows(world, [...listWith(0).slice(0, 10), ...colleagues.map((email) => line('EG001', email))])
    const [, ...others] = listWith(0).slice(0, 10)
    const renumbered = colleagues.map((email) => line('EG901', email, { name: 'School EG001' }))
    const list = [...others, ...renumbered, line('EG002', 'omar@new.example')]
    const ran = await importRows(world, list, '--dry-run')
    expect(ran.json()).toMatchObject({ rows: { heldBack: 5 }, users: { created: 1 } })
  })

  it('is added where those at an Associate stand at the centres that are assigned to them', async () => {
    const admins = [1, 2, 3, 4, 5].map((at) => `a${at}@ca001.example`)
    const associate = { kind: 'associate', role: 'admin' }
    const ofAssociate = { kind: 'associate-centre', associate: 'CA001' }
    await importRows(world, [
      ...admins.map((email) => line('CA001', email, associate)),
      ...admins.map((_, at) => line(`AC00${at}`, `head@ac00${at}.example`, ofAssociate)),
    ])
    const list = [
      ...admins.map((email, at) => line(`AC00${at}`, email, ofAssociate)),
      line('AC000', 'omar@new.example'),
    ]
    const created = async () => (await importRows(world, list, '--dry-run')).json().users.created
    expect(await created()).toBe(0)
    for (const [at, email] of admins.entries())
      await world.run(['associates', 'assign', email, `AC00${at}`, '--yes'])
    expect(await created()).toBe(1)
  })

  it('is added where those who stand elsewhere come from a centre that is deleted', async () => {
    const colleagues = [1, 2, 3, 4, 5].map((at) => `t${at}@eg001.example`)
    const rest = listWith(0).slice(1, 10)
    await importRows(world, [
      line('EG001', emailAt('EG001')),
      ...rest,
      ...colleagues.map((email) => line('EG001', email)),
    ])
    const list = [
      ...rest,
      ...colleagues.map((email) => line('EG002', email)),
      line('EG003', 'omar@new.example'),
    ]
    const created = async () => (await importRows(world, list, '--dry-run')).json().users.created
    expect(await created()).toBe(0)
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    expect(await created()).toBe(1)
  })
})
