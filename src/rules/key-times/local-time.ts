import { Temporal } from 'temporal-polyfill'

/** A moment, or why a local clock does not show one and no other. */
export type Moment =
  | { at: Date }
  | { problem: 'local-time-does-not-exist' | 'local-time-exists-twice'; words: string }

interface LocalTime {
  /** `2026-06-02`. */
  date: string
  /** `10:00`. */
  time: string
  /** IANA. */
  zone: string
}

/** Many releases open by one Key Time, and it is worked out once. */
const known = new Map<string, Moment>()

/** The moment at which the clocks of a zone show a time on a day. When they go forward or back it may be none, or two. */
export function momentOf(local: LocalTime): Moment {
  const key = `${local.date} ${local.time} ${local.zone}`
  const moment = known.get(key) ?? momentOfLocalTime(local)
  known.set(key, moment)
  return moment
}

function momentOfLocalTime({ date, time, zone }: LocalTime): Moment {
  const local = Temporal.PlainDateTime.from(`${date}T${time}`)
  const first = local.toZonedDateTime(zone, { disambiguation: 'earlier' })
  const last = local.toZonedDateTime(zone, { disambiguation: 'later' })
  if (first.epochMilliseconds === last.epochMilliseconds) return { at: new Date(first.epochMilliseconds) }
  const shown = first.toPlainDateTime()
  return Temporal.PlainDateTime.compare(shown, local) === 0
    ? {
        problem: 'local-time-exists-twice',
        words: `${time} exists twice on ${date} in ${zone}: the clocks go back`,
      }
    : {
        problem: 'local-time-does-not-exist',
        words: `${time} does not exist on ${date} in ${zone}: the clocks go forward`,
      }
}

/** What the clocks of a zone show at a moment: `2026-06-02 10:00`. */
export function localTimeAt(at: Date, zone: string): string {
  return shownAt(at, zone).shown
}

/** The same with how far they are from UTC: `2026-06-02 10:00 Africa/Cairo (UTC+03:00)`. */
export function localTimeInWords(at: Date, zone: string): string {
  const { shown, offset } = shownAt(at, zone)
  return `${shown} ${zone} (UTC${offset})`
}

function shownAt(at: Date, zone: string): { shown: string; offset: string } {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  const of = (part: Intl.DateTimeFormatPartTypes) => parts.get(part) ?? ''
  const date = `${of('year')}-${of('month')}-${of('day')}`
  const time = `${of('hour')}:${of('minute')}`
  const ahead = Date.parse(`${date}T${time}Z`) / 60_000 - Math.floor(at.getTime() / 60_000)
  const length = Math.abs(ahead)
  const [hours, minutes] = [Math.floor(length / 60), length % 60].map((one) => String(one).padStart(2, '0'))
  return { shown: `${date} ${time}`, offset: `${ahead < 0 ? '-' : '+'}${hours}:${minutes}` }
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** What is shown is written hundreds of times: by Node itself, where Temporal has to work each out. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const clock = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  clocks.set(zone, clock)
  return clock
}
