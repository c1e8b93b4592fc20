import { nextMoment } from '../../../src/rules/key-times.ts'
import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

const headings = 'Country,Administrative zone,Session,Local time,Time zone,Series,From,Until'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.centre('GB001', { country: 'GB' })
  await world.centre('NZ001', { country: 'NZ' })
  await world.user('teacher@school.example', { centre: 'EG001' })
})
afterEach(() => world.close())

const importing = (rows: readonly string[], ...more: string[]) => {
  writeFileSync(world.path('times.csv'), [headings, ...rows].join('\n'))
  return world.run(['key-times', 'import', 'times.csv', '--json', ...more])
}
const shown = async (centre: string, date: string, ...more: string[]) =>
  (await world.run(['key-times', 'show', centre, '--date', date, '--json', ...more])).json()

const uk = [
  'UK,2,AM,10:00,,,2026-03-29,2026-10-24',
  'UK,2,PM,14:00,,,2026-03-29,2026-10-24',
  'UK,2,AM,09:00,,,2026-10-25,',
  'UK,2,PM,13:00,,,2026-10-25,',
]

describe('importing Key Times', () => {
  it('adds them once, and takes another time as a change', async () => {
    expect(await importing(['Egypt,3,AM,10:00,,,,'])).toMatchObject({ exit: 0 })
    const again = (await importing(['Egypt,3,AM,10:00,,,,'])).json()
    expect(again).toMatchObject({ keyTimes: { created: 0, unchanged: 1 }, changed: false })
    const later = (await importing(['Egypt,3,AM,10:30,,,,'])).json()
    expect(later).toMatchObject({ keyTimes: { created: 0, changed: 1 }, changed: true })
    expect(await world.rows('select local_time from key_times')).toEqual([{ local_time: '10:30' }])
  })

  it('leaves one that holds whenever no other does beside those with dates, however often', async () => {
    const rows = ['UK,2,AM,09:00,,,,', 'UK,2,AM,10:00,,,,2026-10-24']
    expect((await importing(rows)).json()).toMatchObject({ keyTimes: { created: 2 } })
    expect((await importing(rows)).json()).toMatchObject({ keyTimes: { unchanged: 2 }, changed: false })
    const longer = await importing(['UK,2,AM,10:30,,,,2026-10-31'])
    expect(longer.json()).toMatchObject({ keyTimes: { created: 0, changed: 1 } })
    expect(await world.rows('select local_time, until_date from key_times order by id')).toEqual([
      { local_time: '09:00', until_date: null },
      { local_time: '10:30', until_date: '2026-10-31' },
    ])
  })

  it.each([
    [['show', 'EG001', '--date', '31/12/2026'], 'Write the year first: 2026-12-31.'],
    [['show', 'EG001', '--date', '2026-12-31T9:00'], 'It is a time on a day: write 2026-12-31 alone.'],
    [['list', '--series', '06/2026'], 'Write the year first: 2026-06.'],
    [['edit', '1', '--local-time', '24:00'], 'A day ends with 23:59, and the next begins with 00:00.'],
  ])('says how what was typed is written: %s', async (argv, hint) => {
    expect((await world.run(['key-times', ...argv, '--json'])).error()).toMatchObject({ hint })
  })

  it('reads times and sessions as spreadsheets show them', async () => {
    const egypt = ['Egypt,Zone 3,Morning,9:05 AM,,,,', 'Egypt,3,pm,2.30 pm,,,,', 'Egypt,3,EV,18:00:00,,,,']
    await importing([...egypt, 'UK,2,AM,9am,,,,'])
    expect(await world.rows('select session, local_time from key_times order by id')).toEqual([
      { session: 'AM', local_time: '09:05' },
      { session: 'PM', local_time: '14:30' },
      { session: 'EV', local_time: '18:00' },
      { session: 'AM', local_time: '09:00' },
    ])
  })

  it.each([
    ['Egipt,3,AM,10:00,,,,', 'unknown-country', 'A2'],
    ['Egypt,7,AM,10:00,,,,', 'invalid-zone', 'B2'],
    ['Egypt,3,noon,10:00,,,,', 'invalid-session', 'C2'],
    ['Egypt,3,AM,24:00,,,,', 'invalid-time', 'D2'],
    ['Egypt,3,AM,12:00 am,,,,', 'invalid-time', 'D2'],
    ['Egypt,3,PM,2:00,,,,', 'time-not-in-session', 'D2'],
    ['Egypt,3,AM,2:00 pm,,,,', 'time-not-in-session', 'D2'],
    ['Egypt,3,PM,18:00,,,,', 'time-not-in-session', 'D2'],
    ['Egypt,3,EV,7:00,,,,', 'time-not-in-session', 'D2'],
    ['Egypt,3,AM,10:60,,,,', 'invalid-time', 'D2'],
    ['New Zealand,6,AM,10:00,,,,', 'time-zone-needed', 'E2'],
    ['Egypt,3,AM,10:00,Africa/Kairo,,,', 'unknown-time-zone', 'E2'],
    ['Egypt,3,AM,10:00,Europe/London,,,', 'time-zone-elsewhere', 'E2'],
    ['Egypt,3,AM,10:00,,June,,', 'invalid-series', 'F2'],
    ['Egypt,3,AM,10:00,,,2026-02-30,', 'invalid-date', 'G2'],
    ['Egypt,3,AM,10:00,,,2026-06-01,2026-05-01', 'ends-before-it-begins', 'H2'],
    ['Egypt,3,AM,#N/A,,,,', 'error-cell', 'D2'],
  ])('holds back the row %s, and takes the others: %s', async (row, code, cell) => {
    const ran = await importing([row, 'Pakistan,4,AM,11:00,,,,'])
    expect(ran).toMatchObject({ exit: 8 })
    expect(ran.json()).toMatchObject({
      rows: { read: 2, accepted: 1, heldBack: 1 },
      keyTimes: { created: 1 },
      issues: [{ code, row: 2, cell: expect.stringMatching(new RegExp(`${cell}$`)) }],
    })
    expect(await world.rows('select country from key_times')).toEqual([{ country: 'PK' }])
  })

  it.each([
    ['Egypt,3,AM,0.375,,,,', /part of a day.* as 09:00/],
    ['Egypt,3,AM,2026-06-02T10:00:00,,,,', /write 10:00 alone/],
    ['Egypt,3,AM,9:00:30,,,,', /^Write 09:00, if that is meant/],
    ['Egypt,3,PM,12:00 am,,,,', /^Write 12:00 or 00:00, whichever/],
    ['Egypt,3,PM,12.30 a.m.,,,,', /^Write 12:30 or 00:30, /],
    ['Egypt,3,AM,10:00,,2026-06-01,,', /is a date.* as 2026-06 if/],
    ['Egypt,3,AM,10:00,,31/05/2026,,', /is a date.* as 2026-05 if/],
    ['Egypt,3,AM,10:00,,,31/05/2026,', /2026-05-31/],
    ['Egypt,3,AM,10:00,,,05/06/2026,', /year first, then the month/],
  ])('says what to do with what a spreadsheet made of a cell: %s', async (row, hint) => {
    const { issues } = (await importing([row])).json()
    expect(issues).toMatchObject([{ hint: expect.stringMatching(hint) }])
  })

  it('are listed by the names of their countries', async () => {
    await importing(['UK,2,AM,10:00,,,,', 'Uganda,3,AM,09:00,,,,', 'Egypt,3,AM,10:00,,,,'])
    const { keyTimes } = (await world.run(['key-times', 'list', '--json'])).json()
    const countries = keyTimes.map(({ country }: { country: string }) => country)
    expect(countries).toEqual(['Egypt', 'Uganda', 'United Kingdom'])
  })

  it('names the time that was perhaps meant, and takes none', async () => {
    const { issues } = (await importing(['Egypt,3,PM,2:00,,,,', 'Brazil,1,AM,9:00,,,,'])).json()
    expect(issues).toMatchObject([
      { hint: 'Write 14:00, if that is meant, or another session.' },
      { code: 'time-zone-needed', hint: expect.stringMatching(/^Brazil has America\/.*America\/Sao_Paulo/) },
    ])
  })

  it('holds back rows that would hold on the same days', async () => {
    const ran = await importing([uk[0] ?? '', 'UK,2,AM,11:00,,,2026-06-01,'])
    expect(ran.json().issues.map(({ code }: { code: string }) => code)).toEqual([
      'key-times-overlap',
      'key-times-overlap',
    ])
    await importing([uk[0] ?? ''])
    expect((await importing(['UK,2,AM,11:00,,,2026-06-01,'])).json().issues).toMatchObject([
      { code: 'key-times-overlap' },
    ])
    expect(await world.rows('select id from key_times')).toHaveLength(1)
  })

  it('leaves no two on one day where the row that would have ended one is held back', async () => {
    await importing(['UK,2,AM,10:00,,,2026-03-29,'])
    // The first ends the saved one, and is held back with the second: so the third would begin while that still holds.
    const rows = ['UK,2,AM,10:00,,,2026-03-29,2026-10-24', 'UK,2,AM,11:00,,,2026-06-01,2026-07-01']
    const ran = await importing([...rows, 'UK,2,AM,09:00,,,2026-10-25,'])
    expect(ran.json()).toMatchObject({ rows: { accepted: 0, heldBack: 3 }, changed: false })
    expect(ran.json().issues.map(({ code }: { code: string }) => code)).toEqual(
      Array(3).fill('key-times-overlap'),
    )
    expect(await world.rows('select local_time, until_date from key_times')).toEqual([
      { local_time: '10:00', until_date: null },
    ])
  })

  it('changes nothing with --strict where a row has a mistake', async () => {
    const ran = await importing(['Egypt,9,AM,10:00,,,,', 'Pakistan,4,AM,11:00,,,,'], '--strict')
    expect(ran).toMatchObject({ exit: 6 })
    expect(ran.error()).toMatchObject({ code: 'has-issues' })
    expect(await world.rows('select id from key_times')).toEqual([])
  })

  it('changes nothing in a rehearsal', async () => {
    expect((await importing(uk, '--dry-run')).json()).toMatchObject({
      keyTimes: { created: 4 },
      dryRun: true,
    })
    expect(await world.rows('select id from key_times')).toEqual([])
  })
})

