import { getTimezone } from 'countries-and-timezones'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import type { CentreOfRelease, ReleaseRow } from '../../../src/db/releases.ts'
import { timeZoneNames } from '../../time-zone-names.ts'
import { authorisationsOf, openingSummaryOf } from '../../../src/rules/releases/centres-of-release.ts'
import { momentText } from '../../../src/rules/releases/moment.ts'
import { scheduleFrom } from '../../../src/rules/releases/schedule.ts'
import { releaseFacts } from '../../../src/rules/releases/release-facts.ts'

const minute = 60_000
const day = 24 * 60 * minute

/** A centre in each time zone that is in use. */
const centres: CentreOfRelease[] = timeZoneNames().map((time_zone, at) => ({
  id: at + 1,
  number: `C${String(at).padStart(4, '0')}`,
  name: time_zone,
  kind: 'school',
  country: getTimezone(time_zone)?.countries[0] ?? '',
  time_zone,
  global_listening: 0,
}))

interface Exam {
  date: string
  time: string
  offsetMinutes: number
}

/** A release so long before or after the Key Time of a day, which is at one time everywhere. */
function released({ date, offsetMinutes }: Exam): ReleaseRow {
  const session = 'AM'
  return {
    id: 1,
    name: 'June',
    state: 'released',
    opens: momentText({ kind: 'key-time', session, date, offsetMinutes }),
    closes: momentText({ kind: 'key-time', session, date, offsetMinutes: offsetMinutes + 30 }),
    created_at: '2024-01-01T00:00:00.000Z',
    released_at: '2024-01-01T00:00:00.000Z',
    withdrawn_at: null,
    audience: [{ kind: 'all', value: '' }],
    resources: [resource],
  }
}

const resource: ReleaseRow['resources'][number] = {
  id: 1,
  content_id: 1,
  title: 'Text',
  kind: 'other',
  series: '2026-06',
  area: 'general',
  components: [],
  file: 'text.pdf',
  sha256: '',
  bytes: 1,
  created_at: '2024-01-01T00:00:00.000Z',
  withdrawn_at: null,
  mismatch_at: null,
}

function factsOf(some: readonly CentreOfRelease[], { time }: Exam) {
  return releaseFacts({
    centres: some,
    keyTimes: some.map(({ id, country, time_zone }) => ({
      id,
      country,
      time_zone: time_zone ?? '',
      administrative_zone: 1,
      session: 'AM',
      local_time: time,
      series: null,
      from_date: null,
      until_date: null,
    })),
    entries: new Map(),
  })
}

/** What a clock on the wall shows, told by the machine and not by what computes the moments. */
function shownThere(at: number, zone: string): string {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  clocks.set(zone, clock)
  return clock.format(at)
}
const clocks = new Map<string, Intl.DateTimeFormat>()

/** Every moment at which the clock shows a time on a day: one, none or two. */
function momentsShowing({ date, time }: Exam, zone: string): number[] {
  const asUtc = Date.parse(`${date}T${time}Z`)
  const offsets = [asUtc - day, asUtc + day].map(
    (at) => Date.parse(`${shownThere(at, zone).replace(' ', 'T')}Z`) - at,
  )
  const moments = [...new Set(offsets)].map((offset) => asUtc - offset)
  return moments.filter((at) => shownThere(at, zone) === `${date} ${time}`).sort((one, other) => one - other)
}

