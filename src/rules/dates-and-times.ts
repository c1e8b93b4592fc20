// Series, times of day and days, as they are typed or stand in a cell.
import type { ExamSession } from '../db/schema.ts'
import { Usage } from '../errors.ts'
import { isDate } from '../plain-time.ts'

const formatAsText = 'format the column as text and type it again'

/** Null for a blank cell; undefined where the text is no series. */
export function readSeries(text: string): string | null | undefined {
  if (text === '') return null
  return /^20\d{2}-(0[1-9]|1[0-2])$/.test(text.trim()) ? text.trim() : undefined
}

/** @throws `invalid-series` */
export function parseSeries(text: string): string {
  const series = readSeries(text.trim())
  if (series) return series
  throw new Usage(`'${text}' is not a series: a year and a month, such as 2026-06.`, {
    code: 'invalid-series',
    hint: seriesHint(text.trim()),
  })
}

/** A hint for a cell that should name a series, such as one that a spreadsheet turned into a date. */
export function seriesHint(text: string): string | undefined {
  const month = /^(20\d{2}-\d{2})-\d{2}/.exec(text)?.[1] ?? readUnambiguousDate(text)?.slice(0, 7)
  if (month !== undefined) return `It is a date: ${formatAsText}, as ${month} if that is meant.`
  const series = seriesOf(text)
  return series === undefined ? undefined : `Write the year first: ${series}.`
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Reads `06/2026`, `2026/6`, `June 2026`, `2026 June` or `Jun-26` as a series. */
function seriesOf(text: string): string | undefined {
  const { month, year } =
    /^(?<month>[a-z]+|\d{1,2})\.?[\s/.-]+(?<year>20\d{2}|(?<=[a-z].*)\d{2})$/i.exec(text)?.groups ??
    /^(?<year>20\d{2})[\s/.-]+(?<month>[a-z]+|\d{1,2})$/i.exec(text)?.groups ??
    {}
  if (month === undefined || year === undefined) return undefined
  const number = /^\d/.test(month) ? Number(month) : months.indexOf(month.slice(0, 3).toLowerCase()) + 1
  if (number < 1 || number > 12) return undefined
  return `${year.padStart(4, '20')}-${String(number).padStart(2, '0')}`
}

/** Reads `9:00`, `09.00`, `09:00:00`, `1:30 pm`, `9am`. 12:00 am is refused: some mean noon by it, others midnight. */
export function readLocalTime(text: string): string | undefined {
  const found =
    /^(\d{1,2})[:.](\d{2})(?:[:.]00)?\s*([ap]\.?m\.?)?$/i.exec(text.trim()) ??
    /^(\d{1,2})()\s*([ap]\.?m\.?)$/i.exec(text.trim())
  if (!found) return undefined
  const [, hours = '', written = '', half] = found
  const minutes = written === '' ? '00' : written
  const isAfternoon = half?.toLowerCase().startsWith('p')
  const hour = Number(hours)
  if (half !== undefined && (hour < 1 || hour > 12)) return undefined
  if (half !== undefined && hour === 12 && !isAfternoon) return undefined
  const hourOfDay = half === undefined ? hour : (hour % 12) + (isAfternoon ? 12 : 0)
  if (hourOfDay > 23 || Number(minutes) > 59) return undefined
  return `${String(hourOfDay).padStart(2, '0')}:${minutes}`
}

/** @throws `invalid-time` */
export function parseLocalTime(text: string): string {
  const time = readLocalTime(text)
  if (time !== undefined) return time
  throw new Usage(`'${text}' is not a time, such as 10:00.`, {
    code: 'invalid-time',
    hint: timeHint(text.trim()),
  })
}

/** A hint for a cell that should hold a time of day. */
export function timeHint(text: string): string | undefined {
  const timeOfDay = /^\d{4}-\d{2}-\d{2}[T ](\d{2}:\d{2})/.exec(text)?.[1]
  if (timeOfDay !== undefined) return `It is a time on a day: write ${timeOfDay} alone, if that is meant.`
  // Some mean noon by 12:00 am, others midnight.
  const [afterTwelve, past = '00'] = /^12(?:[:.]([0-5]\d))?(?:[:.]00)?\s*a\.?m\.?$/i.exec(text) ?? []
  if (afterTwelve !== undefined) return `Write 12:${past} or 00:${past}, whichever is meant.`
  const withoutSeconds = readLocalTime(/^(\d{1,2}[:.]\d{2})[:.]\d{2}$/.exec(text)?.[1] ?? '')
  if (withoutSeconds !== undefined) return `Write ${withoutSeconds}, if that is meant.`
  if (/^24[:.]00/.test(text)) return 'A day ends with 23:59, and the next begins with 00:00.'
  // A numeric cell loses the last zero: 9.30 is read as 9.3.
  const [, hours = '', tens = ''] =
    /^(\d{1,2})(?:[.,h](\d{1,2}))?h?$/i.exec(text) ?? /^(\d{1,2})(\d{2})h?$/.exec(text) ?? []
  const time = `${hours.padStart(2, '0')}:${tens.padEnd(2, '0')}`
  if (hours !== '' && !/^0[.,]/.test(text) && time < '24' && tens.padEnd(2, '0') < '60')
    return `Write ${time}, if that is meant.`
  if (!/^0?[.,]\d+$/.test(text)) return undefined
  const minutes = Math.round(Number(text.replace(',', '.')) * 24 * 60)
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'))
  return `It is a part of a day: ${formatAsText}, as ${hour}:${minute} if that is meant.`
}

/** The first and last minute of each session. They overlap, because countries differ: AM is at 12:30 in India. */
const sessionTimes: Readonly<Record<ExamSession, readonly [string, string]>> = {
  AM: ['00:00', '13:59'],
  PM: ['12:00', '17:59'],
  EV: ['16:00', '23:59'],
}

/** Why a time does not fit a session; the message is worded to follow the name of the column or option. */
export function sessionContradiction(
  session: ExamSession,
  localTime: string,
): { message: string; hint: string } | undefined {
  const [first, last] = sessionTimes[session]
  if (localTime >= first && localTime <= last) return undefined
  const [hours, minutes] = localTime.split(':')
  const later = `${Number(hours) + 12}:${minutes}`
  return {
    message: `is ${localTime}, which is no time of ${session} (${first} to ${last})`,
    hint:
      later >= first && later <= last
        ? `Write ${later}, if that is meant, or another session.`
        : 'Write another time, or another session.',
  }
}

/** @throws `invalid-date` */
export function parseDate(text: string): string {
  if (isPlausibleDate(text.trim())) return text.trim()
  throw new Usage(`'${text}' is not a day, such as 2026-06-02.`, {
    code: 'invalid-date',
    hint: dayHint(text.trim()),
  })
}

/** A hint for a cell that should hold a date. */
export function dayHint(text: string): string | undefined {
  const plain = /^\d{4}-\d{2}-\d{2}(?=[T ])/.exec(text)?.[0]
  if (plain !== undefined) return `It is a time on a day: write ${plain} alone.`
  const [, year = '', month = '', inMonth = ''] =
    /^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? []
  const date = [year, month.padStart(2, '0'), inMonth.padStart(2, '0')].join('-')
  if (isDate(date)) return date === text ? undefined : `Write ${date}, if that is meant.`
  if (/^[34]\d{4}(\.\d+)?$/.test(text))
    return 'It is the number of a day in a spreadsheet: format the column as dates.'
  if (!/^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}$/.test(text)) return undefined
  const day = readUnambiguousDate(text)
  return day === undefined
    ? 'Write the year first, then the month: 2026-05-31.'
    : `Write the year first: ${day}.`
}

/** Reads a date such as 31/05/2026; 05/06/2026 is ambiguous and never guessed. */
export function readUnambiguousDate(text: string): string | undefined {
  const [, first = '', second = '', year = ''] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text) ?? []
  const isDayFirst = Number(first) > 12
  if (year === '' || isDayFirst === Number(second) > 12) return undefined
  const [month, day] = isDayFirst ? [second, first] : [first, second]
  const date = [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-')
  return isDate(date) ? date : undefined
}

/** Whether the text is a date from 1970 on: years such as 0026 and 1926 are typing mistakes for 2026. */
export function isPlausibleDate(text: string): boolean {
  return isDate(text) && text >= '1970'
}
