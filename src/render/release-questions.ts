import type { ReleaseRow } from '../db/releases.ts'
import { formatNumber } from '../format-number.ts'
import { plainTime } from '../plain-time.ts'
import type { ChangedRelease, PublishedRelease } from '../rules/releases/change.ts'
import { lacksMoment } from '../rules/releases/centres-of-release.ts'
import type { ReleaseSchedule } from '../rules/releases/schedule.ts'
import { oneLine } from './clean-text.ts'
import { closingQuestion, closingLines, comparableClosing } from './closing.ts'
import { type Fact, factLines } from './fields.ts'
import { centresWithoutZone, neverOpensLines } from './schedule.ts'
import { count } from './text.ts'

const maxNamed = 10
const maxZones = 24

/** The question before a release is published, with what a careful colleague would want to know. */
export function publishQuestion({ release, outcome, schedule, opens }: PublishedRelease): string | undefined {
  if (outcome === 'unchanged') return undefined
  const { centres, without } = schedule
  const reached = centres - without.length
  const whom = without.length === 0 ? count(centres, 'centre') : `${reached} of ${count(centres, 'centre')}`
  const how =
    opens.length === 0
      ? `it opens for ${whom}`
      : opens.length === reached
        ? `it opens at once for ${whom}`
        : `it opens for ${whom}, and at once for ${formatNumber(opens.length)} of them`
  return [...scheduleFacts(release, schedule), ...closingLines({ opens }), `Release it: ${how}?`].join('\n')
}

/** The question before a published release is changed, with for whom the change closes or opens something at once. */
export function editQuestion({ release, closes, opens, schedule }: ChangedRelease): string | undefined {
  const what = `Change release ${release.id}, ${release.name}`
  const when = schedule ? scheduleFacts(release, schedule) : []
  const closing = closingQuestion({ closes, opens }, what)?.split('\n') ?? []
  if (when.length === 0 && closing.length === 0) return undefined
  return [...closing.slice(0, -1), ...when, closing.at(-1) ?? `${what}, which is released?`].join('\n')
}

/** The question before a published release is withdrawn. */
export function withdrawQuestion({
  release: { id, name },
  outcome,
  closes,
}: ChangedRelease): string | undefined {
  if (outcome === 'unchanged') return undefined
  return (
    closingQuestion({ closes }, `Withdraw release ${id}, ${name}`) ??
    `Withdraw release ${id}, ${name}? It opens for nobody any more, and stays withdrawn.`
  )
}

/**
 * As a table: for how many centres a release opens, when first and last, for whom it never does, and in which time
 * zones.
 */
function scheduleFacts(release: ReleaseRow, schedule: ReleaseSchedule): string[] {
  const { centres, lastClosesAt, timeline, without } = schedule
  const zones = [
    ...new Set(timeline.flatMap((moment) => moment.zones.flatMap(({ timeZone }) => timeZone ?? []))),
  ]
  const withoutZone = centresWithoutZone(timeline)
  const reached = centres - without.length
  return [
    `Release ${release.id}, ${oneLine(release.name)}:`,
    ...factLines([
      [
        'Centres',
        reached === centres
          ? formatNumber(centres)
          : `${formatNumber(centres)}, of which it opens for ${formatNumber(reached)}`,
      ],
      ...momentFacts(schedule),
      ['Closed', lastClosesAt && `everywhere from ${plainTime(lastClosesAt.toISOString())}`],
      ['No Key Time', withoutKeyTime(release, without.filter(lacksMoment))],
      ['Closes first', closedFirst(without)],
      ['Time zones', truncatedList(zones, maxZones)],
      [
        'No time zone',
        withoutZone === 0 ? null : `${count(withoutZone, 'centre')}, and it opens there all the same`,
      ],
    ]),
    ...neverOpensLines(schedule, { heading: 'It never opens for:', wordsOf: ({ message }) => message }),
  ]
}

/** When a release opens first and last; a moment that is the same everywhere is given once. */
function momentFacts({ firstOpensAt, lastOpensAt }: ReleaseSchedule): Fact[] {
  if (firstOpensAt === null || lastOpensAt === null) return [['Opens', 'nowhere']]
  const [first, last] = [firstOpensAt, lastOpensAt].map((at) => plainTime(at.toISOString()))
  if (firstOpensAt.getTime() === lastOpensAt.getTime()) return [['Opens', `${first}, all at the same time`]]
  return [
    ['First opens', first],
    ['Last opens', last],
  ]
}

/** The centres without a Key Time; null for a release that needs no Key Time. */
function withoutKeyTime({ opens, closes }: ReleaseRow, without: ReleaseSchedule['without']): string | null {
  if (without.length > 0) {
    const numbers = without.map(({ centre }) => centre.number)
    return `${count(without.length, 'centre')}: ${truncatedList(numbers, maxNamed)}`
  }
  return opens.startsWith('key-time') || closes?.startsWith('key-time') ? 'none' : null
}

/** The centres at which the release closes before it opens; null where there are none. */
function closedFirst(without: ReleaseSchedule['without']): string | null {
  const numbers = without.flatMap((one) => (lacksMoment(one) ? [] : one.centre.number))
  return numbers.length === 0
    ? null
    : `${count(numbers.length, 'centre')}: ${truncatedList(numbers, maxNamed)}`
}

function truncatedList(names: readonly string[], max: number): string {
  const more =
    names.length > max ? ` and ${formatNumber(names.length - max)} more (all of them: --dry-run --json)` : ''
  return `${names.slice(0, max).join(', ')}${more}`
}

/** The part of a release that a person agrees to. */
export function comparableRelease({ release, outcome, closes, opens }: ChangedRelease): unknown {
  const { id, name, state, opens: from, closes: until, audience, resources } = release
  const facts = [id, name, state, from, until, audience, resources.map(({ id: one }) => one)]
  return [facts, outcome, comparableClosing({ closes, opens })]
}

/** `comparableRelease`, with what opens when and for whom. */
export function comparableWithSchedule(changed: ChangedRelease): unknown {
  return [
    comparableRelease(changed),
    changed.schedule?.leftOut.map(({ number }) => number),
    changed.schedule?.authorisations.map(({ centre, opensAt, closesAt, problem, resources }) => [
      [centre.number, opensAt, closesAt, problem?.code],
      resources.map(({ id }) => id),
    ]),
  ]
}
