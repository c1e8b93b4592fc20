import type { ReleaseRow } from '../db/releases.ts'
import { localTimeAt, localTimeInWords } from '../rules/key-times/local-time.ts'
import { audienceInWords, audienceText } from '../rules/releases/audience.ts'
import {
  type Authorisation,
  type AuthorisationState,
  stateAt,
  type CentresReached,
} from '../rules/releases/centres-of-release.ts'
import type { ChangedRelease, PublishedRelease } from '../rules/releases/change.ts'
import type { OpeningMoment, Outlook } from '../rules/releases/outlook.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { type Fact, factLines, field } from './fields.ts'
import { renderClosing } from './closing.ts'
import type { JsonAnswer, JsonItem, JsonOfChange, Shape } from './json.ts'
import type { View } from './table.ts'
import { count, listLines, markOf } from './text.ts'
import { plainTime, timeInUtc, timeToTheSecond } from '../plain-time.ts'
import { grouped } from '../grouped.ts'

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

/** What a list says of a release. */
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
  first: field<ListedRelease>(
    'First opens',
    ({ reach }) => isoOf(reach.firstOpensAt),
    ({ reach }) => shown(reach.firstOpensAt),
  ),
  last: field<ListedRelease>(
    'Last opens',
    ({ reach }) => isoOf(reach.lastOpensAt),
    ({ reach }) => shown(reach.lastOpensAt),
  ),
  'without-key-time': field<ListedRelease>('No Key Time', ({ reach }) => reach.withoutKeyTime),
}

/** A moment as it is kept: one of a Key Time as it is typed, an absolute one as all others are shown. */
function shownMoment(kept: string): string {
  if (kept.startsWith('key-time')) return kept
  return new Date(kept).getTime() % 60_000 === 0 ? plainTime(kept) : timeToTheSecond(kept)
}

function isoOf(at: Date | null): string | null {
  return at?.toISOString() ?? null
}

function shown(at: Date | null): string {
  return at === null ? '' : plainTime(at.toISOString())
}

