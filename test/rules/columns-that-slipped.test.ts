import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
})
afterEach(() => world.close())

type Rows = readonly (readonly string[])[]

const importing = async (noun: string, heading: string, rows: Rows) => {
  const lines = rows.map((row) => row.join(','))
  writeFileSync(world.path('list.csv'), [heading, ...lines, ''].join('\n'))
  return world.run([noun, 'import', 'list.csv', '--yes', '--json'])
}

interface Slip {
  /** The number of blank cells that are inserted; below 0: of cells that are removed. */
  by: number
  from: number
  /** The row from which cells stand right again; absent: none. */
  until?: number
}

/** The rows with cells inserted into a column, or removed from it, which moves those below. */
function withSlip(rows: Rows, column: number, { by, from, until }: Slip): Rows {
  const cells = rows.map((row) => row[column] ?? '')
  const blank = Array<string>(Math.abs(by)).fill('')
  const moved = cells.slice(from, until)
  const kept = by > 0 ? moved.slice(0, until === undefined ? undefined : -by) : moved.slice(-by)
  const after = by > 0 ? [...blank, ...kept] : [...kept, ...blank]
  const column2 = [...cells.slice(0, from), ...after, ...(until === undefined ? [] : cells.slice(until))]
  const width = rows[0]?.length ?? 0
  return column2.map((cell, at) => (rows[at] ?? Array<string>(width).fill('')).with(column, cell))
}

/** The same numbers in each run, without a pattern. */
const numberAt = (at: number, below: number) => {
  const hashed = Math.imul(at + 1, 0x9e3779b1) >>> 0
  return (Math.imul(hashed ^ (hashed >>> 15), 0x85ebca6b) >>> 8) % below
}
const centres = Array.from({ length: 60 }, (_, at) => `EG${String(at + 1).padStart(3, '0')}`)
const entriesOf = (components: readonly string[], most = 40) =>
  centres.flatMap((centre, at) =>
    components.map((component, place) => [
      centre,
      '2026-06',
      component,
      String(1 + numberAt(at * components.length + place, most)),
    ]),
  )
const byComponent = (rows: Rows) =>
  rows.toSorted(([, , one = ''], [, , other = '']) => (one < other ? -1 : one > other ? 1 : 0))
const two = ['0500/12', '0500/22']
const three = [...two, '0510/11']
const twelve = Array.from({ length: 12 }, (_, at) => `0${500 + at}/11`)
/** Each centre has some of the components, and no two the same. */
const optional = entriesOf(twelve).filter((_, at) => numberAt(at, 7) < 2)
const entryHeading = 'Centre number,Series,Component,Candidates'
const importEntries = (rows: Rows) => importing('entries', entryHeading, rows)

const countries = [
  ...['Egypt', 'Ghana', 'India', 'Japan', 'Kenya', 'Nepal', 'Oman', 'Peru', 'Qatar', 'Sudan'],
  ...['Thailand', 'Uganda', 'Yemen', 'Zambia', 'Pakistan', 'Malaysia', 'Nigeria', 'Greece'],
]
const keyTimesOf = (sessions: readonly string[], { moved = 0 }: { moved?: number } = {}) =>
  countries.flatMap((country, at) =>
    sessions.map((session, place) => {
      const hour = { AM: 8, PM: 13, EV: 18 }[session] ?? 0
      const minutes = numberAt(at * sessions.length + place, 9) * 5
      return [
        country,
        String(1 + numberAt(at, 6)),
        session,
        `${hour + moved}:${String(minutes).padStart(2, '0')}`,
      ]
    }),
  )
const keyTimeHeading = 'Country,Administrative zone,Session,Local time'

const down = { by: 1, from: 6 }
const up = { by: -1, from: 6 }
const middle = { by: 1, from: 20, until: 60 }
const middleUp = { by: -1, from: 20, until: 60 }
const [number, , component, candidates] = [0, 1, 2, 3]
const tooFew = [
  'two rows for each centre, by component: components down',
  'rows of other components for each centre, by component: components up in the middle',
]