describe("a centre's Key Times on a day", () => {
  it('are those of summer time in the United Kingdom, and others once the clocks have gone back', async () => {
    await importing(uk)
    expect((await shown('GB001', '2026-06-02')).keyTimes).toMatchObject([
      { session: 'AM', localTime: '10:00', at: '2026-06-02T09:00:00.000Z' },
      { session: 'PM', localTime: '14:00', at: '2026-06-02T13:00:00.000Z' },
    ])
    expect((await shown('GB001', '2026-11-03')).keyTimes).toMatchObject([
      { session: 'AM', localTime: '09:00', at: '2026-11-03T09:00:00.000Z' },
      { session: 'PM', localTime: '13:00', at: '2026-11-03T13:00:00.000Z' },
    ])
  })

  it('are told in local time with the name of the zone, and in UTC', async () => {
    await importing(['Egypt,3,AM,10:00,,,,'])
    const ran = await world.run(['key-times', 'show', 'EG001', '--date', '2026-06-02'], { terminal: true })
    expect(ran.stdout).toContain('2026-06-02 10:00 (UTC+03:00)')
    expect(ran.stdout).toContain('Africa/Cairo')
    expect(ran.stdout).toContain('2026-06-02 07:00')
  })

  it('are never guessed where the country has several time zones and nobody has said which', async () => {
    await importing([
      'New Zealand,6,AM,09:00,Pacific/Auckland,,,',
      'New Zealand,6,AM,09:45,Pacific/Chatham,,,',
    ])
    expect(await shown('NZ001', '2026-06-02')).toMatchObject({
      timeZone: null,
      keyTimes: [
        {
          at: null,
          problem: {
            code: 'no-time-zone',
            hint: 'ssh-admin centres edit NZ001 --time-zone ZONE. New Zealand has Pacific/Auckland, Pacific/Chatham.',
          },
        },
      ],
    })
    await world.run(['centres', 'edit', 'NZ001', '--time-zone', 'pacific/chatham'])
    expect(await shown('NZ001', '2026-06-02')).toMatchObject({
      timeZone: 'Pacific/Chatham',
      keyTimes: [{ localTime: '09:45', at: '2026-06-01T21:00:00.000Z' }],
    })
  })

  it('say so where the local time does not exist on that day, or exists twice', async () => {
    await importing(['UK,2,AM,01:30,,,,'])
    const codeOn = async (date: string) => (await shown('GB001', date)).keyTimes[0].problem?.code
    expect(await codeOn('2026-03-29')).toBe('local-time-does-not-exist')
    expect(await codeOn('2026-10-25')).toBe('local-time-exists-twice')
    expect(await codeOn('2026-06-02')).toBeUndefined()
  })

  it('are those of the series, where it has some of its own', async () => {
    await importing(['Egypt,3,AM,10:00,,,,', 'Egypt,3,AM,09:00,,2026-06,,'])
    expect((await shown('EG001', '2026-06-02')).keyTimes).toMatchObject([
      { series: null, localTime: '10:00' },
      { series: '2026-06', localTime: '09:00' },
    ])
  })

  it('are seen by everybody of the centre, and of no other', async () => {
    await importing(['Egypt,3,AM,10:00,,,,'])
    const as = (email: string, centre: string) => world.run(['key-times', 'show', centre, '--as', email])
    expect(await as('teacher@school.example', 'EG001')).toMatchObject({ exit: 0 })
    for (const centre of ['GB001', 'EG999'])
      expect(await as('teacher@school.example', centre)).toMatchObject({ exit: 5 })
  })
})

