import type { ReleaseRow } from '../db/releases.ts'
import { audienceInWords, audienceText } from '../rules/releases/audience.ts'
import type { CentresReached } from '../rules/releases/centres-of-release.ts'
import type { ChangedRelease, PublishedRelease } from '../rules/releases/change.ts'
import type { Outlook } from '../rules/releases/outlook.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { authorisationJson, centreInWords, lineOfCentre } from './authorisations.ts'
import { type Fact, factLines, field, momentField } from './fields.ts'
import { renderClosing } from './closing.ts'
import type { JsonAnswer, JsonItem, JsonOfChange, Shape } from './json.ts'
import type { View } from './table.ts'
import { listLines, markOf } from './text.ts'
import { leftOutLines, outlookJson, outlookLines, openingsInWords, renderOutlook } from './outlook.ts'
import { isoOf, plainTime, timeToTheSecond } from '../plain-time.ts'

/** A release with for how many centres it opens, and when. */
export interface ListedRelease {
  release: ReleaseRow
  reach: CentresReached
}

/** A release with when it opens around the world. */
export interface ShownRelease {
  release: ReleaseRow
  outlook: Outlook
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
    ({ release }) => shownMoment(release.opens),
  ),
  closes: field<ListedRelease>(
    'Closes',
    ({ release }) => release.closes,
    ({ release }) => (release.closes === null ? '' : shownMoment(release.closes)),
  ),
  centres: field<ListedRelease>('Centres', ({ reach }) => reach.centres),
  first: momentField<ListedRelease>('First opens', ({ reach }) => reach.firstOpensAt),
  last: momentField<ListedRelease>('Last opens', ({ reach }) => reach.lastOpensAt),
  'without-key-time': field<ListedRelease>('No Key Time', ({ reach }) => reach.withoutKeyTime),
}

/** A moment as it is kept: one of a Key Time as it is typed, an absolute one as all others are shown. */
function shownMoment(kept: string): string {
  if (kept.startsWith('key-time')) return kept
  return new Date(kept).getTime() % 60_000 === 0 ? plainTime(kept) : timeToTheSecond(kept)
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
    firstOpensAt: isoOf(reach.firstOpensAt),
    lastOpensAt: isoOf(reach.lastOpensAt),
    withoutKeyTime: reach.withoutKeyTime,
  }
}

export function shownReleaseJson({ release, outlook }: ShownRelease): JsonAnswer<'shownRelease'> {
  return { ...releaseJson(release), ...outlookJson(outlook) }
}

export function changedReleaseJson({
  release,
  outcome,
  closes,
  opens,
  outlook,
}: ChangedRelease): JsonOfChange<'changedRelease'> {
  return {
    ...releaseJson(release),
    ...(outlook ? outlookJson(outlook) : {}),
    outcome,
    closed: closes,
    opened: opens,
    changed: outcome !== 'unchanged',
  }
}

export function publishedReleaseJson(
  { release, outcome, outlook, opens }: PublishedRelease,
  at: Date,
): JsonOfChange<'publishedRelease'> {
  return {
    ...releaseJson(release),
    ...outlookJson(outlook),
    outcome,
    opened: opens,
    changed: outcome !== 'unchanged',
    authorisations: outlook.authorisations.map((authorisation) => authorisationJson({ authorisation, at })),
  }
}

export function renderRelease({ release, outlook }: ShownRelease, view: View): string {
  if (!view.isTerminal) return forPipe(release, outlook)
  const { chalk } = view
  const facts: Fact[] = [
    ['State', release.state],
    ['For', audienceInWords(release.audience)],
    ['Opens', shownMoment(release.opens)],
    ['Closes', release.closes === null ? 'never' : shownMoment(release.closes)],
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
    ...renderOutlook(outlook, view),
  ].join('\n')
}

function forPipe(release: ReleaseRow, outlook: Outlook): string {
  return [
    tsvLine(['id', release.id]),
    tsvLine(['name', release.name]),
    tsvLine(['state', release.state]),
    tsvLine(['for', release.audience.map(audienceText).join(',')]),
    tsvLine(['opens', release.opens]),
    tsvLine(['closes', release.closes]),
    ...release.resources.map(({ id, title }) => tsvLine(['resource', id, title])),
    ...outlookLines(outlook),
  ].join('\n')
}

export function renderCreatedRelease(release: ReleaseRow, view: View): string {
  if (!view.isTerminal) return tsvLine([release.id, release.name, release.state])
  return `${markOf(true, view)} Release ${release.id}, ${oneLine(release.name)}, is a draft for ${audienceInWords(release.audience)}.\nTo release it: ssh-admin releases publish ${release.id}`
}

const factWords = {
  name: 'name',
  opens: 'when it opens',
  closes: 'when it closes',
  resources: 'resources',
  audience: 'for whom',
} as const

/** What it became; of one that was released already, with when it opens around the world now. */
export function renderChangedRelease(changed: ChangedRelease, view: View): string {
  const { outlook } = changed
  const around =
    outlook === undefined ? [] : view.isTerminal ? renderOutlook(outlook, view) : outlookLines(outlook)
  return [...whatItBecame(changed, view), ...around].join('\n')
}

function whatItBecame(
  { release, outcome, fields = [], closes, opens }: ChangedRelease,
  view: View,
): string[] {
  const changes = renderClosing(closes, view, opens)
  if (!view.isTerminal) return [tsvLine([release.id, release.name, release.state, outcome]), ...changes]
  const mark = markOf(outcome !== 'unchanged', view)
  const what =
    outcome === 'unchanged'
      ? `is ${release.state} as it was`
      : `is ${outcome}${fields.length > 0 ? `: ${fields.map((field) => factWords[field]).join(', ')}` : ''}`
  return [`${mark} Release ${release.id}, ${oneLine(release.name)}, ${what}.`, ...changes]
}

/** A rehearsal shows the whole list: a line for each centre. */
export function renderPublishedRelease(
  published: PublishedRelease & { at: Date; rehearsed: boolean },
  view: View,
): string {
  const { release, outlook, outcome, opens, at, rehearsed } = published
  const isRehearsal = rehearsed && outcome !== 'unchanged'
  const centres = isRehearsal ? outlook.authorisations : []
  if (!view.isTerminal) {
    return [
      ...whatItBecame(published, view),
      ...outlookLines(outlook),
      ...centres.map((authorisation) => lineOfCentre({ authorisation, at })),
    ].join('\n')
  }
  const first = isRehearsal
    ? [
        `${view.chalk.dim('·')} Release ${release.id}, ${oneLine(release.name)}, would be released.`,
        ...renderClosing([], view, opens),
      ]
    : whatItBecame(published, view)
  return [
    ...first,
    ...(isRehearsal ? openingsInWords(outlook, view) : renderOutlook(outlook, view)),
    ...listLines('Centre by centre:', centres.map(centreInWords), centres.length),
    ...(isRehearsal ? leftOutLines(outlook.leftOut, outlook.leftOut.length) : []),
  ].join('\n')
}
