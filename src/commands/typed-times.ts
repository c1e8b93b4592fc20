import { Usage } from '../errors.ts'
import { isDate } from '../rules/table-rows.ts'
import { readAdministrativeZone, readLocalTime, readSeries } from '../rules/key-times/key-time-rows.ts'

/** @throws `invalid-series` */
export function typedSeries(text: string): string {
  const series = readSeries(text.trim())
  if (series) return series
  throw new Usage(`${text} is not a series: a year and a month, such as 2026-06.`, { code: 'invalid-series' })
}

/** @throws `invalid-zone` */
export function typedZoneNumber(text: string): number {
  const zone = readAdministrativeZone(text.trim())
  if (zone) return zone
  throw new Usage(`${text} is not an administrative zone: 1 to 6.`, { code: 'invalid-zone' })
}

/** @throws `invalid-time` */
export function typedLocalTime(text: string): string {
  const time = readLocalTime(text)
  if (time !== undefined) return time
  throw new Usage(`${text} is not a time, such as 10:00.`, { code: 'invalid-time' })
}

/** @throws `invalid-date` */
export function typedDate(text: string): string {
  if (isDate(text.trim())) return text.trim()
  throw new Usage(`${text} is not a day, such as 2026-06-02.`, { code: 'invalid-date' })
}

/** `none` takes away what is there. */
export function orNone<Value>(read: (text: string) => Value): (text: string) => Value | null {
  return (text) => (text.trim().toLowerCase() === 'none' ? null : read(text))
}
