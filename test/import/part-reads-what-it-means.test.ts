import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'
import { importRows, type Line } from './workbook.ts'

/** Saved or new; nearly another, and not; without a digit. */
const numbers = [
  'EG001',
  'EG01',
  'EGO01',
  'EG002',
  'EG003',
  'EG010',
  '777',
  '00777',
  '7I7',
  '717',
  'KICS',
  'KlCS',
]
const names = [
  '',
  'Nile School',
  'Old Harbour',
  'Old Harbour School',
  'École Delta',
  'EG003',
  'eg002',
  '777',
  "'Nile School",
]
const addresses = [
  '',
  'a@coca.example',
  'b@coca.example',
  'new@coca.example',
  'new@соса.example',
  'c@x.example',
  'a@',
]

const row: fc.Arbitrary<Line> = fc.record(
  {
    number: fc.constantFrom(...numbers, ''),
    name: fc.constantFrom(...names),
    email: fc.constantFrom(...addresses),
    country: fc.constantFrom('Egypt', 'Egypt', 'Spain', ''),
    town: fc.constantFrom('', 'Cairo', 'head@x.example'),
    associate: fc.constantFrom('', '', 'CA001', 'EG001', 'CA002', 'CA009'),
  },
  { requiredKeys: ['number'], noNullPrototype: true },
)

async function prepareStore(world: World): Promise<void> {
  await world.centre('CA001', { kind: 'associate', name: 'Agency' })
  await world.centre('CA002', { kind: 'associate', name: 'Other Agency' })
  await world.centre('EG001', { name: 'Nile School', coordinator: 'a@coca.example' })
  await world.centre('EG002', { name: 'École Delta', status: 'approved', associate: 'CA001' })
  await world.centre('EG003', { name: 'Old Harbour' })
  await world.centre('EG010', { name: 'Nile School' })
  await world.centre('00777', { name: 'Old Harbour School' })
  await world.centre('717', { name: 'Far away' })
  await world.centre('KICS', { name: 'Far away' })
  await world.tamper("update centres set deleted_at = created_at where number in ('CA002', 'EG003')")
  await world.user('b@coca.example', { centre: '717' })
  await world.user('c@x.example', { centre: 'KICS', hubRole: 'coordinator' })
}

describe('part of a roster, for which only the centres that it may mean are read', {
  timeout: 300_000,
}, () => {
  it('is planned like a whole one, but for who is missing', () =>
    fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 7 }), async (lines) => {
        const world = newWorld()
        try {
          await prepareStore(world)
          const planned = async (how: string) => {
            const { exit, json } = await importRows(world, lines, how, '--dry-run')
            const { missingCentres, extraUsers, elapsedMs, notices, ...rest } = json()
            return { exit, ...rest }
          }
          expect(await planned('--partial')).toEqual(await planned('--whole-roster'))
        } finally {
          await world.close()
        }
      }),
      { numRuns: 60 },
    ))
})
