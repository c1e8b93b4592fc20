import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

const teacher = 'amira@school.example'
const resultHeading = 'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'
const resultRow = (learner: string, mark: string) =>
  `${teacher},cambridge-primary,4B,4,English,Paper 1,2026-02-02,${learner},${mark}`

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
  await world.user(teacher, { centre: 'EG001' })
})
afterEach(() => world.close())

const write = (heading: string, rows: readonly string[]) =>
  writeFileSync(world.path('list.csv'), [heading, ...rows, ''].join('\n'))

const keyTimes = {
  noun: 'key-times',
  heading: 'Country,Administrative zone,Session,Local time',
  row: (country: string, time: string) => `${country},3,AM,${time}`,
  names: ['Egypt', 'Ghana', 'India', 'Japan', 'Kenya', 'Nepal', 'Oman', 'Peru'],
  values: ['10:00', '09:00', '09:30', '08:00', '10:30', '09:15', '10:15', '08:45'],
  fresh: '11:00',
  column: 'Local time',
  what: (name: string) => `${name}, AM`,
} as const
const entries = {
  noun: 'entries',
  heading: 'Centre number,Series,Component,Candidates',
  row: (component: string, candidates: string) => `EG001,2026-06,${component},${candidates}`,
  names: ['0500/11', '0500/12', '0500/13', '0500/21', '0500/22', '0500/23', '0500/31', '0500/32'],
  values: ['12', '7', '31', '5', '18', '9', '44', '3'],
  fresh: '120',
  column: 'Candidates',
  what: (name: string) => `EG001 2026-06 ${name}`,
} as const
const results = {
  noun: 'progression-tests',
  heading: resultHeading,
  row: resultRow,
  names: ['Ali', 'Mona', 'Sara', 'Omar', 'Nour', 'Hala', 'Zaki', 'Laila'],
  values: ['31', '28.5', '40', '12', '36', '22', '33', '19'],
  fresh: '50',
  column: 'Mark',
  what: (name: string) => `${teacher}, 4B, English, Paper 1, 2026-02-02, ${name}`,
} as const

interface OfNoun {
  noun: string
  heading: string
  row: (name: string, value: string) => string
  names: readonly string[]
  values: readonly string[]
  /** A value that is not among them. */
  fresh: string
  column: string
  what: (name: string) => string
}

describe.each<OfNoun>([keyTimes, entries, results])('an import of $noun', (ofNoun) => {
  const { noun, heading, row, names, values, fresh, column, what } = ofNoun
  const writeValues = (given: readonly string[]) =>
    write(
      heading,
      names.map((name, at) => row(name, given[at] ?? '')),
    )
  const run = (...argv: string[]) => world.run([noun, 'import', 'list.csv', ...argv])
  const json = async (...argv: string[]) => (await run('--json', ...argv)).json()
  const slipped = [fresh, ...values.slice(0, -1)]
  beforeEach(async () => {
    writeValues(values)
    expect((await json()).changes).toEqual([])
  })

  it('says of each saved value that changes what it was and what it becomes, in a rehearsal too', async () => {
    writeValues(values.with(1, fresh))
    const changes = [
      {
        cell: expect.stringMatching(/^list!\w3$/),
        row: 3,
        column,
        what: what(names[1] ?? ''),
        from: values[1],
        to: fresh,
      },
    ]
    expect(await json('--dry-run')).toMatchObject({ changes, dryRun: true })
    const cell = String((await json('--dry-run')).changes[0].cell)
    const line = ['changed', cell, what(names[1] ?? ''), column, values[1], fresh].join('\t')
    expect((await run('--dry-run')).stdout).toContain(`${line}\n`)
    const desk = inProcess(world, [noun, 'import', 'list.csv'], { columns: 200 })
    await desk.sees(`${cell}  ${what(names[1] ?? '')}: ${column} ${values[1]} → ${fresh}`)
    expect(await desk.leaves()).toMatchObject({ exit: 0 })
    expect(await json()).toMatchObject({ changes: [], changed: false })
  })

  it('keeps a column out that slipped by a row, unless it is said how many values it changes', async () => {
    writeValues(slipped)
    const ran = await run('--json', '--dry-run')
    const found = noun === 'progression-tests' ? ran.error().details.problems : ran.json().issues
    expect(ran.exit).toBe(noun === 'progression-tests' ? 6 : 8)
    expect(found).toHaveLength(8)
    expect(found[0].message).toContain(`is ${fresh}, and stands with 7 values that are saved for other rows`)
    expect(found[1]).toMatchObject({
      code: 'values-slipped',
      message: expect.stringContaining(
        `is ${values[0]}, which is saved for the row above, as are those of 6 more rows`,
      ),
      hint: expect.stringContaining('--allow-changes 8'),
    })
    const other = await run('--json', '--allow-changes', '7')
    expect([other.exit, other.error().code]).toEqual([3, 'change-limit'])
    expect(other.error().hint).toContain('--allow-changes 8')
    expect((await json('--allow-changes', '8')).changes).toHaveLength(8)
  })
})

