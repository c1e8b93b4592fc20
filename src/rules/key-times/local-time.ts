import { utcOffset } from '../../utc-offset.ts'

/** The one moment of a local time, or why there is none, or more than one. */
type Moment =
  | { at: Date }
  | { problem: 'local-time-does-not-exist' | 'local-time-exists-twice'; words: string }

interface LocalTime {
  /** `2026-06-02`. */
  date: string
  /** `10:00`. */
  time: string
  /** An IANA time zone. */
  zone: string
}

/** A cache, because many releases and centres share one Key Time. */
const cachedMoments = new Map<string, Moment>()

/** The moment of a local time in a zone. Where the clocks change, a local time may not exist, or exist twice. */
export function momentOf(local: LocalTime): Moment {
  const key = `${local.date} ${local.time} ${local.zone}`
  const moment = cachedMoments.get(key) ?? momentOfLocalTime(local)
  cachedMoments.set(key, moment)
  return moment
}

const minute = 60_000
const day = 24 * 60 * minute

function momentOfLocalTime({ date, time, zone }: LocalTime): Moment {
  const asUtc = Date.parse(`${date}T${time}Z`)
  // A store that was edited by hand may hold any text; Date reads 30 February as 2 March, and 24:00 as the next day.
  if (Number.isNaN(asUtc) || formatUtc(asUtc) !== `${date} ${time}`) {
    return { problem: 'local-time-does-not-exist', words: `${time} on ${date} is shown by no clock` }
  }
  // Even if the clocks change on that day, the UTC offset is that of a day before or of a day after.
  const offsets = new Set([asUtc - day, asUtc + day].map((at) => utcOffset(zone, at)))
  const [first, second] = [...offsets]
    .map((offset) => asUtc - offset)
    .filter((at) => at + utcOffset(zone, at) === asUtc)
  if (first === undefined) {
    return {
      problem: 'local-time-does-not-exist',
      words: `${time} does not exist on ${date} in ${zone}: the clocks go forward`,
    }
  }
  if (second === undefined) return { at: new Date(first) }
  return {
    problem: 'local-time-exists-twice',
    words: `${time} exists twice on ${date} in ${zone}: the clocks go back`,
  }
}

/** The local time of a moment in a zone: `2026-06-02 10:00`. */
export function localTimeAt(at: Date, zone: string): string {
  return shownAt(at, zone).shown
}

/** The local time with its zone and UTC offset: `2026-06-02 10:00 Africa/Cairo (UTC+03:00)`. */
export function localTimeInWords(at: Date, zone: string): string {
  const { shown, offset } = shownAt(at, zone)
  return `${shown} ${zone} (UTC${offset})`
}

function shownAt(at: Date, zone: string): { shown: string; offset: string } {
  const localMs = at.getTime() + utcOffset(zone, at.getTime())
  const shown = formatUtc(localMs)
  const ahead = Math.floor(localMs / minute) - Math.floor(at.getTime() / minute)
  const length = Math.abs(ahead)
  const [hours, minutes] = [Math.floor(length / 60), length % 60].map((one) => String(one).padStart(2, '0'))
  return { shown, offset: `${ahead < 0 ? '-' : '+'}${hours}:${minutes}` }
}

function formatUtc(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}