/** What is wrong with what a release gives each centre. */
function wrongIn(some: readonly CentreOfRelease[], exam: Exam): string[] {
  const facts = factsOf(some, exam)
  const release = released(exam)
  const wrong: string[] = []
  const authorised = [...authorisationsOf(release, facts)]
  if (authorised.length !== some.length)
    wrong.push(`${exam.date}: ${authorised.length} of ${some.length} centres`)
  for (const { centre, opensAt, closesAt, problem } of authorised) {
    const zone = centre.time_zone ?? ''
    const moments = momentsShowing(exam, zone)
    const what = `${zone} ${exam.date} ${exam.time}: ${opensAt?.toISOString()} ${problem?.code}`
    const [only, another] = moments
    if (only !== undefined && another === undefined) {
      if (opensAt?.getTime() !== only + exam.offsetMinutes * minute || problem !== null) wrong.push(what)
      if (closesAt?.getTime() !== only + (exam.offsetMinutes + 30) * minute) wrong.push(`closes, ${what}`)
    } else if (opensAt !== null) wrong.push(`opens, ${what}`)
    else {
      const code = moments.length === 0 ? 'local-time-does-not-exist' : 'local-time-exists-twice'
      if (problem?.code !== code) wrong.push(what)
    }
  }
  const opening = authorised.flatMap(({ opensAt }) => opensAt ?? [])
  const inOrder = [...opening]
    .sort((one, other) => one.getTime() - other.getTime())
    .map((at) => at.toISOString())
  if ([...inOrder].sort().join() !== inOrder.join()) wrong.push(`${exam.date}: the order`)
  const { centres: reached, first, last, withoutKeyTime } = openingSummaryOf(release, facts)
  const counted = [reached, withoutKeyTime, first?.at.toISOString(), last?.at.toISOString()].join()
  if (
    counted !== [authorised.length, authorised.length - opening.length, inOrder.at(0), inOrder.at(-1)].join()
  )
    wrong.push(`${exam.date}: ${counted}`)
  return wrong
}

/** What is wrong with the line of moments that a person is shown. */
function wrongInTimeline(exam: Exam): string[] {
  const wrong: string[] = []
  const facts = factsOf(centres, exam)
  const opening = [...authorisationsOf(released(exam), facts)].flatMap(
    ({ opensAt }) => opensAt?.getTime() ?? [],
  )
  const inOrder = [...new Set(opening)].sort((one, other) => one - other)
  const { timeline } = scheduleFrom(facts, released(exam))
  if (timeline.map(({ at }) => at.getTime()).join() !== inOrder.join())
    wrong.push(`${exam.date}: the timeline`)
  for (const { at, zones } of timeline)
    for (const { timeZone, local } of zones)
      if (!local?.startsWith(shownThere(at.getTime(), timeZone ?? '')))
        wrong.push(`${timeZone}: shows ${local}`)
  return wrong
}

describe('what a release gives a centre in each time zone', () => {
  it('opens when its local clock shows it and never before, on 10,000 days and times at random', () => {
    // The same each time: a multiplicative generator of Lehmer.
    let seed = 20_260_602
    const below = (max: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % max
    }
    const wrong: string[] = []
    for (let tried = 0; tried < 10_000; tried += centres.length) {
      const date = new Date(Date.UTC(2024, 0, 1) + below(9 * 365) * day).toISOString().slice(0, 10)
      const time = new Date(below(24 * 60) * minute).toISOString().slice(11, 16)
      const exam = { date, time, offsetMinutes: below(1441) - 720 }
      wrong.push(...wrongIn(centres, exam))
      if (tried === 0) wrong.push(...wrongInTimeline(exam))
    }
    expect(wrong).toEqual([])
  })

  it('opens so around every change of the clocks from 2024 to 2032, a day either side', () => {
    const wrong: string[] = []
    // Zones that change their clocks alike at one moment are tried once.
    const changes = new Set<string>()
    for (const centre of centres) {
      const zone = centre.time_zone ?? ''
      let at = Temporal.Instant.fromEpochMilliseconds(Date.UTC(2024, 0, 1)).toZonedDateTimeISO(zone)
      for (;;) {
        const next = at.getTimeZoneTransition('next')
        if (!next || next.epochMilliseconds > Date.UTC(2033, 0, 1)) break
        const change = [next.epochMilliseconds, at.offset, next.offset].join()
        const local = next.epochMilliseconds + at.offsetNanoseconds / 1e6
        const around = changes.has(change)
          ? []
          : [local - day, local - minute, local, local + 30 * minute, local + day]
        for (const shown of around) {
          const [date = '', time = ''] = new Date(shown).toISOString().split('T')
          wrong.push(...wrongIn([centre], { date, time: time.slice(0, 5), offsetMinutes: -120 }))
        }
        changes.add(change)
        at = next
      }
    }
    expect(wrong).toEqual([])
    expect(changes.size).toBeGreaterThan(200)
  })
})