describe.each<OfNoun>([keyTimes, entries])('the rows of a column of $noun that slipped', (ofNoun) => {
  const { noun, heading, row, names, values, fresh } = ofNoun
  const run = async (...argv: string[]) => world.run([noun, 'import', ...argv, '--json'])
  const held = ['held.csv', '--issues-out', 'again.csv']
  const importSlipped = async () => {
    const [first = '', ...others] = names
    write(
      heading,
      names.map((name, at) => row(name, values[at] ?? '')),
    )
    await run('list.csv')
    // The first row changes as well, and its change goes in.
    write(heading, [
      row(first, fresh),
      ...others.slice(0, 2).map((name, at) => row(name, values[at + 1] ?? '')),
      ...others.slice(2).map((name, at) => row(name, values[at + 2] ?? '')),
    ])
    return run('list.csv', '--issues-out', 'held.csv')
  }

  it('are held back in the workbook of rows held back as well', async () => {
    const first = await importSlipped()
    expect(first.json()).toMatchObject({ rows: { accepted: 2, heldBack: 6 }, changes: [{ to: fresh }] })
    expect((await run(...held)).json()).toMatchObject({ rows: { accepted: 0, heldBack: 6 }, changed: false })
  })

  it('are found where one of them has a mistake of its own', async () => {
    const all = (given: readonly string[]) => names.map((name, at) => row(name, given[at] ?? ''))
    write(heading, all(values))
    await run('list.csv')
    write(heading, all([fresh, ...values]).with(4, row('nowhere', '3')))
    expect((await run('list.csv')).json()).toMatchObject({ rows: { accepted: 0, heldBack: 8 } })
  })

  it('are allowed by their number, whether or not other changes of the file are saved', async () => {
    const { issues } = (await importSlipped()).json()
    expect(issues[1].hint).toContain('--allow-changes 5')
    expect((await run('held.csv', '--allow-changes', '5', '--dry-run')).json().changes).toHaveLength(5)
    expect((await run('list.csv', '--allow-changes', '5')).json().changes).toHaveLength(5)
    const again = await run('list.csv', '--allow-changes', '5')
    expect(again.error()).toMatchObject({
      code: 'change-limit',
      message:
        '--allow-changes 5 is not right: no rows look as if a column had slipped; nothing was changed.',
      hint: 'Leave out --allow-changes.',
    })
  })
})

describe('a column of local times that slipped where AM and PM alternate', () => {
  it('is found, although most of its times fit no session', async () => {
    const saved = keyTimes.names.flatMap((name, at) => [
      { name, session: 'AM', time: at % 3 === 0 ? '12:30' : `0${at + 1}:15` },
      { name, session: 'PM', time: at % 2 === 0 ? '13:30' : `1${(at % 3) + 4}:45` },
    ])
    const listed = (times: readonly string[]) =>
      saved.map(({ name, session }, at) => `${name},3,${session},${times[at] ?? ''}`)
    const times = saved.map(({ time }) => time)
    write(keyTimes.heading, listed(times))
    expect(await world.run(['key-times', 'import', 'list.csv'])).toMatchObject({ exit: 0 })
    write(keyTimes.heading, listed(['09:45', ...times.slice(0, -1)]))
    const { rows, issues } = (await world.run(['key-times', 'import', 'list.csv', '--json'])).json()
    expect(rows).toEqual({ read: 16, accepted: 0, heldBack: 16 })
    expect(new Set(issues.map(({ code }: { code: string }) => code))).toEqual(
      new Set(['values-slipped', 'time-not-in-session']),
    )
    for (const { hint } of issues) expect(hint).toContain('Perhaps the column slipped')
  })
})

