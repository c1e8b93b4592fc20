import type { Selectable } from 'kysely'
import { countryName } from '../../country-names.ts'
import type { ExamSession, KeyTimeTable } from '../../db/schema.ts'
import { momentOf } from './local-time.ts'
import { distinctZonesOf, isKnownZone, onlyTimeZoneOf, showSameTime, timeZoneHint } from './time-zones.ts'

export type KeyTime = Selectable<KeyTimeTable>

/** The facts of a centre that decide its local time. */
export interface Location {
  number: string
  country: string
  /** The time zone that was set for the centre; null where its country's only one counts. */
  time_zone: string | null
}

/** Why a moment cannot be computed, with a hint how to correct it. */
export interface TimeProblem {
  code:
    | 'no-time-zone'
    | 'no-key-time'
    | 'key-times-overlap'
    | 'local-time-does-not-exist'
    | 'local-time-exists-twice'
  message: string
  hint: string
}

interface KeyTimeQuery {
  session: ExamSession
  /** `2026-06-02`. */
  date: string
  /** Undefined: only Key Times that hold for every series are considered. */
  series: string | undefined
}

interface FoundKeyTime {
  keyTime: KeyTime
  /** The time zone of the centre. */
  zone: string
  at: Date
}

/** The time zone of a centre: the one that was set, or its country's only one; it is never guessed. */
export function timeZoneOf({
  number,
  country,
  time_zone,
}: Location): { zone: string } | { problem: TimeProblem } {
  const zone = time_zone ?? onlyTimeZoneOf(country)
  if (zone !== undefined && isKnownZone(zone)) return { zone }
  const zones = distinctZonesOf(country)
  return {
    problem: {
      code: 'no-time-zone',
      message:
        zone !== undefined
          ? `${number} has the time zone ${zone}, which is not known here.`
          : zones.length === 0
            ? `${countryName(country)} has no time zone of its own, and none is set for ${number}.`
            : `${countryName(country)} has several time zones, and none is set for ${number}.`,
      hint: `ssh-admin centres edit ${number} --time-zone ZONE. ${timeZoneHint(country, '')}`,
    },
  }
}

/** Looks up the Key Times of a country, in an index that was built once. */
export type KeyTimes = (country: string) => readonly KeyTime[]

export function keyTimesByCountry(all: readonly KeyTime[]): KeyTimes {
  const byCountry = new Map<string, KeyTime[]>()
  for (const one of all) byCountry.set(one.country, [...(byCountry.get(one.country) ?? []), one])
  return (country) => byCountry.get(country) ?? []
}

/**
 * The Key Time of a centre on a day, and its moment. A Key Time of the series takes precedence over one for every
 * series, and one with dates over one without.
 */
export function keyTimeOf(
  location: Location,
  query: KeyTimeQuery,
  keyTimes: KeyTimes,
): FoundKeyTime | { problem: TimeProblem } {
  const zoneOrProblem = timeZoneOf(location)
  if ('problem' in zoneOrProblem) return zoneOrProblem
  const { zone } = zoneOrProblem
  const all = keyTimes(location.country).filter(
    (one) => applies(one, query) && showSameTime(one.time_zone, zone),
  )
  const [best, next] = all.sort((one, other) => precedence(other) - precedence(one))
  // A function, because the table of country names is read only when there is a problem to report.
  const placeInWords = () => `${countryName(location.country)} (${zone})`
  if (best === undefined) {
    return {
      problem: {
        code: 'no-key-time',
        message: `There is no Key Time for ${query.session} on ${query.date} in ${placeInWords()}.`,
        hint: `ssh-admin key-times list --country ${location.country}; ssh-admin key-times import FILE adds one.`,
      },
    }
  }
  if (next !== undefined && precedence(next) === precedence(best) && next.local_time !== best.local_time) {
    return {
      problem: {
        code: 'key-times-overlap',
        message: `Two Key Times hold for ${query.session} on ${query.date} in ${placeInWords()}: ${best.local_time} and ${next.local_time}.`,
        hint: `ssh-admin key-times edit ${next.id} --from DATE --until DATE`,
      },
    }
  }
  const moment = momentOf({ date: query.date, time: best.local_time, zone })
  if ('at' in moment) return { keyTime: best, zone, at: moment.at }
  return {
    problem: {
      code: moment.problem,
      message: `The Key Time ${moment.words}.`,
      hint: `ssh-admin key-times edit ${best.id} --local-time HH:MM`,
    },
  }
}

function applies(
  { session, series, from_date, until_date }: KeyTime,
  { session: wantedSession, series: wantedSeries, date }: KeyTimeQuery,
): boolean {
  if (session !== wantedSession) return false
  if (series !== null && series !== wantedSeries) return false
  return (from_date === null || from_date <= date) && (until_date === null || date <= until_date)
}

function precedence({ series, from_date, until_date }: KeyTime): number {
  return (series === null ? 0 : 2) + (from_date === null && until_date === null ? 0 : 1)
}
