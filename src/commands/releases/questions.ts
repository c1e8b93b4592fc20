import type { ReleaseRow } from '../../db/releases/releases.ts'
import { closingQuestion, comparableClosing } from '../../render/closing.ts'
import { leftOutLines } from '../../render/releases.ts'
import { count, listLines, plainTime } from '../../render/text.ts'
import type { ChangedRelease } from '../../rules/releases/edit.ts'
import type { Outlook } from '../../rules/releases/outlook.ts'
import type { PublishedRelease } from '../../rules/releases/publish.ts'

const maxNamed = 10
const maxZones = 12

/** What a careful colleague would want to know before it is released. */
export function publishQuestion({ release, outcome, outlook }: PublishedRelease): string | undefined {
  if (outcome === 'unchanged') return undefined
  const { centres, without } = outlook
  const opens =
    without.length === 0
      ? count(centres, 'centre')
      : `${centres - without.length} of ${count(centres, 'centre')}`
  return [...outlookLines(release, outlook), `Release it: it opens for ${opens}?`].join('\n')
}

/** The same before what is released already is changed, and for whom it closes. */
export function editQuestion({ release, closes, outlook }: ChangedRelease): string | undefined {
  const what = `Change release ${release.id}, ${release.name}`
  const when = outlook ? outlookLines(release, outlook) : []
  const closing = closingQuestion(closes, what)?.split('\n') ?? []
  if (when.length === 0 && closing.length === 0) return undefined
  return [...closing.slice(0, -1), ...when, closing.at(-1) ?? `${what}, which is released?`].join('\n')
}

function outlookLines(release: ReleaseRow, outlook: Outlook): string[] {
  const { centres, firstOpensAt, lastOpensAt, lastClosesAt, timeline, without, leftOut } = outlook
  const zones = [
    ...new Set(timeline.flatMap((moment) => moment.zones.map(({ timeZone }) => timeZone ?? 'no time zone'))),
  ]
  const when =
    firstOpensAt === null || lastOpensAt === null
      ? 'which opens nowhere'
      : `first at ${plainTime(firstOpensAt.toISOString())}, last at ${plainTime(lastOpensAt.toISOString())}`
  const few = `${without
    .slice(0, 3)
    .map(({ centre }) => centre.number)
    .join(', ')}${without.length > 3 ? ' …' : ''}`
  const never = without.length === 0 ? '' : `; ${count(without.length, 'centre')} without a Key Time (${few})`
  const more = zones.length > maxZones ? ` and ${zones.length - maxZones} more` : ''
  const named = without.map(
    ({ centre, problem }) => `${centre.number} ${centre.name}: ${problem?.message ?? ''}`,
  )
  return [
    `Release ${release.id}, ${release.name}: for ${count(centres, 'centre')}, ${when}${never}.`,
    ...(lastClosesAt === null
      ? []
      : [`It is closed everywhere from ${plainTime(lastClosesAt.toISOString())}.`]),
    ...(zones.length === 0 ? [] : [`Time zones: ${zones.slice(0, maxZones).join(', ')}${more}.`]),
    ...listLines('It never opens for:', named, maxNamed),
    ...leftOutLines(leftOut, maxNamed),
  ]
}

/** What of a release is agreed to. */
export function comparableRelease({ release, outcome, closes }: ChangedRelease): unknown {
  const { id, name, state, opens, closes: until, audience, resources } = release
  const facts = [id, name, state, opens, until, audience, resources.map(({ id: one }) => one)]
  return [facts, outcome, comparableClosing(closes)]
}

/** The same, with what opens when for whom. */
export function comparableWithOutlook(changed: ChangedRelease): unknown {
  return [
    comparableRelease(changed),
    changed.outlook?.leftOut.map(({ number }) => number),
    changed.outlook?.authorisations.map(({ centre, opensAt, closesAt, problem, resources }) => [
      [centre.number, opensAt, closesAt, problem?.code],
      resources.map(({ id }) => id),
    ]),
  ]
}
