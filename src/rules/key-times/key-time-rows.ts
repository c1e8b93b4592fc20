import { closestCountries, countryCode } from '../../countries.ts'
import { countryName } from '../../country-names.ts'
import type { NewKeyTime } from '../../db/key-times.ts'
import type { ExamSession } from '../../db/schema.ts'
import { hintOfNearest, Usage } from '../../errors.ts'
import {
  dayHint,
  isPlausibleDate,
  readLocalTime,
  readSeries,
  seriesHint,
  sessionContradiction,
  timeHint,
} from '../dates-and-times.ts'
import { faultsOfRow, type RowRead, type TableRowAsWritten } from '../table-rows.ts'
import { distinctZonesOf, onlyTimeZoneOf, timeZoneHint, showSameTime } from './time-zones.ts'
import { findTimeZone, zoneNameIn } from './parse-time-zone.ts'

export const keyTimeFields = [
  'country',
  'administrativeZone',
  'session',
  'localTime',
  'timeZone',
  'series',
  'from',
  'until',
] as const

export type KeyTimeField = (typeof keyTimeFields)[number]
export type KeyTimeRowAsWritten = TableRowAsWritten<KeyTimeField>

/** Reads one row, or returns the faults of its cells: with the values, where only the time does not fit the session. */
export function readKeyTimeRow(
  row: Pick<KeyTimeRowAsWritten, 'texts' | 'faults'>,
): RowRead<KeyTimeField, NewKeyTime> {
  const { texts } = row
  const { faults, wrong } = faultsOfRow(row)
  const country = countryCode(texts.country)
  if (country === undefined) {
    wrong(
      'country',
      'unknown-country',
      texts.country === '' ? 'is missing' : `names no country: ${texts.country}`,
      () => hintOfNearest(closestCountries(texts.country)),
    )
  }
  const administrativeZone = readAdministrativeZone(texts.administrativeZone)
  if (administrativeZone === undefined)
    wrong('administrativeZone', 'invalid-zone', `is a number from 1 to 6, not ${texts.administrativeZone}`)
  const session = readSession(texts.session)
  if (session === undefined)
    wrong('session', 'invalid-session', `is AM, PM or EV, not ${texts.session || 'blank'}`)
  const localTime = readLocalTime(texts.localTime)
  if (localTime === undefined)
    wrong('localTime', 'invalid-time', `is a time such as 10:00, not ${texts.localTime || 'blank'}`, () =>
      timeHint(texts.localTime),
    )
  const contradiction = localTime && session ? sessionContradiction(session, localTime) : undefined
  if (contradiction) wrong('localTime', 'time-not-in-session', contradiction.message, contradiction.hint)
  const series = readSeries(texts.series)
  if (series === undefined)
    wrong('series', 'invalid-series', `is a year and a month such as 2026-06, not ${texts.series}`, () =>
      seriesHint(texts.series),
    )
  const [from, until] = [readDay(texts.from), readDay(texts.until)]
  if (from === undefined)
    wrong('from', 'invalid-date', `is a day such as 2026-03-29, not ${texts.from}`, () => dayHint(texts.from))
  if (until === undefined)
    wrong('until', 'invalid-date', `is a day such as 2026-10-24, not ${texts.until}`, () =>
      dayHint(texts.until),
    )
  if (from && until && from > until) wrong('until', 'ends-before-it-begins', `is before ${from}`)
  const zone = country === undefined ? undefined : readTimeZone(country, texts.timeZone)
  if (zone && 'code' in zone) wrong('timeZone', zone.code, zone.message, zone.hint)
  if (
    faults.some(({ code }) => code !== 'time-not-in-session') ||
    country === undefined ||
    administrativeZone === undefined ||
    session === undefined ||
    localTime === undefined ||
    series === undefined ||
    from === undefined ||
    until === undefined ||
    zone === undefined ||
    'code' in zone
  )
    return { faults }
  const read = {
    country,
    administrative_zone: administrativeZone,
    session,
    local_time: localTime,
    time_zone: zone.name,
    series,
    from_date: from,
    until_date: until,
  }
  return faults.length > 0 ? { faults, read } : { read }
}

/** Null for a blank cell; undefined where the text is no administrative zone. */
function readAdministrativeZone(text: string): number | null | undefined {
  if (text === '') return null
  const number = /^(?:zone\s*)?([1-6])$/i.exec(text.trim())?.[1]
  return number === undefined ? undefined : Number(number)
}

const sessions: Readonly<Record<string, ExamSession>> = {
  am: 'AM',
  morning: 'AM',
  pm: 'PM',
  afternoon: 'PM',
  ev: 'EV',
  eve: 'EV',
  evening: 'EV',
}

function readSession(text: string): ExamSession | undefined {
  return sessions[text.trim().toLowerCase()]
}

function readDay(text: string): string | null | undefined {
  if (text === '') return null
  return isPlausibleDate(text) ? text : undefined
}

interface ZoneFault {
  code: string
  message: string
  hint: () => string
}

function readTimeZone(country: string, text: string): { name: string } | ZoneFault {
  if (text === '') {
    const onlyZone = onlyTimeZoneOf(country)
    if (onlyZone !== undefined) return { name: onlyZone }
    const zones = distinctZonesOf(country)
    return {
      code: 'time-zone-needed',
      message:
        zones.length === 0
          ? `is needed: ${countryName(country)} has none of its own`
          : `is needed: ${countryName(country)} has several`,
      hint: () => timeZoneHint(country, text),
    }
  }
  const name = findTimeZone(text)
  if (name === undefined) {
    return {
      code: 'unknown-time-zone',
      message: `names no time zone: ${text}`,
      hint: () => timeZoneHint(country, text),
    }
  }
  const zoneName = zoneNameIn(country, name)
  if (zoneName !== undefined) return { name: zoneName }
  return {
    code: 'time-zone-elsewhere',
    message: `names ${name}, which is none of ${countryName(country)}`,
    hint: () => timeZoneHint(country, text),
  }
}

/**
 * Whether two Key Times would hold at once with equal precedence. A Key Time of a series takes precedence over one for
 * every series, and one with dates over one without.
 */
export function overlaps(one: NewKeyTime, other: NewKeyTime): boolean {
  if (one.country !== other.country || one.session !== other.session) return false
  if ((one.series ?? null) !== (other.series ?? null) || hasDates(one) !== hasDates(other)) return false
  const startOf = (keyTime: NewKeyTime) => keyTime.from_date ?? '0000'
  const endOf = (keyTime: NewKeyTime) => keyTime.until_date ?? '9999'
  if (startOf(one) > endOf(other) || startOf(other) > endOf(one)) return false
  return showSameTime(one.time_zone, other.time_zone)
}

/** A Key Time without dates is the default for days on which none with dates holds, so the two do not overlap. */
export function hasDates({ from_date, until_date }: NewKeyTime): boolean {
  return (from_date ?? null) !== null || (until_date ?? null) !== null
}

/** @throws `invalid-zone` */
export function parseZoneNumber(text: string): number {
  const zone = readAdministrativeZone(text.trim())
  if (zone) return zone
  throw new Usage(`'${text}' is not an administrative zone: 1 to 6.`, { code: 'invalid-zone' })
}
