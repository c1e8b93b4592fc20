import { isoOf, plainTime, timeInUtc } from '../plain-time.ts'
import { localTimeAt, localTimeInWords } from '../rules/key-times/local-time.ts'
import { type Authorisation, type AuthorisationState, stateAt } from '../rules/releases/centres-of-release.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { field, momentField } from './fields.ts'
import type { Shape } from './json.ts'
import type { View } from './table.ts'

/** An authorisation, and the moment for which it is shown. */
export interface ListedAuthorisation {
  authorisation: Authorisation
  at: Date
  /**
   * The time zone that all listed authorisations share, which is named above the list; undefined if there are several.
   */
  sharedZone?: () => string | undefined
  /** Whether the moment in UTC, with its day, is listed beside the local one. */
  showsUtc?: boolean
}

function stateOf({ authorisation, at }: ListedAuthorisation): AuthorisationState {
  return stateAt(authorisation, at)
}

function localTimeOf(at: Date | null, { zone }: Authorisation): string | null {
  return at !== null && zone !== null ? localTimeInWords(at, zone) : null
}

/** From this width on, a table has room for the longest name of a time zone beside a date and time. */
export const minWidthForLongLocalTimes = 100

/**
 * The local time of the opening. Its offset can be seen from the UTC column, and so can its day where that is the same.
 */
function localOpeningText(listed: ListedAuthorisation, { width }: View): string {
  const { opensAt, zone } = listed.authorisation
  if (opensAt === null || zone === null) return ''
  const shown = localTimeAt(opensAt, zone)
  if (listed.sharedZone?.() === zone) return shown
  if (width >= minWidthForLongLocalTimes || !listed.showsUtc) return `${shown} ${zone}`
  return shortLocalTime(opensAt, zone)
}

/** The local time in short, beside the moment in UTC: with the day of the week where the local day is another. */
export function shortLocalTime(at: Date, zone: string): string {
  const [date = '', time = ''] = localTimeAt(at, zone).split(' ')
  const weekday = new Date(date).toUTCString().slice(0, 3)
  return at.toISOString().startsWith(date) ? `${time} ${zone}` : `${weekday} ${time} ${zone}`
}

/** The local time of the closing, with its day, and with its zone unless the zone is named above the list. */
function localClosingText({ authorisation: { closesAt, zone }, sharedZone }: ListedAuthorisation): string {
  if (closesAt === null || zone === null) return ''
  const shown = localTimeAt(closesAt, zone)
  return sharedZone?.() === zone ? shown : `${shown} ${zone}`
}

export const authorisationFields = {
  release: field<ListedAuthorisation>('No.', ({ authorisation }) => authorisation.release.id),
  'release-name': field<ListedAuthorisation>('Release', ({ authorisation }) => authorisation.release.name),
  centre: field<ListedAuthorisation>('Centre', ({ authorisation }) => authorisation.centre.number),
  'centre-name': field<ListedAuthorisation>('Centre name', ({ authorisation }) => authorisation.centre.name),
  resources: field<ListedAuthorisation>('Resources', ({ authorisation }) =>
    authorisation.resources.map(({ id, title }) => `${id} ${title}`).join(', '),
  ),
  state: field<ListedAuthorisation>('State', stateOf),
  'opens-local': field<ListedAuthorisation>(
    'Opens there',
    ({ authorisation }) => localTimeOf(authorisation.opensAt, authorisation),
    localOpeningText,
  ),
  opens: momentField<ListedAuthorisation>(
    'Opens in UTC',
    ({ authorisation }) => authorisation.opensAt,
    timeInUtc,
  ),
  closes: momentField<ListedAuthorisation>(
    'Closes in UTC',
    ({ authorisation }) => authorisation.closesAt,
    timeInUtc,
  ),
  problem: field<ListedAuthorisation>(
    'Problem',
    ({ authorisation }) => authorisation.problem?.code ?? null,
    ({ authorisation }) => authorisation.problem?.message ?? '',
  ),
  'closes-local': field<ListedAuthorisation>(
    'Closes there',
    ({ authorisation }) => localTimeOf(authorisation.closesAt, authorisation),
    localClosingText,
  ),
}

/** Why a release never opens for a centre, in full, with the hint that solves it. */
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
    opensLocal: localTimeOf(opensAt, listed.authorisation),
    closesAt: isoOf(closesAt),
    closesLocal: localTimeOf(closesAt, listed.authorisation),
    timeZone: zone,
    state: stateOf(listed),
    problem,
  }
}

/** In a pipe: the centre, its state, when it opens and closes, its time zone, its problem, and both local times. */
export function centreLine(listed: ListedAuthorisation): string {
  const { centre, opensAt, closesAt, zone, problem } = listed.authorisation
  const moments = [isoOf(opensAt), isoOf(closesAt), zone]
  const there = [opensAt, closesAt].map((at) => localTimeOf(at, listed.authorisation))
  const state = stateOf(listed)
  return tsvLine(['centre', centre.number, centre.name, state, ...moments, problem?.code ?? null, ...there])
}

/** When a release opens at a centre, in a sentence. */
export function centreInWords({ centre, opensAt, zone, problem }: Authorisation): string {
  const when =
    problem !== null || opensAt === null
      ? `never: ${problem?.message ?? ''}`
      : `${plainTime(opensAt.toISOString())}${zone === null ? '' : `, ${localTimeInWords(opensAt, zone)}`}`
  return oneLine(`${centre.number} ${centre.name}: ${when}`)
}
