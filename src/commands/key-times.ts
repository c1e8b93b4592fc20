import { importedRowsJson, applyRowsCommand, importRowsCommand, type RowsImport } from './import-rows.ts'
import {
  editKeyTime,
  importKeyTimes,
  keyTimesOfCentre,
  nextMoment,
  type ChangedKeyTime,
  type KeyTimesOfCentre,
  type SessionOfDay,
} from '../rules/key-times.ts'
import { parseDate, parseLocalTime, parseSeries } from '../rules/dates-and-times.ts'
import { type KeyTimeField, parseZoneNumber } from '../rules/key-times/key-time-rows.ts'
import { listing, query, preparedMutation } from '../cli/define.ts'
import { foundInMemory } from '../cli/list-declaration.ts'
import { listOf, optional, text, transform, wholeNumber } from '../cli/typed-values.ts'
import { option, listOption, withCompletions, argument, flag, centreArgument } from '../cli/parameters.ts'
import { countryName } from '../country-names.ts'
import { findKeyTimes } from '../db/key-times.ts'
import { countriesSchema, countryCompletions } from './centres/options.ts'
import { closingQuestion, comparableClosing, renderWithClosing } from '../render/closing.ts'
import { Usage } from '../errors.ts'
import type { TableColumn } from './table-file.ts'
import { changeMark } from '../render/text.ts'
import { localTimeInWords } from '../rules/key-times/local-time.ts'
import { searchKey } from '../search-key.ts'
import type { KeyTime } from '../rules/key-times/lookup.ts'
import { oneLine, tsvLine } from '../render/clean-text.ts'
import { field, momentField } from '../render/fields.ts'
import type { JsonAnswer, JsonOfChange, Shape } from '../render/json.ts'
import { allColumnsFit, table, type View } from '../render/table.ts'
import { timeInUtc } from '../plain-time.ts'

export const keyTimeColumns = [
  { field: 'country', heading: 'Country', synonyms: ['Country name', 'Nation'], required: true },
  {
    field: 'administrativeZone',
    heading: 'Administrative zone',
    synonyms: ['Admin zone', 'Zone', 'Cambridge zone'],
    required: true,
    valueKind: 'number',
  },
  {
    field: 'session',
    heading: 'Session',
    synonyms: ['AM/PM/EV', 'Exam session'],
    required: true,
    valueKind: 'code',
  },
  {
    field: 'localTime',
    heading: 'Local time',
    synonyms: ['Key Time', 'Time', 'Local Key Time'],
    required: true,
    valueKind: 'moment',
  },
  { field: 'timeZone', heading: 'Time zone', synonyms: ['IANA time zone', 'Timezone'] },
  { field: 'series', heading: 'Series', synonyms: ['Exam series'], valueKind: 'moment' },
  {
    field: 'from',
    heading: 'From',
    synonyms: ['From date', 'Valid from', 'Start date'],
    valueKind: 'moment',
  },
  {
    field: 'until',
    heading: 'Until',
    synonyms: ['Until date', 'Valid until', 'To', 'End date'],
    valueKind: 'moment',
  },
] as const satisfies readonly TableColumn<KeyTimeField>[]

const keyTimes: RowsImport<KeyTimeField> = {
  noun: 'key-times',
  columns: keyTimeColumns,
  importRows: importKeyTimes,
  title: 'Key Times',
  json: (imported) => importedRowsJson(imported, { keyTimes: imported.counts }),
}

const example = 'ssh-admin key-times import key-times.xlsx'

export const importTimes = () =>
  importRowsCommand(keyTimes, {
    summary: 'bring Key Times in from a workbook',
    description: `Read a workbook of Key Times: for each country and session the local time at which every candidate is in the exam.
One for the same country, time zone, session, series and first day takes the place of the one that is there.
Rows with a mistake are held back and change nothing; the rest goes in (exit code 8).
Each saved value that changes is listed, old and new; a column that looks as if it had slipped by a row is held back.
A country with several time zones needs one in each row: it is never guessed.`,
    example,
  })

export const applyTimes = () =>
  applyRowsCommand(keyTimes, {
    summary: 'apply a saved plan of Key Times, exactly',
    description: `Apply a plan that key-times import --plan-out saved: exactly what was reviewed.
If the workbook or the Key Times of the store have changed meanwhile, nothing happens (exit code 3).`,
    example,
  })

export const list = () =>
  listing({
    name: 'list',
    summary: 'list Key Times, by country and session',
    description:
      'List Key Times with the next moment of each in UTC: today, or on the first day on which it holds.\nIn a pipe: number, country, administrative zone, session, local time, time zone, series, from, until, next.',
    options: {
      country: withCompletions(
        countryCompletions,
        listOption('<country>', 'of this country, by English name or ISO code', countriesSchema),
      ),
      zone: withCompletions(
        ['1', '2', '3', '4', '5', '6'],
        listOption('<number>', 'of countries in this administrative zone, 1 to 6', listOf(parseZoneNumber)),
      ),
      series: option(
        '<series>',
        'that hold in this series, such as 2026-06',
        optional(transform(text, parseSeries)),
      ),
    },
    examples: ['ssh-admin key-times list --country Egypt', 'ssh-admin key-times list --zone 4'],
    singular: 'Key Time',
    answer: 'keyTimeList',
    key: 'keyTimes',
    fields: keyTimeFields,
    // In countries whose clocks change, two rows differ only in their dates, so these are dropped late.
    dropOrder: ['administrative-zone', 'next', 'until', 'from', 'series', 'time-zone'],
    id: 'id',
    find: async ({ store: { db }, ctx }, { country, zone, series }) => {
      const found = await findKeyTimes(db, { countries: country, administrativeZones: zone, series })
      // Sorts by the displayed names, whose order is not that of the country codes.
      const byName = found.map((keyTime) => ({ keyTime, name: searchKey(countryName(keyTime.country)) }))
      // Folded names sort as Intl.Collator would sort them, whose first comparison takes 9 ms.
      byName.sort((one, other) => Number(one.name > other.name) - Number(one.name < other.name))
      return foundInMemory(byName.map(({ keyTime }) => ({ keyTime, next: nextMoment(keyTime, ctx.at) })))
    },
    json: ({ keyTime, next }) => ({ ...keyTimeJson(keyTime), nextAt: next?.toISOString() ?? null }),
    emptyMessage: 'No Key Times.',
  })

