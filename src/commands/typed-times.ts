import { Usage } from '../errors.ts'
import { dayHint, isDate, timeHint } from '../rules/table-rows.ts'
import { readAdministrativeZone, readLocalTime, readSeries } from '../rules/key-times/key-time-rows.ts'

/** @throws `invalid-series` */
export function typedSeries(text: string): string {
  const series = readSeries(text.trim())
  if (series) return series
  const [, month = '', year = ''] = /^(0?[1-9]|1[0-2])[/.-](20\d{2})$/.exec(text.trim()) ?? []
  throw new Usage(`'${text}' is not a series: a year and a month, such as 2026-06.`, {
    code: 'invalid-series',
    hint: year === '' ? undefined : `Write the year first: ${year}-${month.padStart(2, '0')}.`,
  })
}

/** @throws `invalid-zone` */
export function typedZoneNumber(text: string): number {
  const zone = readAdministrativeZone(text.trim())
  if (zone) return zone
  throw new Usage(`'${text}' is not an administrative zone: 1 to 6.`, { code: 'invalid-zone' })
}

/** @throws `invalid-time` */
export function typedLocalTime(text: string): string {
  const time = readLocalTime(text)
  if (time !== undefined) return time
  throw new Usage(`'${text}' is not a time, such as 10:00.`, {
    code: 'invalid-time',
    hint: timeHint(text.trim()),
  })
}

/** @throws `invalid-date` */
export function typedDate(text: string): string {
  if (isDate(text.trim())) return text.trim()
  throw new Usage(`'${text}' is not a day, such as 2026-06-02.`, {
    code: 'invalid-date',
    hint: dayHint(text.trim()),
  })
}

/** `none` takes away what is there. */
export function orNone<Value>(read: (text: string) => Value): (text: string) => Value | null {
  return (text) => (text.trim().toLowerCase() === 'none' ? null : read(text))
}
