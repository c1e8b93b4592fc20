import type { ReleaseRow } from '../db/releases.ts'
import { audienceInWords, audienceText } from '../rules/releases/audience.ts'
import type { OpeningSummary, OpeningByZone } from '../rules/releases/centres-of-release.ts'
import type { ChangedRelease, PublishedRelease } from '../rules/releases/change.ts'
import { openingMoment, type ReleaseSchedule } from '../rules/releases/schedule.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import {
  authorisationJson,
  centreInWords,
  centreLine,
  minWidthForLongLocalTimes,
  shortLocalTime,
} from './authorisations.ts'
import { type Fact, factLines, field, momentField } from './fields.ts'
import { renderClosing } from './closing.ts'
import type { JsonAnswer, JsonItem, JsonOfChange, Shape } from './json.ts'
import type { View } from './table.ts'
import { count, listLines, changeMark } from './text.ts'
import { leftOutLines, scheduleJson, scheduleForPipe, openingsInWords, renderSchedule } from './schedule.ts'
import { formatNumber } from '../format-number.ts'
import { isoOf, plainTime, timeInUtc, timeToTheSecond } from '../plain-time.ts'

/** A release, the number of centres for which it opens, and when. */
interface ListedRelease {
  release: ReleaseRow
  reach: OpeningSummary
}

/** A release, and when it opens around the world. */
interface ShownRelease {
  release: ReleaseRow
  schedule: ReleaseSchedule
}

export const releaseFields = {
  id: field<ListedRelease>('No.', ({ release }) => release.id),
  name: field<ListedRelease>('Name', ({ release }) => release.name),
  state: field<ListedRelease>('State', ({ release }) => release.state),
  resources: field<ListedRelease>('Resources', ({ release }) =>
    release.resources.map(({ id }) => id).join(', '),
  ),
  for: field<ListedRelease>('For', ({ release }) => release.audience.map(audienceText).join(', ')),
  opens: field<ListedRelease>(
    'Opens',
    ({ release }) => release.opens,
    ({ release }) => momentText(release.opens),
  ),
  closes: field<ListedRelease>(
    'Closes',
    ({ release }) => release.closes,
    ({ release }) => (release.closes === null ? '' : momentText(release.closes)),
  ),
  centres: field<ListedRelease>('Centres', ({ reach }) => reach.centres),
  first: momentField<ListedRelease>('First in UTC', ({ reach }) => reach.first?.at, timeInUtc),
  last: momentField<ListedRelease>('Last in UTC', ({ reach }) => reach.last?.at, timeInUtc),
  'without-key-time': field<ListedRelease>(
    'No Key Time',
    ({ reach }) => reach.withoutKeyTime,
    ({ reach }) => (reach.withoutKeyTime === 0 ? '' : reach.withoutKeyTime),
  ),
  'first-local': field<ListedRelease>(
    'First there',
    ({ reach }) => localTimeOf(reach.first),
    ({ reach }, view) => localOpeningText(reach.first, view),
  ),
  'last-local': field<ListedRelease>(
    'Last there',
    ({ reach }) => localTimeOf(reach.last),
    ({ reach }, view) => localOpeningText(reach.last, view),
  ),
}

/** Stands below the list for a release that has yet to open: for how many it never does, and where to see why. */
export function neverOpensLine({ release, reach }: ListedRelease, { chalk, now }: View): string[] {
  const { centres, last, never: centresWithout } = reach
  const isOver = release.state === 'withdrawn' || (last !== null && last.at <= now)
  if (centresWithout === 0 || isOver) return []
  const whom = `${formatNumber(centresWithout)} of ${count(centres, 'centre')}`
  const never = `${release.name} never opens for ${whom}: ssh-admin releases show ${release.id} says why.`
  return [`${chalk.yellow('!')} ${oneLine(never)}`]
}

/** The local time of an opening, where most of the centres are for which the release opens at that moment. */
function localTimeOf(opening: OpeningByZone | null): string | null {
  return (opening && openingMoment(opening).zones[0]?.local) ?? null
}

/** The local time in short, beside the moment in UTC; … or a number stands for further time zones. */
function localOpeningText(opening: OpeningByZone | null, { width }: View): string {
  const zones = opening === null ? [] : openingMoment(opening).zones
  const [{ timeZone = null } = {}] = zones
  if (opening === null || timeZone === null) return ''
  const more = zones.filter((zone) => zone.timeZone !== null).length - 1
  const others = more === 0 ? '' : width < minWidthForLongLocalTimes ? ' …' : ` and ${more} more`
  return `${shortLocalTime(opening.at, timeZone)}${others}`
}

/** A moment as it is stored: one relative to a Key Time as typed, an absolute one in the form of all other moments. */
function momentText(stored: string): string {
  if (stored.startsWith('key-time')) return stored
  return new Date(stored).getTime() % 60_000 === 0 ? plainTime(stored) : timeToTheSecond(stored)
}

export function releaseJson(release: ReleaseRow): Shape<'release'> {
  return {
    id: release.id,
    name: release.name,
    state: release.state,
    opens: release.opens,
    closes: release.closes,
    audience: release.audience.map(audienceText),
    resources: release.resources.map(({ id, title, kind, series, withdrawn_at }) => ({
      id,
      title,
      kind,
      series,
      withdrawn: withdrawn_at !== null,
    })),
    createdAt: release.created_at,
    releasedAt: release.released_at,
    withdrawnAt: release.withdrawn_at,
  }
}

