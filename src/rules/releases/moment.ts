import type { ExamSession } from '../../db/schema.ts'
import { Unavailable, Usage } from '../../errors.ts'
import { dayOf, isDate, isDayOfOurTime } from '../table-rows.ts'
import { readLocalTime } from '../key-times/key-time-rows.ts'
import { type KeyTimes, keyTimeOf, type Location, type TimeProblem, timeZoneOf } from '../key-times/lookup.ts'

/** When something opens or closes: for everybody at once, or so long before or after the Key Time of each. */
export type ReleaseMoment =
  | { kind: 'absolute'; at: Date }
  | { kind: 'key-time'; session: ExamSession; date: string; offsetMinutes: number }

const absolute = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/i
const relative =
  /^key-time\s+(?<named>AM|PM|EV)\s+(?<date>\d{4}-\d{2}-\d{2})(?:\s*(?<sign>[+-])\s*(?:(?<hours>\d{1,3})\s*h)?\s*(?:(?<minutes>\d{1,4})\s*m)?)?$/i

/** As it is typed; what `now` is, the store's time says. */
export type TypedMoment = ReleaseMoment | 'now'

export function momentTyped(typed: TypedMoment, now: Date): ReleaseMoment {
  return typed === 'now' ? { kind: 'absolute', at: now } : typed
}

/** `2026-06-02T08:00Z`, `now`, `key-time AM 2026-06-02 - 2h`. @throws `invalid-moment` */
export function typedMoment(text: string): TypedMoment {
  const words = text
    .trim()
    // The minus of a keyboard, of a calculator and of a word processor.
    .replace(/\s*[\u2012-\u2015\u2212]\s*(?=\d+\s*[hm])/i, ' - ')
    // As it is shown.
    .replace(/^(\d{4}-\d{2}-\d{2}) +(?=\d{2}:\d{2})/, '$1T')
    .replace(/(?<=T\d{2}:\d{2}(?::\d{2})?) *UTC$/i, 'Z')
  if (words.toLowerCase() === 'now') return 'now'
  const read = readMoment(words)
  // What is kept of an older store may be any; nobody who types one means a day so long ago, or so far away.
  if (read && (read.kind === 'absolute' || (isDayOfOurTime(read.date) && read.date < '9999'))) return read
  throw new Usage(`'${text}' is not a moment.`, {
    code: 'invalid-moment',
    hint: momentHint(words),
  })
}

/** What was meant is said as it is written, and taken from nobody who has not written it. */
function momentHint(words: string): string {
  const [, session = '', rest = ''] = /^(?:key[\s-]*time\s+)?(AM|PM|EV)\s+(.*)$/i.exec(words) ?? []
  const [named = '', ...more] = rest.split(/\s+/)
  const relative = ['key-time', session.toUpperCase(), dayOf(named) ?? named, ...more].join(' ')
  if (readMoment(relative)) return `Write '${relative}', if that is meant.`
  const [, day = '', time = '', zone = ''] =
    /^([\d/.-]+)[T ]+(.+?)\s*(Z|[+-]\d{2}:\d{2})?$/i.exec(words) ?? []
  const absolute = `${dayOf(day) ?? day}T${readLocalTime(time) ?? time}${zone === '' ? 'Z' : zone}`
  if (readMoment(absolute))
    return zone === ''
      ? `Say how far it is from UTC: ${absolute} is UTC.`
      : `Write ${absolute}, if that is meant.`
  return "Write 2026-06-02T08:00Z, now, or 'key-time AM 2026-06-02 - 2h'."
}

function readMoment(text: string): ReleaseMoment | undefined {
  if (absolute.test(text) && isDate(text.slice(0, 10))) {
    const at = new Date(text.toUpperCase())
    const year = at.getUTCFullYear()
    return year >= 1970 && year < 9999 ? { kind: 'absolute', at } : undefined
  }
  const found = relative.exec(text)?.groups
  if (!found) return undefined
  const { named = '', date = '', sign, hours, minutes } = found
  const session = sessions.find((one) => one === named.toUpperCase())
  if (session === undefined || !isDate(date)) return undefined
  if (sign !== undefined && hours === undefined && minutes === undefined) return undefined
  const length = Number(hours ?? 0) * 60 + Number(minutes ?? 0)
  if (length > maxMinutes) return undefined
  return { kind: 'key-time', session, date, offsetMinutes: sign === '-' ? -length : length }
}

/** A moment is never further from a Key Time; what is kept can be read again. */
const maxMinutes = 999 * 60 + 59

const sessions: readonly ExamSession[] = ['AM', 'PM', 'EV']

/** As it is kept and shown; `readKept` reads it again. */
export function momentText(moment: ReleaseMoment): string {
  if (moment.kind === 'absolute') return moment.at.toISOString()
  const { session, date, offsetMinutes } = moment
  const length = Math.abs(offsetMinutes)
  const hours = Math.floor(length / 60)
  const parts = `${hours > 0 ? `${hours}h` : ''}${length % 60 > 0 ? `${length % 60}m` : ''}`
  return `key-time ${session} ${date}${length === 0 ? '' : ` ${offsetMinutes < 0 ? '-' : '+'} ${parts}`}`
}

/** @throws `store-damaged` for what no ssh-admin wrote */
export function readKept(text: string): ReleaseMoment {
  const moment = readMoment(text)
  if (moment) return moment
  throw new Unavailable('store-damaged', `A release in the store has the moment '${text}', which is none.`, {
    hint: 'ssh-admin store restore FILE brings a backup back.',
  })
}

export interface MomentThere {
  at: Date
  /** The time zone of the centre; null where nobody knows it, and it is not needed. */
  zone: string | null
}

export function momentAt(
  moment: ReleaseMoment,
  centre: Location,
  { series, keyTimes }: { series: string | undefined; keyTimes: KeyTimes },
): MomentThere | { problem: TimeProblem } {
  if (moment.kind === 'absolute') {
    const found = timeZoneOf(centre)
    return { at: moment.at, zone: 'zone' in found ? found.zone : null }
  }
  const { session, date, offsetMinutes } = moment
  const found = keyTimeOf(centre, { session, date, series }, keyTimes)
  if ('problem' in found) return found
  return { at: new Date(found.at.getTime() + offsetMinutes * 60_000), zone: found.zone }
}