function shownUnderUtc(at: Date | null): string {
  return at === null ? '' : timeInUtc(at.toISOString())
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

function outlookJson({
  centres,
  firstOpensAt,
  lastOpensAt,
  lastClosesAt,
  timeline,
  without,
  leftOut,
}: Outlook) {
  return {
    centres,
    firstOpensAt: isoOf(firstOpensAt),
    lastOpensAt: isoOf(lastOpensAt),
    lastClosesAt: isoOf(lastClosesAt),
    timeline: timeline.map(({ at, ...rest }) => ({ at: at.toISOString(), ...rest })),
    without: without.flatMap(({ centre, problem }) =>
      problem === null ? [] : [{ centre: { number: centre.number, name: centre.name }, problem }],
    ),
    withoutGlobalListening: leftOut.map(({ number, name }) => ({ number, name })),
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
}: ChangedRelease): JsonOfChange<'changedRelease'> {
  return {
    ...releaseJson(release),
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

/** An authorisation as it is looked at. */
export interface ListedAuthorisation {
  authorisation: Authorisation
  at: Date
  /** The time zone of all that is listed, which is said above the list; undefined where there are several. */
  zoneOfAll?: () => string | undefined
  /** Whether the moment in UTC, with its day, is listed beside the local one. */
  showsUtc?: boolean
}

function stateOf({ authorisation, at }: ListedAuthorisation): AuthorisationState {
  return stateAt(authorisation, at)
}

function localOf({ authorisation: { opensAt, zone } }: ListedAuthorisation): string | null {
  return opensAt !== null && zone !== null ? localTimeInWords(opensAt, zone) : null
}

/** So wide is a table that has room for the longest name of a time zone beside a whole moment. */
const minWidthOfWholeClocks = 100

/** What the clock shows; how far that is from UTC, the next column says, and its day where that is the same. */
function clockOf(listed: ListedAuthorisation, { width }: View): string {
  const { opensAt, zone } = listed.authorisation
  if (opensAt === null || zone === null) return ''
  const shown = localTimeAt(opensAt, zone)
  if (listed.zoneOfAll?.() === zone) return shown
  const [date = '', time = ''] = shown.split(' ')
  if (width >= minWidthOfWholeClocks || !listed.showsUtc) return `${shown} ${zone}`
  return opensAt.toISOString().startsWith(date) ? `${time} ${zone}` : `${weekdayOf(date)} ${time} ${zone}`
}

function weekdayOf(date: string): string {
  return new Date(date).toUTCString().slice(0, 3)
}

/** What a list says of an authorisation. */
export const authorisationFields = {
  release: field<ListedAuthorisation>('Release', ({ authorisation }) => authorisation.release.id),
  'release-name': field<ListedAuthorisation>('Name', ({ authorisation }) => authorisation.release.name),
  centre: field<ListedAuthorisation>('Centre', ({ authorisation }) => authorisation.centre.number),
  'centre-name': field<ListedAuthorisation>('Centre name', ({ authorisation }) => authorisation.centre.name),
  resources: field<ListedAuthorisation>('Resources', ({ authorisation }) =>
    authorisation.resources.map(({ id, title }) => `${id} ${title}`).join(', '),
  ),
  state: field<ListedAuthorisation>('State', stateOf),
  'opens-local': field<ListedAuthorisation>('Opens there', localOf, clockOf),
  opens: field<ListedAuthorisation>(
    'Opens in UTC',
    ({ authorisation }) => isoOf(authorisation.opensAt),
    ({ authorisation }) => shownUnderUtc(authorisation.opensAt),
  ),
  closes: field<ListedAuthorisation>(
    'Closes in UTC',
    ({ authorisation }) => isoOf(authorisation.closesAt),
    ({ authorisation }) => shownUnderUtc(authorisation.closesAt),
  ),
  problem: field<ListedAuthorisation>(
    'Problem',
    ({ authorisation }) => authorisation.problem?.code ?? null,
    ({ authorisation }) => authorisation.problem?.message ?? '',
  ),
}

/** What keeps a centre from it, whole, with what mends it. */
export function problemInFull(
  { authorisation: { release, centre, problem } }: ListedAuthorisation,
  { chalk }: View,
): string[] {
  if (problem === null) return []
  const never = `${release.name} never opens for ${centre.number} ${centre.name}: ${problem.message}`
  return [`${chalk.yellow('!')} ${oneLine(never)}`, `  ${oneLine(problem.hint)}`]
}

export function authorisationJson(listed: ListedAuthorisation): Shape<'authorisation'> {
  const { release, centre, resources, opensAt, closesAt, zone, problem } = listed.authorisation
  return {
    release: { id: release.id, name: release.name },
    centre: { number: centre.number, name: centre.name },
    resources: resources.map(({ id, title, kind }) => ({ id, title, kind })),
    opensAt: isoOf(opensAt),
    opensLocal: localOf(listed),
    closesAt: isoOf(closesAt),
    timeZone: zone,
    state: stateOf(listed),
    problem,
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

function outlookLines({ centres, timeline, without, leftOut }: Outlook): string[] {
  return [
    tsvLine(['centres', centres]),
    ...timeline.map(({ at, centres: there, zones }) =>
      tsvLine([
        'opens-at',
        at.toISOString(),
        there,
        zones.map(({ timeZone }) => timeZone ?? 'no-time-zone').join(','),
      ]),
    ),
    ...without.map(({ centre, problem }) => tsvLine(['without', centre.number, problem?.code ?? null])),
    ...leftOut.map(({ number }) => tsvLine(['without-global-listening', number])),
  ]
}

const maxMoments = 40
const maxZones = 3
const maxNamed = 10

/** When it opens around the world, one line for each moment, the more centres the longer. */
export function renderOutlook(outlook: Outlook, view: View): string[] {
  const { centres, timeline, without, lastClosesAt, leftOut } = outlook
  const { chalk } = view
  const moments = timelineLines(timeline.slice(0, maxMoments), view)
  const rest = timeline.length - maxMoments
  const problems = without.map(({ centre, problem }) =>
    oneLine(`${centre.number} ${centre.name}: ${problem?.message ?? ''} ${problem?.hint ?? ''}`),
  )
  return [
    `Opens for ${count(centres - without.length, 'centre')}${timeline.length === 0 ? '.' : ':'}`,
    ...moments,
    ...(rest > 0 ? [`  … and ${rest} later moments`] : []),
    ...(lastClosesAt === null ? [] : [`Closed everywhere from ${plainTime(lastClosesAt.toISOString())}.`]),
    ...(without.length === 0
      ? []
      : listLines(chalk.yellow(`! Never opens for ${count(without.length, 'centre')}:`), problems, maxNamed)),
    ...leftOutLines(leftOut, maxNamed),
  ]
}

/** Narrower, each moment has its clocks beneath it, and no bar. */
const minWidthOfBars = 64
const minWidthOfLongBars = 100

function timelineLines(timeline: readonly OpeningMoment[], { width }: View): string[] {
  const max = Math.max(1, ...timeline.map(({ centres }) => centres))
  const counts = timeline.map(({ centres }) => count(centres, 'centre'))
  const longest = Math.max(...counts.map((one) => one.length))
  return timeline.flatMap((moment, at) => {
    const { centres } = moment
    const opens = `  ${plainTime(moment.at.toISOString())}`
    const counted = counts[at] ?? ''
    const barLength = width < minWidthOfLongBars ? 6 : 12
    const beneath = (first: string) => [first, cutTo(width, clocksThatFit(moment, '    ', width))]
    if (width < minWidthOfBars) return beneath(`${opens}  ${counted}`)
    const bar = '█'.repeat(Math.max(1, Math.round((centres / max) * barLength))).padEnd(barLength)
    const before = `${opens}  ${bar} ${counted.padEnd(longest)}  `
    const line = clocksThatFit(moment, before, width)
    return line.length > width ? beneath(before.trimEnd()) : [line]
  })
}

/** A moment that is the same for everybody is one for them too. */
export function centresWithoutZone(timeline: readonly Pick<OpeningMoment, 'zones'>[]): number {
  const unplaced = timeline.flatMap(({ zones }) => zones.filter(({ timeZone }) => timeZone === null))
  return unplaced.reduce((sum, { centres }) => sum + centres, 0)
}

/** What the clocks of the time zones show then, of as many as there is room for, one at least, those of most centres first. */
function clocksThatFit({ at, zones }: OpeningMoment, before: string, width: number): string {
  const clocks = zones.flatMap(({ timeZone, local }) => {
    if (timeZone === null || local === null) return []
    const day = local.slice(0, 10) === at.toISOString().slice(0, 10) ? '' : `${local.slice(0, 10)} `
    return `${day}${local.slice(11, 16)} ${timeZone}`
  })
  const unplaced = centresWithoutZone([{ zones }])
  const none = unplaced === 0 ? [] : [`${grouped(unplaced)} without a time zone`]
  const lineOf = (shown: number) => {
    const more = clocks.length - shown
    const others = more === 0 ? '' : ` and ${more} more ${more === 1 ? 'zone' : 'zones'}`
    const first = `${clocks.slice(0, shown).join(', ')}${others}`
    return oneLine(`${before}${[...(first === '' ? [] : [first]), ...none].join(', ')}`)
  }
  let shown = Math.min(maxZones, clocks.length)
  while (shown > 1 && lineOf(shown).length > width) shown -= 1
  return lineOf(shown)
}

/** Names of zones are ASCII. */
function cutTo(width: number, line: string): string {
  return line.length > width ? `${line.slice(0, Math.max(1, width - 1))}…` : line
}

/** Whose recordings nobody there may have. */
export function leftOutLines(leftOut: Outlook['leftOut'], max: number): string[] {
  const what =
    leftOut.length === 1
      ? '1 centre has entries for a recording and no Global Listening, and is left out:'
      : `${leftOut.length} centres have entries for a recording and no Global Listening, and are left out:`
  return listLines(
    what,
    leftOut.map(({ number, name }) => oneLine(`${number} ${name}`)),
    max,
  )
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

export function renderChangedRelease(
  { release, outcome, fields = [], closes, opens }: ChangedRelease,
  view: View,
): string {
  const changes = renderClosing(closes, view, opens)
  if (!view.isTerminal)
    return [tsvLine([release.id, release.name, release.state, outcome]), ...changes].join('\n')
  const mark = markOf(outcome !== 'unchanged', view)
  const what =
    outcome === 'unchanged'
      ? `is ${release.state} as it was`
      : `is ${outcome}${fields.length > 0 ? `: ${fields.map((field) => factWords[field]).join(', ')}` : ''}`
  return [`${mark} Release ${release.id}, ${oneLine(release.name)}, ${what}.`, ...changes].join('\n')
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
      renderChangedRelease(published, view),
      ...outlookLines(outlook),
      ...centres.map((authorisation) => lineOfCentre({ authorisation, at })),
    ].join('\n')
  }
  const first = isRehearsal
    ? [
        `${view.chalk.dim('·')} Release ${release.id}, ${oneLine(release.name)}, would be released.`,
        ...renderClosing([], view, opens),
      ]
    : [renderChangedRelease(published, view)]
  return [
    ...first,
    ...renderOutlook(isRehearsal ? { ...outlook, without: [], leftOut: [] } : outlook, view),
    ...listLines('Centre by centre:', centres.map(inWords), centres.length),
    ...(isRehearsal ? leftOutLines(outlook.leftOut, outlook.leftOut.length) : []),
  ].join('\n')
}

function lineOfCentre(listed: ListedAuthorisation): string {
  const { centre, opensAt, closesAt, zone, problem } = listed.authorisation
  const moments = [isoOf(opensAt), isoOf(closesAt), zone]
  return tsvLine(['centre', centre.number, centre.name, stateOf(listed), ...moments, problem?.code ?? null])
}

function inWords({ centre, opensAt, zone, problem }: Authorisation): string {
  const when =
    problem !== null || opensAt === null
      ? `never: ${problem?.message ?? ''}`
      : `${shown(opensAt)}${zone === null ? '' : `, ${localTimeInWords(opensAt, zone)}`}`
  return oneLine(`${centre.number} ${centre.name}: ${when}`)
}