describe('a list in order whose values are all moved by as much', () => {
  const zones = [
    ...['Kaliningrad', 'Moscow', 'Samara'].map((place) => `Europe/${place}`),
    ...['Yekaterinburg', 'Omsk', 'Irkutsk', 'Yakutsk', 'Vladivostok'].map((place) => `Asia/${place}`),
  ]
  it('is taken: local times of a country as clocks change, and marks of which everybody gets one more', async () => {
    const heading = 'Country,Administrative zone,Session,Local time,Time zone'
    const hours = (first: number) =>
      zones.map((zone, at) => `Russia,3,AM,${String(first + at).padStart(2, '0')}:00,${zone}`)
    for (const first of [5, 6, 5]) {
      write(heading, hours(first))
      expect(await world.run(['key-times', 'import', 'list.csv', '--json'])).toMatchObject({ exit: 0 })
    }
    for (const more of [0, 1, 0]) {
      write(
        resultHeading,
        results.names.map((name, at) => resultRow(name, String(40 - at + more))),
      )
      expect(await world.run(['progression-tests', 'import', 'list.csv'])).toMatchObject({ exit: 0 })
    }
  })
})

describe('a plan of values that slipped, which are meant', () => {
  it('is applied as it was planned', async () => {
    const { heading, row, names, values, fresh } = keyTimes
    const rows = (given: readonly string[]) => names.map((name, at) => row(name, given[at] ?? ''))
    write(heading, rows(values))
    await world.run(['key-times', 'import', 'list.csv'])
    write(heading, rows([fresh, ...values.slice(0, -1)]))
    const planned = ['key-times', 'import', 'list.csv', '--plan-out', 'a.plan', '--json']
    const { changes } = (await world.run([...planned, '--allow-changes', '8'])).json()
    expect(changes).toHaveLength(8)
    const applied = (await world.run(['key-times', 'apply', 'a.plan', '--json'])).json()
    expect(applied).toMatchObject({ keyTimes: { changed: 8 }, issues: [], changes })
  })
})

describe('a plan of entries whose column slipped at some centres', () => {
  it('is applied to the others', async () => {
    const { heading, names, values, fresh } = entries
    const centres = ['EG001', 'EG002', 'EG003', 'EG004', 'EG005', 'EG006', 'EG007', 'EG008']
    const rows = (given: readonly string[]) =>
      centres.map((centre, at) => `${centre},2026-06,${names[0]},${given[at] ?? ''}`)
    const unchanged = 'EG009,2026-06,0500/11,5'
    write(heading, [...rows(values), unchanged, 'EG010,2026-06,0500/11,3'])
    await world.run(['entries', 'import', 'list.csv'])
    write(heading, [...rows([fresh, ...values.slice(0, -1)]), unchanged, 'EG010,2026-06,0500/11,4'])
    const planned = await world.run(['entries', 'import', 'list.csv', '--plan-out', 'a.plan', '--json'])
    expect(planned.json().rows).toEqual({ read: 10, accepted: 2, heldBack: 8 })
    const applied = await world.run(['entries', 'apply', 'a.plan', '--json'])
    expect(applied.json()).toMatchObject({ entries: { changed: 1 }, changes: planned.json().changes })
  })
})

describe('a plan of a sheet whose headings come again in another order', () => {
  it('names the same cells when it is applied', async () => {
    const [one = '', other = ''] = entries.names
    write(entries.heading, [entries.row(one, '5'), entries.row(other, '6')])
    await world.run(['entries', 'import', 'list.csv'])
    write(entries.heading, [
      entries.row(one, '7'),
      'Candidates,Component,Series,Centre number',
      `8,${other},2026-06,EG001`,
    ])
    const planned = await world.run(['entries', 'import', 'list.csv', '--plan-out', 'a.plan', '--json'])
    expect(planned.json().changes).toMatchObject([{ cell: 'list!D2' }, { cell: 'list!A4' }])
    const applied = await world.run(['entries', 'apply', 'a.plan', '--json'])
    expect(applied.json().changes).toEqual(planned.json().changes)
  })
})

