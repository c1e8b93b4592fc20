import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { localTimeAt, localTimeInWords, momentOf } from '../../../src/rules/key-times/local-time.ts'
import { timeZoneNames } from '../../time-zone-names.ts'

interface Case {
  zone: string
  date: string
  time: string
  why: string
  utc?: string
  problem?: string
}

const cases: Case[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/local-times.json', import.meta.url), 'utf8'),
)
const zones = timeZoneNames()
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('the moment of a local time', () => {
  it.each(cases)('$why: $date $time $zone', ({ zone, date, time, utc, problem }) => {
    const moment = momentOf({ date, time, zone })
    expect('at' in moment ? moment.at.toISOString() : moment.problem).toBe(utc ?? problem)
  })

  it('is shown by the clock there, of any zone at any time', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2024, 0, 1) / minute, max: Date.UTC(2033, 0, 1) / minute }),
        (zone, minutes) => checkShown(new Date(minutes * minute), zone),
      ),
      { numRuns: 10_000 },
    )
  })
})

describe('a moment as the clocks there show it', () => {
  it('is what Temporal says, of any zone at any time, with how far that is from UTC', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(1973, 0, 1) / 1000, max: Date.UTC(9998, 0, 1) / 1000 }),
        (zone, seconds) => {
          const there = Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(zone)
          const text = there.toString({ smallestUnit: 'minute', timeZoneName: 'never' })
          const [, date, time, offset] = /^(.*)T(\d\d:\d\d)(.*)$/.exec(text) ?? []
          expect(localTimeInWords(new Date(seconds * 1000), zone)).toBe(
            `${date} ${time} ${zone} (UTC${offset})`,
          )
        },
      ),
      { numRuns: 10_000 },
    )
  })
})

/** Whatever the clock shows leads back to the moment, unless it shows it twice. */
function checkShown(at: Date, zone: string): void {
  const [date = '', time = ''] = localTimeAt(at, zone).split(' ')
  const moment = momentOf({ date, time, zone })
  if ('at' in moment) expect(moment.at, `${zone} ${date} ${time}`).toEqual(at)
  else expect(moment.problem, `${zone} ${date} ${time}`).toBe('local-time-exists-twice')
}

interface Change {
  at: number
  before: number
  after: number
}

/** Where the clocks of a zone are changed, with how far they are from UTC in minutes. */
function changesOf(zone: string): Change[] {
  const found: Change[] = []
  const last = Date.UTC(2033, 0, 1)
  let at = Temporal.Instant.fromEpochMilliseconds(Date.UTC(2023, 11, 31)).toZonedDateTimeISO(zone)
  for (;;) {
    const next = at.getTimeZoneTransition('next')
    if (!next || next.epochMilliseconds > last) return found
    const minutes = (one: typeof next) => one.offsetNanoseconds / 1e9 / 60
    found.push({ at: next.epochMilliseconds, before: minutes(at), after: minutes(next) })
    at = next
  }
}

describe('around every change of the clocks of every zone from 2024 to 2032', () => {
  it.each(zones)('a local time is one moment, or said to be none or two: %s', (zone) => {
    for (const { at, before, after } of changesOf(zone)) {
      const local = at + before * minute
      const check = (shown: number) => checkLocal(shown, { zone, at, before, after })
      for (let shown = local - day; shown <= local + day; shown += hour) check(shown)
      // What is left out or shown twice begins and ends on a half hour, and none is longer than a day.
      const edge = Math.abs(after - before) * minute
      for (const near of [local - edge, local, local + edge])
        for (const one of [near - minute, near, near + minute]) check(one)
    }
  })
})

/** @param shown what the clock shows, as if that were UTC */
function checkLocal(shown: number, { zone, at, before, after }: Change & { zone: string }): void {
  const [date = '', rest = ''] = new Date(shown).toISOString().split('T')
  const moment = momentOf({ date, time: rest.slice(0, 5), zone })
  const early = shown - before * minute
  const late = shown - after * minute
  const moments = [...new Set([...(early < at ? [early] : []), ...(late >= at ? [late] : [])])]
  const expected =
    moments.length === 1
      ? { at: new Date(moments[0] ?? 0) }
      : { problem: moments.length === 0 ? 'local-time-does-not-exist' : 'local-time-exists-twice' }
  if (JSON.stringify(moment).includes(JSON.stringify(expected).slice(1, -1))) return
  expect(moment, `${zone} ${date} ${rest}`).toMatchObject(expected)
}
