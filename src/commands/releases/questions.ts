import { comparableClosing } from '../../render/closing.ts'
import { count, listLines, plainTime } from '../../render/text.ts'
import type { ChangedRelease } from '../../rules/releases/edit.ts'
import type { PublishedRelease } from '../../rules/releases/publish.ts'

const mostNamed = 10
const mostZones = 12

/** What a careful colleague would want to know before it is released. */
export function publishQuestion({ release, outcome, outlook }: PublishedRelease): string | undefined {
  if (outcome === 'unchanged') return undefined
  const { centres, firstOpensAt, lastOpensAt, lastClosesAt, timeline, without } = outlook
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
  const more = zones.length > mostZones ? ` and ${zones.length - mostZones} more` : ''
  const named = without.map(
    ({ centre, problem }) => `${centre.number} ${centre.name}: ${problem?.message ?? ''}`,
  )
  return [
    `Release ${release.id}, ${release.name}: for ${count(centres, 'centre')}, ${when}${never}.`,
    ...(lastClosesAt === null
      ? []
      : [`It is closed everywhere from ${plainTime(lastClosesAt.toISOString())}.`]),
    ...(zones.length === 0 ? [] : [`Time zones: ${zones.slice(0, mostZones).join(', ')}${more}.`]),
    ...listLines('It never opens for:', named, mostNamed),
    `Release it for ${count(centres, 'centre')}?`,
  ].join('\n')
}

/** What of a release is agreed to. */
export function comparableRelease({ release, outcome, closes }: ChangedRelease): unknown {
  const { id, name, state, opens, closes: until, audience, resources } = release
  const facts = [id, name, state, opens, until, audience, resources.map(({ id: one }) => one)]
  return [facts, outcome, comparableClosing(closes)]
}

/** The same, with what opens when for whom. */
export function comparablePublished(published: PublishedRelease): unknown {
  const { authorisations } = published.outlook
  return [
    comparableRelease(published),
    authorisations.map(({ centre, opensAt, closesAt, problem, resources }) => [
      [centre.number, opensAt, closesAt, problem?.code],
      resources.map(({ id }) => id),
    ]),
  ]
}