describe('many saved values that change', () => {
  it('are told by the first at a terminal, and all in a pipe', async () => {
    const components = Array.from({ length: 20 }, (_, at) => `0500/${at + 10}`)
    const rows = (more: number) =>
      components.map((component, at) => entries.row(component, String(at + more)))
    write(entries.heading, rows(100))
    await world.run(['entries', 'import', 'list.csv'])
    write(entries.heading, rows(200))
    const desk = inProcess(world, ['entries', 'import', 'list.csv', '--dry-run'], { columns: 120 })
    const { text } = await desk.leaves()
    expect(text).toContain('EG001 2026-06 0500/21: Candidates 111 → 211')
    expect(text).not.toContain('0500/22')
    expect(text).toContain('… and 8 more')
    expect(text).toContain('All of them: --json')
    const { stdout } = await world.run(['entries', 'import', 'list.csv'])
    expect(stdout.match(/^changed\t/gm)).toHaveLength(20)
  })
})

describe('a Key Time whose time, zone and last day change', () => {
  const heading = 'Country,Administrative zone,Session,Local time,Time zone,Series,From,Until'
  const importing = async (...rows: string[]) => {
    write(heading, rows)
    return (await world.run(['key-times', 'import', 'list.csv', '--json'])).json()
  }

  it('is told cell by cell, by its country, zone, series and first day', async () => {
    await importing('United States,1,AM,09:00,America/New_York,2026-06,2026-05-01,2026-05-31')
    const { changes } = await importing('United States,2,AM,08:30,US/Eastern,2026-06,2026-05-01,')
    const what = 'United States, AM, America/New_York, 2026-06, from 2026-05-01'
    expect(changes).toMatchObject([
      { column: 'Local time', what, from: '09:00', to: '08:30' },
      { column: 'Administrative zone', what, from: '1', to: '2' },
      { column: 'Until', what, from: '2026-05-31', to: null },
    ])
  })
})

describe('a blank mark', () => {
  const importing = async (...marks: [learner: string, mark: string][]) => {
    write(
      resultHeading,
      marks.map(([learner, mark]) => resultRow(learner, mark)),
    )
    return world.run(['progression-tests', 'import', 'list.csv', '--json'])
  }
  const saved = () => world.rows('select learner, mark from results order by learner')

  it('leaves a saved mark as it is, and says so', async () => {
    await importing(['Ali', '31'], ['Mona', '28'])
    expect((await importing(['Ali', ''], ['Mona', '29'])).json()).toMatchObject({
      results: { created: 0, corrected: 1, unchanged: 1, kept: 1 },
      changes: [{ from: '28', to: '29' }],
    })
    expect(await saved()).toEqual([
      { learner: 'Ali', mark: 31 },
      { learner: 'Mona', mark: 29 },
    ])
    write(resultHeading, [resultRow('Ali', '')])
    const desk = inProcess(world, ['progression-tests', 'import', 'list.csv'])
    await desk.sees('1 saved mark stayed where the cell is blank')
    expect(await desk.leaves()).toMatchObject({ exit: 0 })
  })

  it('is a learner without a mark, where none is saved, who may get one later', async () => {
    expect((await importing(['Ali', ''])).json()).toMatchObject({ results: { created: 1, kept: 0 } })
    expect((await importing(['Ali', ''])).json()).toMatchObject({ results: { unchanged: 1, kept: 0 } })
    expect((await importing(['Ali', '31'])).json().changes).toMatchObject([{ from: null, to: '31' }])
  })

  it('is another than none, which takes a saved mark away', async () => {
    await importing(['Ali', '31'])
    expect((await importing(['Ali', 'None'])).json()).toMatchObject({
      results: { corrected: 1 },
      changes: [{ from: '31', to: null }],
    })
    expect(await saved()).toEqual([{ learner: 'Ali', mark: null }])
    const twice = await importing(['Ali', 'none'], ['Ali', ''])
    expect(twice.error().details.problems).toMatchObject([{ code: 'rows-differ' }])
    const message = 'absent is not a mark: a number, nothing, or none to take one away.'
    expect((await importing(['Ali', 'absent'])).error().details.problems).toMatchObject([{ message }])
  })
})