describe('entries', () => {
  describe.each<[string, Rows]>([
    ['one row for each centre', entriesOf(two.slice(0, 1))],
    ['two rows for each centre', entriesOf(two)],
    ['three rows for each centre', entriesOf(three)],
    ['two rows for each centre, by component', byComponent(entriesOf(two))],
    ['rows of other components for each centre', optional],
    ['rows of other components for each centre, by component', byComponent(optional)],
  ])('in a list of %s', (list, rows) => {
    it.each([
      ['numbers of centres', 'down', number, down],
      ['numbers of centres', 'up', number, up],
      ['numbers of centres', 'down by two', number, { by: 2, from: 6 }],
      ['numbers of centres', 'down in the middle', number, middle],
      ['numbers of centres', 'up in the middle', number, middleUp],
      ['components', 'down', component, down],
      ['components', 'up in the middle', component, middleUp],
      ['numbers of candidates', 'down', candidates, down],
      ['numbers of candidates', 'up in the middle', candidates, middleUp],
    ])('%s that slipped %s change nothing', async (what, direction, column, slip) => {
      // Where equal components stand together, a row or two change: too few to tell from what is meant.
      if (tooFew.includes(`${list}: ${what} ${direction}`)) return
      expect(await importEntries(rows)).toMatchObject({ exit: 0 })
      const ran = await importEntries(withSlip(rows, column, slip))
      expect(ran.json()).toMatchObject({ changed: false, changes: [] })
    })
  })

  it('are told where fewer than five are wrong', async () => {
    const rows = byComponent(entriesOf(two))
    await importEntries(rows)
    const ran = await importEntries(withSlip(rows, component, down))
    // The blank cell is told, and the entry that stands twice is an error until a later list has it once.
    expect(ran).toMatchObject({ exit: 8 })
    expect(ran.json().entries.created + ran.json().entries.changed).toBeLessThan(5)
    expect((await world.run(['errors', 'list', '--json'])).stdout).toContain('counts-differ')
  })
})

/** Each entry of 0500/12 taken away, and added for 0500/13. */
const replaced = entriesOf(['0500/12']).flatMap((row) => [row.with(3, '0'), row.with(2, '0500/13')])

describe('entries that are meant', () => {
  const raised = (rows: Rows, every: number) =>
    rows.map((row, at) => (at % every === 0 ? row.with(3, String(Number(row[3]) + 1)) : row))
  it.each<[string, Rows, Rows]>([
    ['every third count raised', entriesOf(two), raised(entriesOf(two), 3)],
    ['every count raised', entriesOf(two), raised(entriesOf(two), 1)],
    ['few different counts, every third raised', entriesOf(three, 3), raised(entriesOf(three, 3), 3)],
    ['the same counts, every second raised', entriesOf(two, 1), raised(entriesOf(two, 1), 2)],
    ['sorted otherwise', entriesOf(three), byComponent(raised(entriesOf(three), 3))],
    ['half of the centres new', entriesOf(two).filter((_, at) => at % 4 < 2), entriesOf(two)],
    [
      'half of the centres new, equal counts',
      entriesOf(two, 1).filter((_, at) => at % 4 < 2),
      entriesOf(two, 1),
    ],
    ['another component', entriesOf(two, 1).filter((_, at) => at % 2 === 0), entriesOf(two, 1)],
    ['an empty store', [], entriesOf(three)],
    ['every entry taken away', optional, optional.map((row) => row.with(3, '0'))],
    ['another component in place of each', entriesOf(['0500/12']), replaced],
  ])('go in: %s', async (_, before, after) => {
    if (before.length > 0) await importEntries(before)
    expect(await importEntries(after)).toMatchObject({ exit: 0 })
  })
})

describe('Key Times', () => {
  const importTimes = (rows: Rows) => importing('key-times', keyTimeHeading, rows)
  const lists: [string, Rows][] = [
    ['one session', keyTimesOf(['AM'])],
    ['two sessions', keyTimesOf(['AM', 'PM'])],
    ['three sessions', keyTimesOf(['AM', 'PM', 'EV'])],
  ]
  describe.each(lists)('in a list of %s for each country', (_, rows) => {
    it.each([
      ['countries', 'down', 0, { by: 1, from: 3 }],
      ['countries', 'up in the middle', 0, { by: -1, from: 3, until: 36 }],
      ['sessions', 'down', 2, { by: 1, from: 3 }],
      ['local times', 'up', 3, { by: -1, from: 3 }],
    ])('%s that slipped %s change nothing', async (__, ___, column, slip) => {
      expect(await importTimes(rows)).toMatchObject({ exit: 0 })
      const ran = await importTimes(withSlip(rows, column, slip))
      expect(ran.json()).toMatchObject({ changed: false, changes: [] })
    })
  })

  it.each(lists)('go in where all are an hour later: %s', async (_, rows) => {
    const later = rows.map((row) =>
      row.with(
        3,
        (row[3] ?? '').replace(/^\d+/, (hour) => `${Number(hour) + 1}`),
      ),
    )
    await importTimes(rows)
    expect(await importTimes(later)).toMatchObject({ exit: 0 })
  })
})