export const show = () =>
  query({
    name: 'show',
    summary: "show a centre's Key Times on a day, in local time and UTC",
    description:
      "Show a centre's Key Times on a day, in local time and UTC. A time that does not exist on that day, or exists twice, is named and never guessed.\nIn a pipe: session, series, local time, time zone, UTC, what stands in the way.",
    args: { centre: centreArgument() },
    options: {
      date: option(
        '<date>',
        'the day, such as 2026-06-02 (default: today, where the centre is)',
        optional(transform(text, parseDate)),
      ),
    },
    examples: ['ssh-admin key-times show EG001 --date 2026-06-02'],
    read: ({ db }, ctx, { centre, date }) => keyTimesOfCentre(db, { centre, date, ctx }),
    render: renderKeyTimesOfCentre,
    json: keyTimesOfCentreJson,
  })

/** Wraps a reader so that `none` gives null, which removes the value. */
function noneAsNull<Value>(read: (text: string) => Value): (text: string) => Value | null {
  return (text) => (text.trim().toLowerCase() === 'none' ? null : read(text))
}

const optionalValue = <Value>(reader: (text: string) => Value) => optional(transform(text, reader))

export const edit = () =>
  preparedMutation({
    name: 'edit',
    summary: 'change a Key Time, or take it away',
    description: 'Change one Key Time; what is not named stays. With --remove it is taken away.',
    args: {
      id: argument('its number, which key-times list shows', wholeNumber('the number of a Key Time')),
    },
    options: {
      localTime: option('<time>', 'the local time, such as 10:00', optionalValue(parseLocalTime)),
      timeZone: option('<zone>', 'the IANA time zone, such as Africa/Cairo'),
      administrativeZone: option('<number>', '1 to 6, or none', optionalValue(noneAsNull(parseZoneNumber))),
      series: option(
        '<series>',
        'only in this series, such as 2026-06, or none',
        optionalValue(noneAsNull(parseSeries)),
      ),
      from: option(
        '<date>',
        'the first day on which it holds, or none',
        optionalValue(noneAsNull(parseDate)),
      ),
      until: option(
        '<date>',
        'the last day on which it holds, or none',
        optionalValue(noneAsNull(parseDate)),
      ),
      remove: flag('take it away'),
    },
    examples: [
      'ssh-admin key-times edit 1 --local-time 10:30',
      'ssh-admin key-times edit 2 --until 2026-10-24',
    ],
    prepare: async ({ id, remove, ...changes }) => {
      const hasChanges = Object.values(changes).some((value) => value !== undefined)
      if (hasChanges === remove) {
        throw new Usage(
          remove ? 'What is taken away cannot be changed as well.' : `Nothing was said of Key Time ${id}.`,
          {
            code: 'nothing-said',
            hint: remove
              ? 'Leave out --remove, or what is changed.'
              : 'Say what to change, such as --local-time, or --remove.',
            optionToAdd: remove ? [] : ['--local-time', 'HH:MM'],
          },
        )
      }
      return { id, changes: remove ? ('remove' as const) : changes }
    },
    act: (trx, ctx, { id, changes }) => editKeyTime(trx, { id, changes, ctx }),
    confirm: {
      question: (changed) => closingQuestion(changed, 'Change this Key Time'),
      comparable: ({ keyTime, outcome, closes, opens }) => [
        keyTime,
        outcome,
        comparableClosing({ closes, opens }),
      ],
    },
    render: renderChangedKeyTime,
    json: changedKeyTimeJson,
  })

/** A Key Time with its next moment. */
interface ListedKeyTime {
  keyTime: KeyTime
  next: Date | undefined
}

const keyTimeFields = {
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

function keyTimeJson(keyTime: KeyTime): Shape<'keyTime'> {
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

function renderChangedKeyTime(changed: ChangedKeyTime, view: View): string {
  const { keyTime, outcome } = changed
  const { id, country, session, local_time, time_zone } = keyTime
  const mark = changeMark(outcome !== 'unchanged', view)
  const what = outcome === 'unchanged' ? 'is as it was' : `is ${outcome}`
  const line = view.isTerminal
    ? `${mark} Key Time ${id} ${what}: ${session} in ${countryName(country)}, ${local_time} ${time_zone}.`
    : tsvLine([id, countryName(country), session, local_time, time_zone, outcome])
  return renderWithClosing(line, changed, view)
}

function changedKeyTimeJson({
  keyTime,
  outcome,
  closes,
  opens,
}: ChangedKeyTime): JsonOfChange<'changedKeyTime'> {
  return { ...keyTimeJson(keyTime), outcome, closed: closes, opened: opens, changed: outcome !== 'unchanged' }
}

function renderKeyTimesOfCentre(shown: KeyTimesOfCentre, view: View): string {
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
  const withoutProblem = sessions.filter(({ problem }) => problem === null)
  if (withoutProblem.length > 0) {
    const shownTimes = withoutProblem.map(({ session, series, at }) => ({
      session,
      series: series ?? 'every',
      // The zone is left out here, because the first line names it.
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

function keyTimesOfCentreJson({
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
