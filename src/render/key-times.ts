import { countryName } from '../country-names.ts'
import { markOf } from './text.ts'
import type { ChangedKeyTime, KeyTimesOfCentre, SessionOfDay } from '../rules/key-times.ts'
import { localTimeInWords } from '../rules/key-times/local-time.ts'
import type { KeyTime } from '../rules/key-times/lookup.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { renderClosing } from './closing.ts'
import { field, momentField } from './fields.ts'
import type { JsonAnswer, JsonOfChange, Shape } from './json.ts'
import { allColumnsFit, table, type View } from './table.ts'
import { timeInUtc } from '../plain-time.ts'

/** A Key Time with the next moment of it. */
export interface ListedKeyTime {
  keyTime: KeyTime
  next: Date | undefined
}

export const keyTimeFields = {
  id: field<ListedKeyTime>('No.', ({ keyTime }) => keyTime.id),
  country: field<ListedKeyTime>('Country', ({ keyTime }) => countryName(keyTime.country)),
  'administrative-zone': field<ListedKeyTime>('Zone', ({ keyTime }) => keyTime.administrative_zone),
  session: field<ListedKeyTime>('Session', ({ keyTime }) => keyTime.session),
  'local-time': field<ListedKeyTime>('Local time', ({ keyTime }) => keyTime.local_time),
  'time-zone': field<ListedKeyTime>('Time zone', ({ keyTime }) => keyTime.time_zone),
  series: field<ListedKeyTime>('Series', ({ keyTime }) => keyTime.series),
  from: field<ListedKeyTime>('From', ({ keyTime }) => keyTime.from_date),
  until: field<ListedKeyTime>('Until', ({ keyTime }) => keyTime.until_date),
  next: momentField<ListedKeyTime>('Next in UTC', ({ next }) => next, timeInUtc),
}

export function keyTimeJson(keyTime: KeyTime): Shape<'keyTime'> {
  return {
    id: keyTime.id,
    country: countryName(keyTime.country),
    administrativeZone: keyTime.administrative_zone,
    session: keyTime.session,
    localTime: keyTime.local_time,
    timeZone: keyTime.time_zone,
    series: keyTime.series,
    from: keyTime.from_date,
    until: keyTime.until_date,
  }
}

export function renderChangedKeyTime(
  { keyTime, outcome, closes, opens }: ChangedKeyTime,
  view: View,
): string {
  const { id, country, session, local_time, time_zone } = keyTime
  const mark = markOf(outcome !== 'unchanged', view)
  const what = outcome === 'unchanged' ? 'is as it was' : `is ${outcome}`
  const line = view.isTerminal
    ? `${mark} Key Time ${id} ${what}: ${session} in ${countryName(country)}, ${local_time} ${time_zone}.`
    : tsvLine([id, countryName(country), session, local_time, time_zone, outcome])
  return [line, ...renderClosing(closes, view, opens)].join('\n')
}

export function changedKeyTimeJson({
  keyTime,
  outcome,
  closes,
  opens,
}: ChangedKeyTime): JsonOfChange<'changedKeyTime'> {
  return { ...keyTimeJson(keyTime), outcome, closed: closes, opened: opens, changed: outcome !== 'unchanged' }
}

export function renderKeyTimesOfCentre(shown: KeyTimesOfCentre, view: View): string {
  const { centre, zone, date, sessions } = shown
  if (!view.isTerminal) {
    return sessions
      .map(({ session, series, keyTime, at, problem }) =>
        tsvLine([
          session,
          series,
          keyTime?.local_time ?? null,
          zone,
          at?.toISOString() ?? null,
          problem?.code ?? null,
        ]),
      )
      .join('\n')
  }
  const { chalk } = view
  const lines = [
    chalk.bold(`${centre.number} ${oneLine(centre.name)}, ${date}, ${zone ?? 'no time zone'}`),
    '',
  ]
  if (sessions.length === 0) lines.push(`No Key Time in ${countryName(centre.country)} on that day.`)
  const whole = sessions.filter(({ problem }) => problem === null)
  if (whole.length > 0) {
    const shownTimes = whole.map(({ session, series, at }) => ({
      session,
      series: series ?? 'every',
      // Which zone, the first line says.
      local: at && zone ? localTimeInWords(at, zone).replace(` ${zone}`, '') : '',
      utc: at ? timeInUtc(at.toISOString()) : '',
    }))
    const headings = ['Session', 'Series', 'Local time', 'UTC']
    const rows = shownTimes.map(({ session, series, local, utc }) => [session, series, local, utc])
    if (allColumnsFit(headings, rows, view)) lines.push(table(headings, rows, view))
    else {
      for (const { session, series, local, utc } of shownTimes)
        lines.push(`${session}, ${series} series`, `  ${local} there`, `  ${utc} UTC`)
    }
  }
  for (const { session, problem } of sessions) {
    if (problem === null) continue
    lines.push(
      `${chalk.yellow('!')} ${session}: ${oneLine(problem.message)}`,
      `  ${chalk.cyan(oneLine(problem.hint))}`,
    )
  }
  return lines.join('\n')
}

export function keyTimesOfCentreJson({
  centre,
  zone,
  date,
  sessions,
}: KeyTimesOfCentre): JsonAnswer<'shownKeyTimes'> {
  return {
    centre: { number: centre.number, name: centre.name },
    country: countryName(centre.country),
    timeZone: zone,
    date,
    keyTimes: sessions.map((session) => sessionJson(session, zone)),
    total: sessions.length,
  }
}

function sessionJson({ session, series, keyTime, at, problem }: SessionOfDay, zone: string | null) {
  return {
    session,
    series,
    localTime: keyTime?.local_time ?? null,
    local: at && zone ? localTimeInWords(at, zone) : null,
    at: at?.toISOString() ?? null,
    problem,
  }
}