/** Under the keys of these rows, as they slipped, nothing is saved: the values say nothing, only a column of the key. */
describe('Key Times that slipped to where none are saved', () => {
  const headings = ['Country', 'Administrative zone', 'Session', 'Local time', 'Time zone', 'Series', 'From']
  const importTimes = (rows: Rows) => importing('key-times', headings.join(','), rows)
  const hours = { AM: 8, PM: 14, EV: 18 }
  const minutesAt = (at: number) => String(at * 3).padStart(2, '0')
  type Session = keyof typeof hours
  const sessionAt = (at: number): Session => (['AM', 'PM', 'EV'] as const)[at % 3] ?? 'AM'
  /** One row for each country; neighbours differ in every column. */
  const ofCountries = (others: (at: number) => readonly string[]) =>
    countries.map((country, at) => [country, String(1 + (at % 5)), ...others(at)])
  const inItsSession = ofCountries((at) => {
    const session = sessionAt(at)
    return [session, `${hours[session]}:${minutesAt(at)}`, '', '', '']
  })
  // These times are of both sessions.
  const inOneOfTwo = ofCountries((at) => [at % 2 === 0 ? 'AM' : 'PM', `12:${minutesAt(at)}`, '', '', ''])
  const cycle = (values: readonly string[]) => (at: number) => values[at % values.length] ?? ''
  const series = cycle(['2026-06', '2026-11', '2027-03'])
  const days = cycle(['2026-05-01', '2026-10-01', '2027-02-01'])
  const ofSeries = ofCountries((at) => ['AM', `8:${minutesAt(at)}`, '', series(at), ''])
  const fromDays = ofCountries((at) => ['AM', `8:${minutesAt(at)}`, '', '', days(at)])
  const ofZones = [
    ...['New_York', 'Chicago', 'Denver', 'Phoenix', 'Los_Angeles', 'Anchorage', 'Adak'].map(
      (city) => `America/${city}`,
    ),
    'Pacific/Honolulu',
  ].map((zone, at) => {
    const session = sessionAt(at)
    return ['United States', '5', session, `${hours[session]}:${minutesAt(at)}`, zone, '', '']
  })

  it.each<[string, Rows, readonly number[]]>([
    ['Country', inItsSession, [0]],
    ['Country', inItsSession, [0, 1]],
    ['Session', inOneOfTwo, [2]],
    ['Time zone', ofZones, [4]],
    ['Series', ofSeries, [5]],
    ['From', fromDays, [6]],
  ])('change nothing, and %s is named: %#', async (column, rows, slippedColumns) => {
    expect(await importTimes(rows)).toMatchObject({ exit: 0 })
    const slip = { by: 1, from: 1 }
    const slipped = slippedColumns.reduce((moved, at) => withSlip(moved, at, slip), rows)
    const ran = await importTimes(slipped.slice(0, rows.length))
    expect(ran.json()).toMatchObject({ changed: false, keyTimes: { created: 0 } })
    expect(ran.json().issues).toContainEqual(expect.objectContaining({ code: 'values-slipped', column }))
  })
})

describe('results', () => {
  const teacher = 'amira@school.example'
  beforeEach(() => world.user(teacher, { centre: 'EG001' }))
  const resultHeading = 'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'
  const resultsOf = (tests: readonly string[]) =>
    Array.from({ length: 30 }, (_, at) =>
      tests.map((test, place) => {
        const mark = String(numberAt(at * tests.length + place, 50))
        const subject = `Subject of ${test}`
        return [teacher, 'cambridge-primary', '4B', '4', subject, test, '2026-02-02', `Learner ${at}`, mark]
      }),
    ).flat()
  const importResults = (rows: Rows) => importing('progression-tests', resultHeading, rows)
  const marks = () => world.rows('select learner, mark from results order by id')
  /** The list with a cell filled in where one was inserted: blank ones refuse the file anyway. */
  const filled = (rows: Rows, column: number) =>
    rows.map((row) =>
      row[column] === '' && row[0] !== '' ? row.with(column, column === 7 ? 'Another learner' : '50') : row,
    )

  const lists: [string, Rows][] = [
    ['one test', resultsOf(['Paper 1'])],
    ['two tests', resultsOf(['Paper 1', 'Paper 2'])],
  ]
  describe.each(lists)('in a list of %s for each learner', (_, rows) => {
    it.each([
      ['learners', 7, { by: 1, from: 10, until: 50 }],
      ['marks', 8, { by: 1, from: 10, until: 50 }],
    ])('%s that slipped are refused', async (__, column, slip) => {
      expect(await importResults(rows)).toMatchObject({ exit: 0 })
      const before = await marks()
      const moved = filled(
        withSlip(rows, column, { ...slip, until: Math.min(slip.until, rows.length) }),
        column,
      )
      const ran = await importResults(moved.slice(0, rows.length))
      expect(ran.error().details).toMatchObject({
        problems: expect.arrayContaining([expect.objectContaining({ code: 'values-slipped' })]),
      })
      expect(await marks()).toEqual(before)
    })
  })

  it.each(lists)('go in where every second mark is corrected: %s', async (_, rows) => {
    await importResults(rows)
    const corrected = rows.map((row, at) => (at % 2 === 0 ? row.with(8, String(Number(row[8]) + 1)) : row))
    expect(await importResults(corrected)).toMatchObject({ exit: 0 })
  })

  it('are compared once where a row says the same again', async () => {
    const [, [, rows] = ['', []]] = lists
    const twice = rows.flatMap((row) => [row, row])
    await importResults(twice)
    expect((await importResults(twice)).json()).toMatchObject({ changed: false })
  })
})
