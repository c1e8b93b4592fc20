import type { ExamSession } from '../../db/schema.ts'
import { Unavailable } from '../../errors.ts'
import { isDate } from '../../plain-time.ts'
import { type KeyTimes, keyTimeOf, type Location, type TimeProblem, timeZoneOf } from '../key-times/lookup.ts'

/** When a release opens or closes: at one moment for all centres, or at an offset from the Key Time of each centre. */
export type ReleaseMoment =
  | { kind: 'absolute'; at: Date }
  | { kind: 'key-time'; session: ExamSession; date: string; offsetMinutes: number }

const absolute = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/i
const relative =
  /^key-time\s+(?<named>AM|PM|EV)\s+(?<date>\d{4}-\d{2}-\d{2})(?:\s*(?<sign>[+-])\s*(?:(?<hours>\d{1,3})\s*h)?\s*(?:(?<minutes>\d{1,4})\s*m)?)?$/i

export function readMoment(text: string): ReleaseMoment | undefined {
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

/** The largest offset from a Key Time: the most that `momentText` can write and `readMoment` reads back. */
const maxMinutes = 999 * 60 + 59

const sessions: readonly ExamSession[] = ['AM', 'PM', 'EV']

/** The stored form of a moment, which is also shown; read back by `readStoredMoment`. */
export function momentText(moment: ReleaseMoment): string {
  if (moment.kind === 'absolute') return moment.at.toISOString()
  const { session, date, offsetMinutes } = moment
  const length = Math.abs(offsetMinutes)
  const hours = Math.floor(length / 60)
  const parts = `${hours > 0 ? `${hours}h` : ''}${length % 60 > 0 ? `${length % 60}m` : ''}`
  return `key-time ${session} ${date}${length === 0 ? '' : ` ${offsetMinutes < 0 ? '-' : '+'} ${parts}`}`
}

/** Reads a moment from the store. @throws `store-damaged` for a text that no ssh-admin writes */
export function readStoredMoment(text: string): ReleaseMoment {
  const moment = readMoment(text)
  if (moment) return moment
  throw new Unavailable('store-damaged', `A release in the store has the moment '${text}', which is none.`, {
    hint: 'ssh-admin store restore FILE brings a backup back.',
  })
}

export interface MomentAtCentre {
  at: Date
  /** The time zone of the centre; null where it is unknown and, for an absolute moment, not needed. */
  zone: string | null
}

export function momentAtCentre(
  moment: ReleaseMoment,
  centre: Location,
  { series, keyTimes }: { series: string | undefined; keyTimes: KeyTimes },
): MomentAtCentre | { problem: TimeProblem } {
  if (moment.kind === 'absolute') {
    const found = timeZoneOf(centre)
    return { at: moment.at, zone: 'zone' in found ? found.zone : null }
  }
  const { session, date, offsetMinutes } = moment
  const found = keyTimeOf(centre, { session, date, series }, keyTimes)
  if ('problem' in found) return found
  return { at: new Date(found.at.getTime() + offsetMinutes * 60_000), zone: found.zone }
}