export function listedReleaseJson({ release, reach }: ListedRelease): JsonItem<'releaseList'> {
  return {
    ...releaseJson(release),
    centres: reach.centres,
    firstOpensAt: isoOf(reach.first?.at ?? null),
    lastOpensAt: isoOf(reach.last?.at ?? null),
    withoutKeyTime: reach.withoutKeyTime,
    firstOpensLocal: localTimeOf(reach.first),
    lastOpensLocal: localTimeOf(reach.last),
  }
}

export function shownReleaseJson({ release, schedule }: ShownRelease): JsonAnswer<'shownRelease'> {
  return { ...releaseJson(release), ...scheduleJson(schedule) }
}

export function changedReleaseJson({
  release,
  outcome,
  closes,
  opens,
  schedule,
}: ChangedRelease): JsonOfChange<'changedRelease'> {
  return {
    ...releaseJson(release),
    ...(schedule ? scheduleJson(schedule) : {}),
    outcome,
    closed: closes,
    opened: opens,
    changed: outcome !== 'unchanged',
  }
}

export function publishedReleaseJson(
  { release, outcome, schedule, opens }: PublishedRelease,
  at: Date,
): JsonOfChange<'publishedRelease'> {
  return {
    ...releaseJson(release),
    ...scheduleJson(schedule),
    outcome,
    opened: opens,
    changed: outcome !== 'unchanged',
    authorisations: schedule.authorisations.map((authorisation) => authorisationJson({ authorisation, at })),
  }
}

export function renderRelease({ release, schedule }: ShownRelease, view: View): string {
  if (!view.isTerminal) return forPipe(release, schedule)
  const { chalk } = view
  const facts: Fact[] = [
    ['State', release.state],
    ['For', audienceInWords(release.audience)],
    ['Opens', momentText(release.opens)],
    ['Closes', release.closes === null ? 'never' : momentText(release.closes)],
    ...release.resources.map(
      ({ id, title, kind, withdrawn_at }): Fact => [
        'Resource',
        `${id} ${title} (${kind}${withdrawn_at === null ? '' : ', withdrawn'})`,
      ],
    ),
  ]
  return [
    chalk.bold(`Release ${release.id}: ${oneLine(release.name)}`),
    '',
    ...factLines(facts),
    '',
    ...renderSchedule(schedule, view),
  ].join('\n')
}

function forPipe(release: ReleaseRow, schedule: ReleaseSchedule): string {
  return [
    tsvLine(['id', release.id]),
    tsvLine(['name', release.name]),
    tsvLine(['state', release.state]),
    tsvLine(['for', release.audience.map(audienceText).join(',')]),
    tsvLine(['opens', release.opens]),
    tsvLine(['closes', release.closes]),
    ...release.resources.map(({ id, title }) => tsvLine(['resource', id, title])),
    ...scheduleForPipe(schedule),
  ].join('\n')
}

export function renderCreatedRelease(release: ReleaseRow, view: View): string {
  if (!view.isTerminal) return tsvLine([release.id, release.name, release.state])
  return `${changeMark(true, view)} Release ${release.id}, ${oneLine(release.name)}, is a draft for ${audienceInWords(release.audience)}.\nTo release it: ssh-admin releases publish ${release.id}`
}

const fieldTexts = {
  name: 'name',
  opens: 'when it opens',
  closes: 'when it closes',
  resources: 'resources',
  audience: 'for whom',
} as const

/** What a release became; if it was published before, also when it opens around the world now. */
export function renderChangedRelease(changed: ChangedRelease, view: View): string {
  const { schedule } = changed
  const scheduleLines =
    schedule === undefined ? [] : view.isTerminal ? renderSchedule(schedule, view) : scheduleForPipe(schedule)
  return [...outcomeLines(changed, view), ...scheduleLines].join('\n')
}

function outcomeLines(
  { release, outcome, fields = [], closes, opens }: ChangedRelease,
  view: View,
): string[] {
  const changes = renderClosing({ closes, opens }, view)
  if (!view.isTerminal) return [tsvLine([release.id, release.name, release.state, outcome]), ...changes]
  const mark = changeMark(outcome !== 'unchanged', view)
  const what =
    outcome === 'unchanged'
      ? `is ${release.state} as it was`
      : `is ${outcome}${fields.length > 0 ? `: ${fields.map((field) => fieldTexts[field]).join(', ')}` : ''}`
  return [`${mark} Release ${release.id}, ${oneLine(release.name)}, ${what}.`, ...changes]
}

/** What publishing did; a rehearsal shows the whole list, with a line for each centre. */
export function renderPublishedRelease(
  published: PublishedRelease & { at: Date; rehearsed: boolean },
  view: View,
): string {
  const { release, schedule, outcome, opens, at, rehearsed } = published
  const isRehearsal = rehearsed && outcome !== 'unchanged'
  const centres = isRehearsal ? schedule.authorisations : []
  if (!view.isTerminal) {
    return [
      ...outcomeLines(published, view),
      ...scheduleForPipe(schedule),
      ...centres.map((authorisation) => centreLine({ authorisation, at })),
    ].join('\n')
  }
  const first = isRehearsal
    ? [
        `${view.chalk.dim('·')} Release ${release.id}, ${oneLine(release.name)}, would be released.`,
        ...renderClosing({ opens }, view),
      ]
    : outcomeLines(published, view)
  return [
    ...first,
    ...(isRehearsal ? openingsInWords(schedule, view) : renderSchedule(schedule, view)),
    ...listLines('Centre by centre:', centres.map(centreInWords), centres.length),
    ...(isRehearsal ? leftOutLines(schedule.leftOut, schedule.leftOut.length) : []),
  ].join('\n')
}
