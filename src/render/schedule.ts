import { formatNumber } from '../format-number.ts'
import { isoOf, plainTime } from '../plain-time.ts'
import type { TimeProblem } from '../rules/key-times/lookup.ts'
import type { OpeningMoment, ReleaseSchedule } from '../rules/releases/schedule.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import type { View } from './table.ts'
import { count, listLines } from './text.ts'
import { truncate } from './wrap.ts'

export function scheduleJson({
  centres,
  firstOpensAt,
  lastOpensAt,
  lastClosesAt,
  timeline,
  without,
  leftOut,
}: ReleaseSchedule) {
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

/** In a pipe: each moment at which a release opens, and the centres for which it never does. */
export function scheduleForPipe({ centres, timeline, without, leftOut }: ReleaseSchedule): string[] {
  return [
    tsvLine(['centres', centres]),
    ...timeline.map(({ at, centres: there, zones }) =>
      tsvLine([
        'opens-at',
        at.toISOString(),
        there,
        zones.map(({ timeZone }) => timeZone ?? 'no-time-zone').join(','),
        zones.map(({ local }) => local ?? '').join(','),
      ]),
    ),
    ...without.map(({ centre, problem }) => tsvLine(['without', centre.number, problem?.code ?? null])),
    ...leftOut.map(({ number }) => tsvLine(['without-global-listening', number])),
  ]
}

const maxMoments = 40
const maxZones = 3
const maxNamed = 10

/** When a release opens around the world, and for whom it never does. */
export function renderSchedule(schedule: ReleaseSchedule, view: View): string[] {
  const heading = view.chalk.yellow(`! Never opens for ${count(schedule.without.length, 'centre')}:`)
  return [
    ...openingsInWords(schedule, view),
    ...neverOpensLines(schedule, { heading, wordsOf: ({ message, hint }) => `${message} ${hint}` }),
  ]
}

interface NeverOpens {
  heading: string
  wordsOf: (problem: Pick<TimeProblem, 'message' | 'hint'>) => string
}

/** The first centres for which a release never opens, and the first whose recordings nobody may have. */
export function neverOpensLines(
  { without, leftOut }: ReleaseSchedule,
  { heading, wordsOf }: NeverOpens,
): string[] {
  return [
    ...listLines(heading, problemsInWords(without, wordsOf), maxNamed),
    ...leftOutLines(leftOut, maxNamed),
  ]
}

/** For how many centres a release opens, and one line for each moment, longer for more centres. */
export function openingsInWords(
  { centres, timeline, without, lastClosesAt }: ReleaseSchedule,
  view: View,
): string[] {
  const rest = timeline.length - maxMoments
  return [
    `Opens for ${count(centres - without.length, 'centre')}${timeline.length === 0 ? '.' : ':'}`,
    ...timelineLines(timeline.slice(0, maxMoments), view),
    ...(rest > 0 ? [`  … and ${rest} later moments`] : []),
    ...(lastClosesAt === null ? [] : [`Closed everywhere from ${plainTime(lastClosesAt.toISOString())}.`]),
  ]
}

/**
 * Centres whose problems differ only in the centre's number, mostly those of a country, are told by the first of them.
 */
function problemsInWords(without: ReleaseSchedule['without'], wordsOf: NeverOpens['wordsOf']): string[] {
  const alike = new Map<string, { first: string; others: number }>()
  for (const { centre, problem } of without) {
    const said = problem ? wordsOf(problem) : ''
    const key = said.replaceAll(centre.number, '')
    const known = alike.get(key)
    if (known) known.others += 1
    else alike.set(key, { first: `${centre.number} ${centre.name}: ${said}`, others: 0 })
  }
  return [...alike.values()].map(({ first, others }) =>
    oneLine(others === 0 ? first : `${count(others + 1, 'centre')}, such as ${first}`),
  )
}

/** On a narrower terminal, each moment has its local times on the next line, and no bar. */
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
    const onTwoLines = (first: string) => [first, truncate(localTimesThatFit(moment, '    ', width), width)]
    if (width < minWidthOfBars) return onTwoLines(`${opens}  ${counted}`)
    const bar = '█'.repeat(Math.max(1, Math.round((centres / max) * barLength))).padEnd(barLength)
    const before = `${opens}  ${bar} ${counted.padEnd(longest)}  `
    const line = localTimesThatFit(moment, before, width)
    return line.length > width ? onTwoLines(before.trimEnd()) : [line]
  })
}

/** The number of centres without a time zone: a moment that is the same everywhere holds for them too. */
export function centresWithoutZone(timeline: readonly Pick<OpeningMoment, 'zones'>[]): number {
  const withoutZone = timeline.flatMap(({ zones }) => zones.filter(({ timeZone }) => timeZone === null))
  return withoutZone.reduce((sum, { centres }) => sum + centres, 0)
}

/** The local times of a moment, those of the most centres first: as many as there is room for, but at least one. */
function localTimesThatFit({ at, zones }: OpeningMoment, before: string, width: number): string {
  const localTimes = zones.flatMap(({ timeZone, local }) => {
    if (timeZone === null || local === null) return []
    const day = local.slice(0, 10) === at.toISOString().slice(0, 10) ? '' : `${local.slice(0, 10)} `
    return `${day}${local.slice(11, 16)} ${timeZone}`
  })
  const withoutZone = centresWithoutZone([{ zones }])
  const none = withoutZone === 0 ? [] : [`${formatNumber(withoutZone)} without a time zone`]
  const lineOf = (shown: number) => {
    const more = localTimes.length - shown
    const others = more === 0 ? '' : ` and ${more} more ${more === 1 ? 'zone' : 'zones'}`
    const first = `${localTimes.slice(0, shown).join(', ')}${others}`
    return oneLine(`${before}${[...(first === '' ? [] : [first]), ...none].join(', ')}`)
  }
  let shown = Math.min(maxZones, localTimes.length)
  while (shown > 1 && lineOf(shown).length > width) shown -= 1
  return lineOf(shown)
}

/** The centres with entries for a recording that nobody there may have. */
export function leftOutLines(leftOut: ReleaseSchedule['leftOut'], max: number): string[] {
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