const firstId = async () =>
  String((await world.rows<{ id: number }>('select min(id) as id from key_times'))[0]?.id)

describe('editing a Key Time', () => {
  it('changes what is named, takes away what is none, and removes it', async () => {
    await importing([uk[0] ?? ''])
    const id = await firstId()
    const edited = await world.run([
      'key-times',
      'edit',
      id,
      '--until',
      'none',
      '--local-time',
      '9:30',
      '--json',
    ])
    expect(edited.json()).toMatchObject({
      localTime: '09:30',
      until: null,
      from: '2026-03-29',
      changed: true,
    })
    const same = await world.run(['key-times', 'edit', id, '--local-time', '09:30', '--json'])
    expect(same.json()).toMatchObject({ changed: false, outcome: 'unchanged' })
    expect(await world.run(['key-times', 'edit', id, '--remove'])).toMatchObject({ exit: 0 })
    const [last] = await world.rows('select action from audit order by id desc limit 1')
    expect(last).toEqual({ action: 'key-times.removed' })
    expect(await world.run(['key-times', 'edit', id, '--remove'])).toMatchObject({ exit: 4 })
  })

  it('is refused where it would end before it begins', async () => {
    await importing([uk[0] ?? ''])
    const ran = await world.run(['key-times', 'edit', await firstId(), '--until', '2026-03-28', '--json'])
    expect([ran.exit, ran.error().message]).toEqual([
      2,
      'A Key Time cannot hold from 2026-03-29 until 2026-03-28.',
    ])
  })

  it('is refused for a time that is none of its session', async () => {
    await importing([uk[1] ?? ''])
    const ran = await world.run(['key-times', 'edit', await firstId(), '--local-time', '2:00', '--json'])
    expect(ran).toMatchObject({ exit: 2 })
    expect(ran.error()).toMatchObject({
      code: 'time-not-in-session',
      message: 'The local time is 02:00, which is no time of PM (12:00 to 17:59).',
      hint: expect.stringContaining('14:00'),
    })
    expect(await world.rows('select local_time from key_times')).toEqual([{ local_time: '14:00' }])
  })

  it('is refused where it would hold on the days of another', async () => {
    await importing(uk)
    const ran = await world.run(['key-times', 'edit', await firstId(), '--until', '2026-11-01', '--json'])
    expect(ran).toMatchObject({ exit: 3 })
    expect(ran.error()).toMatchObject({ code: 'key-times-overlap' })
  })
})

