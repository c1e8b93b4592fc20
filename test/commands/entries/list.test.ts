import { afterEach, beforeEach, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
  await world.centre('EG002')
  const { db } = await world.store()
  const entry = { series: '2026-06', component: '0500/12', candidates: 20 }
  await db
    .insertInto('entries')
    .values([
      { ...entry, centre_number: 'EG001' },
      { ...entry, centre_number: 'EG001', component: '0500/22' },
      { ...entry, centre_number: 'EG002', series: '2026-11' },
    ])
    .execute()
})
afterEach(() => world.close())

it.each([
  ['', ['EG001 0500/12', 'EG001 0500/22', 'EG002 0500/12']],
  ['--centre EG001', ['EG001 0500/12', 'EG001 0500/22']],
  ['--component 0500/12', ['EG001 0500/12', 'EG002 0500/12']],
  ['--series 2026-11', ['EG002 0500/12']],
  ['--centre EG001 --component 0500/22', ['EG001 0500/22']],
])('a list of entries has those that are asked for, and their number: %s', async (options, listed) => {
  const argv = `entries list ${options} --json`.split(' ').filter((word) => word !== '')
  const { entries, total } = (await world.run(argv)).json()
  expect(
    entries.map(
      ({ centre, component }: { centre: { number: string }; component: string }) =>
        `${centre.number} ${component}`,
    ),
  ).toEqual(listed)
  expect(total).toBe(listed.length)
})

it.each([
  ['Centre EG001', 'EG001'],
  ['delta school, cairo', 'EG003'],
  ['EG002,Delta School, Cairo', 'EG002 EG003'],
  ['Delta School, Cairo,Centre EG001', 'EG001 EG003'],
  ['centre eg001,centre eg002', 'EG001 EG002'],
])(
  'takes the name of a centre where its number stands, and a comma in one for a part of it: %s',
  async (typed, numbers) => {
    await world.centre('EG003', { name: 'Delta School, Cairo' })
    await world.centre('EG004', { name: 'Delta School' })
    const { db } = await world.store()
    const entry = { series: '2026-06', component: '0511/12', candidates: 20 }
    await db
      .insertInto('entries')
      .values([
        { ...entry, centre_number: 'EG003' },
        { ...entry, centre_number: 'EG004' },
      ])
      .execute()
    const { stdout } = await world.run(['entries', 'list', '--centre', typed, '--format', 'ids'])
    expect([...new Set(stdout.trim().split('\n'))].toSorted().join(' ')).toBe(numbers)
  },
)

it('takes names with a comma between them for a centre of both only in their order, and says which where it may be either', async () => {
  await world.centre('EG003', { name: 'Delta School, Cairo' })
  await world.centre('EG004', { name: 'Delta School' })
  await world.centre('EG005', { name: 'Cairo' })
  const { db } = await world.store()
  const entry = { series: '2026-06', component: '0511/12', candidates: 20 }
  const entries = ['EG003', 'EG004', 'EG005'].map((centre_number) => ({ ...entry, centre_number }))
  await db.insertInto('entries').values(entries).execute()
  const two = await world.run(['entries', 'list', '--centre', 'Cairo,Delta School', '--format', 'ids'])
  expect(two.stdout.trim().split('\n')).toEqual(['EG004', 'EG005'])
  const either = await world.run(['entries', 'list', '--centre', 'Delta School, Cairo', '--json'])
  expect([either.exit, either.error()]).toMatchObject([
    4,
    {
      code: 'ambiguous-centre',
      message: "'Delta School, Cairo' is EG003 Delta School, Cairo, or EG004 Delta School and EG005 Cairo.",
      hint: 'Say which by number: EG003, or EG004,EG005.',
    },
  ])
})

it('lists the entries of a number that no centre has, whatever letters it is of', async () => {
  const { db } = await world.store()
  const entry = { series: '2026-06', component: '0511/12', candidates: 20 }
  await db
    .insertInto('entries')
    .values({ ...entry, centre_number: 'ABCDE' })
    .execute()
  const { stdout } = await world.run(['entries', 'list', '--centre', 'abcde', '--format', 'ids'])
  expect(stdout).toBe('ABCDE\n')
})

it('names the centres that a word may mean, and none where it is no name', async () => {
  const several = await world.run(['entries', 'list', '--centre', 'centre', '--json'])
  expect([several.exit, several.error().code]).toEqual([4, 'ambiguous-centre'])
  const none = await world.run(['entries', 'list', '--centre', 'atlantis', '--json'])
  expect([none.exit, none.error().code]).toEqual([4, 'centre-not-found'])
})
