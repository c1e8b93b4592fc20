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
})
