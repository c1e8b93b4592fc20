import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Line, line, writeCsv } from '../../import/workbook.ts'
import { newWorld, type World } from '../../world.ts'

const numbers = Array.from({ length: 10 }, (_, at) => `EG0${String(at + 1).padStart(2, '0')}`)
/** How many live users each has, and how many were deleted; the last one has been deleted itself. */
const people = [1, 3, 0, 2, 1, 0, 4, 1, 2, 1].map((live, at) => ({ live, gone: at % 3 }))
const address = (number: string, which: number | string) => `${number}-${which}@x.example`.toLowerCase()

describe('the users of a centre that is not in the workbook', () => {
  let world: World
  beforeAll(async () => {
    world = newWorld()
    for (const [at, number] of numbers.entries()) {
      const { live = 0, gone = 0 } = people[at] ?? {}
      await world.centre(number, { name: `School ${number}` })
      const status = (which: number) => (['active', 'invited', 'suspended'] as const)[which % 3] ?? 'active'
      for (let which = 0; which < live; which += 1)
        await world.user(address(number, which), { centre: number, status: status(which) })
      for (let which = 0; which < gone; which += 1)
        await world.user(address(number, `gone${which}`), { centre: number })
    }
    await world.tamper(
      `update users set status = 'deleted', status_before_deletion = status, deleted_at = '2026-03-01T00:00:00.000Z' where email_key like '%-gone%'`,
      `update centres set deleted_at = '2026-03-01T00:00:00.000Z' where number = 'EG010'`,
    )
  })
  afterAll(() => world.close())

  const counted = async (...named: string[]) => {
    const rows = await world.rows<{ number: string; users: number | string }>(
      `select number, (select count(*) from users where centre_id = centres.id and status <> 'deleted') as users
      from centres where deleted_at is null order by number`,
    )
    return rows.flatMap(({ number, users }) =>
      named.includes(number) ? [] : { number, users: Number(users) },
    )
  }
  const missing = async (lines: readonly Line[]) => {
    const flags = ['--dry-run', '--whole-roster', '--json']
    const { exit, json, stderr } = await world.run(['centres', 'import', writeCsv(world, lines), ...flags])
    expect([0, 8], stderr).toContain(exit)
    return json().missingCentres.map(({ number, users }: { number: string; users: number }) => ({
      number,
      users,
    }))
  }

  it('are counted once, though the workbook has one of them at another centre', async () => {
    const others = numbers.filter((number) => number !== 'EG002')
    const lines = others.map((number) => line(number, number === 'EG001' ? address('EG002', 0) : ''))
    expect(await missing(lines)).toEqual([{ number: 'EG002', users: 3 }])
  })

  it('are as many as the store has, whatever stands in the workbook', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            number: fc.constantFrom(...numbers, 'EG777'),
            of: fc.constantFrom(...numbers),
            which: fc.constantFrom<number | string>('', '', 0, 1, 2, 9, 'gone0', 'gone1'),
          }),
          { minLength: 1, maxLength: 14 },
        ),
        async (rows) => {
          const lines = rows.map(({ number, of, which }) =>
            line(number, which === '' ? '' : address(of, which)),
          )
          expect(await missing(lines)).toEqual(await counted(...rows.map(({ number }) => number)))
        },
      ),
      { numRuns: 60 },
    ))
})
