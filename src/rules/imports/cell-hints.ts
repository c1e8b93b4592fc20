import { isDate } from '../dates.ts'

const asText = 'format the column as text and type it again'

/** What to do about a cell that should name a series, where a spreadsheet made a day of it. */
export function seriesHint(text: string): string | undefined {
  const month = /^(20\d{2}-\d{2})-\d{2}/.exec(text)?.[1] ?? dayOf(text)?.slice(0, 7)
  return month === undefined ? undefined : `It is a date: ${asText}, as ${month} if that is meant.`
}

/** The same of a time of day. */
export function timeHint(text: string): string | undefined {
  const time = /^\d{4}-\d{2}-\d{2}[T ](\d{2}:\d{2})/.exec(text)?.[1]
  if (time !== undefined) return `It is a time on a day: write ${time} alone, if that is meant.`
  if (!/^0?[.,]\d+$/.test(text)) return undefined
  const minutes = Math.round(Number(text.replace(',', '.')) * 24 * 60)
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'))
  return `It is a part of a day: ${asText}, as ${hour}:${minute} if that is meant.`
}

/** The same of a day. */
export function dayHint(text: string): string | undefined {
  const plain = /^\d{4}-\d{2}-\d{2}(?=[T ])/.exec(text)?.[0]
  if (plain !== undefined) return `It is a time on a day: write ${plain} alone.`
  if (!/^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}$/.test(text)) return undefined
  const day = dayOf(text)
  return day === undefined
    ? 'Write the year first, then the month: 2026-05-31.'
    : `Write the year first: ${day}.`
}

/** 31/05/2026 is one day; 05/06/2026 is two, and not guessed. */
function dayOf(text: string): string | undefined {
  const [, first = '', second = '', year = ''] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text) ?? []
  const isDayFirst = Number(first) > 12
  if (year === '' || isDayFirst === Number(second) > 12) return undefined
  const [month, day] = isDayFirst ? [second, first] : [first, second]
  const written = [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-')
  return isDate(written) ? written : undefined
}
