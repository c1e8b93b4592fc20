import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'
import { contents, tables } from './tables.ts'
import { importRows, type Line, living } from './workbook.ts'

const everything = ['--delete-missing', '--delete-extra']

const numbers = ['EG001', 'EG002', 'EG003', 'CA001']

const mostly = <Value>(usual: readonly Value[], odd: readonly Value[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  )

/** A row as people write it: mostly right, sometimes not. */
const row: fc.Arbitrary<Line> = fc.record(
  {
    number: mostly([...numbers, 'eg002'], ['', 'E-1', 'EG009']),
    name: mostly(['', '', '', 'Nile School', 'Delta School'], ['Old name']),
    email: mostly(
      ['a@x.example', 'b@x.example', 'c@x.example', 'd@x.example', 'B@x.example', ''],
      ['a@', 'd@xn--.example', 'e@y.example'],
    ),
    country: mostly(['Egypt', 'EG', ''], ['Egipt', 'Spain']),
    role: mostly(['', '', 'coordinator', 'admin', 'exams-officer'], ['techer']),
    kind: mostly([''], ['school', 'associate']),
    associate: mostly([''], ['CA001', 'EG001']),
  },
  { requiredKeys: ['number'], noNullPrototype: true },
)

/** Rows under a first one for each centre that says enough, so that most of them are accepted. */
const rows = fc.array(row, { maxLength: 7 }).map((more): Line[] => [
  ...numbers.map((number) => ({
    number,
    name: number === 'EG003' ? 'Delta School' : 'Nile School',
    country: 'Egypt',
    ...(number === 'CA001' ? { kind: 'associate' } : {}),
  })),
  ...more,
])

const someRows = fc.oneof(rows, fc.array(row, { maxLength: 8 }))

async function inAWorld(work: (world: World) => Promise<void>): Promise<void> {
  const world = newWorld()
  try {
    await prepareStore(world)
    await work(world)
  } finally {
    await world.close()
  }
}

/** A store of three schools and an Associate, as an earlier import and the office left it. */
async function prepareStore(world: World): Promise<void> {
  await world.centre('CA001', { kind: 'associate', name: 'Nile School' })
  await world.centre('EG001', { name: 'Nile School', status: 'approved', associate: 'CA001' })
  await world.centre('EG002', { name: 'Old name' })
  await world.centre('EG004', { name: 'Delta School', coordinator: 'head@x.example' })
  await world.user('a@x.example', { centre: 'EG001', status: 'invited' })
  await world.user('f@x.example', { centre: 'EG001', hubRole: 'admin', roles: ['exams-officer'] })
  await world.user('b@x.example', { centre: 'EG002', sites: ['test-maker'] })
  await world.user('g@x.example', { centre: 'EG002', status: 'suspended' })
}

const few = { numRuns: 25 }

describe('importing any rows', { timeout: 300_000 }, () => {
  it('reads as many as it accepts and holds back', () =>
    fc.assert(
      fc.asyncProperty(someRows, (lines) =>
        inAWorld(async (world) => {
          const { exit, json } = await importRows(world, lines, ...everything)
          const { read, accepted, heldBack } = json().rows
          expect(read).toBe(accepted + heldBack)
          expect(exit).toBe(heldBack > 0 ? 8 : 0)
          const blamed = new Set(json().issues.map((issue: { row: number }) => issue.row))
          expect(blamed.size).toBe(heldBack)
          expect(read).toBe(lines.filter((one) => Object.values(one).some((text) => text !== '')).length)
        }),
      ),
      few,
    ))

  it('changes nothing the second time', () =>
    fc.assert(
      fc.asyncProperty(someRows, (lines) =>
        inAWorld(async (world) => {
          await importRows(world, lines, ...everything)
          const before = await tables(world)
          const { json } = await importRows(world, lines, ...everything)
          expect(json()).toMatchObject({
            centres: { created: 0, renamed: 0, restored: 0, deleted: 0 },
            users: { created: 0, replaced: 0, deleted: 0 },
            pins: { file: null, count: 0 },
          })
          expect(await tables(world)).toEqual(before)
        }),
      ),
      few,
    ))

  it('is undone without a trace', () =>
    fc.assert(
      fc.asyncProperty(someRows, (lines) =>
        inAWorld(async (world) => {
          await importRows(world, lines.slice(0, 1))
          const before = await tables(world)
          const waiting = ['--send-mail', '--smtp', 'smtp://127.0.0.1:1?ignoreTLS=true']
          const { json } = await importRows(world, lines, ...everything, '--restore-deleted', ...waiting)
          const { id } = json().import
          if (id === null) return
          const undone = await world.run(['centres', 'imports', 'undo', String(id), '--yes', '--json'])
          expect(undone.json().left).toEqual([])
          const { outbox, ...after } = await tables(world)
          const { outbox: _, ...past } = before
          expect(after).toEqual(past)
          expect(outbox).not.toContainEqual(expect.objectContaining({ state: 'queued' }))
        }),
      ),
      few,
    ))

  it('comes to the same in any order', () =>
    fc.assert(
      fc.asyncProperty(
        someRows.chain((lines) => fc.tuple(fc.constant(lines), shuffled(lines))),
        async ([lines, others]) => {
          const results: unknown[] = []
          for (const some of [lines, others]) {
            await inAWorld(async (world) => {
              const { json } = await importRows(world, some, ...everything)
              const { rows: read, centres, users, extraUsers, missingCentres } = json()
              const issues = json().issues.map(
                (issue: { code: string; value: string }) => issue.code + issue.value,
              )
              results.push({
                ...{ rows: { ...read, blank: 0 }, centres, users, extraUsers, missingCentres },
                issues: issues.sort(),
                contents: await contents(world),
              })
            })
          }
          expect(results[1]).toEqual(results[0])
        },
      ),
      few,
    ))
})

function shuffled(lines: readonly Line[]): fc.Arbitrary<Line[]> {
  return fc.shuffledSubarray([...lines], { minLength: lines.length, maxLength: lines.length })
}

/** What the office sends in each term: the store as it is, new names and new people among it. */
const sound: Line[] = [
  { number: 'EG001', name: 'Nile School', email: 'a@x.example' },
  { number: 'EG001', email: 'f@x.example' },
  { number: 'EG002', name: 'New name', email: 'b@x.example' },
  { number: 'EG002', email: 'g@x.example' },
  { number: 'EG004', email: 'new@x.example' },
  { number: 'CA001', name: 'Nile School' },
  { number: 'EG005', name: 'Oasis School', country: 'Egypt', email: 'o@x.example' },
]

/** What goes wrong in a row; one that wholly names another centre or person cannot be told from theirs. */
const damage: fc.Arbitrary<Line> = fc.oneof(
  fc.record(
    {
      number: fc.constantFrom('', 'E-1', 'EG00l', 'EG009', 'EG0011111111111'),
      email: fc.constantFrom('', 'a@', 'someone@x.example', 'b@x'),
      name: fc.constantFrom('', 'Nile'),
      role: fc.constantFrom('techer', 'global-listening'),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  fc.record(
    { number: fc.constant('EG002'), name: fc.constantFrom('', 'Nile'), role: fc.constant('techer') },
    { requiredKeys: ['number'], noNullPrototype: true },
  ),
  fc.record({ email: fc.constantFrom('b@x.example', 'head@x.example') }),
)

describe('a row with a mistake in it', () => {
  it('never deletes anything', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), damage, (at, wrong) =>
        inAWorld(async (world) => {
          // At another centre's number only the address still tells where a row belongs.
          fc.pre(wrong.number !== 'EG002' || at < 4)
          const before = await living(world)
          const lines = sound.map((right, position) => (position === at ? { ...right, ...wrong } : right))
          const { json } = await importRows(world, lines, ...everything)
          const isMistaken = json().issues.some((issue: { row: number }) => issue.row === at + 2)
          if (!isMistaken) return
          const after = await living(world)
          expect(after.centres).toEqual(expect.arrayContaining(before.centres))
          expect(after.users).toEqual(expect.arrayContaining(before.users))
        }),
      ),
      { ...few, numRuns: 80 },
    ))
})