describe('the time zone of a centre', () => {
  const editing = (...argv: string[]) => world.run(['centres', 'edit', 'NZ001', ...argv, '--json'])

  it('is one of its country, and goes when the country changes', async () => {
    expect((await editing('--time-zone', 'Europe/London')).error()).toMatchObject({
      code: 'time-zone-elsewhere',
    })
    expect((await editing('--time-zone', 'Pacific/Aukland')).error()).toMatchObject({
      code: 'unknown-time-zone',
      hint: 'Did you mean Pacific/Auckland?',
    })
    expect((await editing('--time-zone', 'Pacific/Auckland')).json()).toMatchObject({
      centres: [{ timeZone: 'Pacific/Auckland', outcome: 'edited' }],
    })
    expect((await editing('--country', 'AU')).json()).toMatchObject({ centres: [{ timeZone: null }] })
  })

  it('can be said when the centre is made, and taken away', async () => {
    await world.run(['centres', 'create', 'NZ002', '--name', 'Kea', '--country', 'NZ', '--time-zone', 'NZ'])
    const zone = () => world.rows("select time_zone from centres where number = 'NZ002'")
    expect(await zone()).toEqual([{ time_zone: 'Pacific/Auckland' }])
    await world.run(['centres', 'edit', 'NZ002', '--time-zone', 'none'])
    expect(await zone()).toEqual([{ time_zone: null }])
  })
})

const inCairo = {
  id: 1,
  administrative_zone: null,
  country: 'EG',
  time_zone: 'Africa/Cairo',
  session: 'AM' as const,
  series: null,
  local_time: '10:00',
  from_date: null,
  until_date: null,
}

it('comes next on the day after where that of today has passed', () => {
  const keyTime = { ...inCairo, until_date: '2026-06-03' }
  const next = (now: string) => nextMoment(keyTime, new Date(now))?.toISOString()
  expect(next('2026-06-02T06:59:00Z')).toBe('2026-06-02T07:00:00.000Z')
  expect(next('2026-06-02T07:00:00Z')).toBe('2026-06-03T07:00:00.000Z')
  expect(next('2026-06-03T07:00:00Z')).toBeUndefined()
})

it('comes first on the day from which it is', () => {
  const keyTime = { ...inCairo, from_date: '2026-06-10' }
  const next = (now: string) => nextMoment(keyTime, new Date(now))?.toISOString()
  expect(next('2026-06-02T06:59:00Z')).toBe('2026-06-10T07:00:00.000Z')
  expect(next('2026-06-10T07:00:00Z')).toBe('2026-06-11T07:00:00.000Z')
})
