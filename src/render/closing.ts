import type { Closing } from '../rules/releases/what-closes.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import type { View } from './table.ts'
import { count, listLines } from './text.ts'
import { plainTime } from '../plain-time.ts'
import { formatNumber } from '../format-number.ts'

export const maxNamed = 12

/** What a change closed that was open, and opened that was not; an absent list is an empty one. */
interface ClosedAndOpened {
  closes?: readonly Closing[]
  opens?: readonly Closing[]
}

/** The question that says for whom something closes or opens; undefined where nothing does. */
export function closingQuestion(
  { closes = [], opens = [] }: ClosedAndOpened,
  what: string,
): string | undefined {
  if (closes.length === 0 && opens.length === 0) return undefined
  const done = [
    ...(immediateChanges(closes).length > 0
      ? [`close what is open for ${peopleAndCentres(immediateChanges(closes))}`]
      : []),
    ...(earlierClosings(closes).length > 0
      ? [`close it earlier for ${peopleAndCentres(earlierClosings(closes))}`]
      : []),
    ...(opens.length > 0 ? [`open it now for ${peopleAndCentres(opens)}`] : []),
  ]
  return [
    ...closingLines({ closes }),
    ...closingList(opens, 'What is not open would open at once for'),
    `${what}, and ${done.join(', and ')}?`,
  ].join('\n')
}

/** The question of a change, below the lines that say for whom the change closes or opens something. */
export function withClosing<Question extends string | undefined>(
  question: Question,
  changed: ClosedAndOpened,
): Question | string {
  if (question === undefined) return question
  return [...closingLines(changed), question].join('\n')
}

/** The words for a change, followed by the lines that say for whom it closed or opened what is released. */
export function renderWithClosing(text: string, changed: ClosedAndOpened, view: View): string {
  return [text, ...renderClosing(changed, view)].join('\n')
}

export function closingLines({ closes = [], opens = [] }: ClosedAndOpened): string[] {
  return [
    ...closingList(immediateChanges(closes), 'What is open now would close for'),
    ...closingList(earlierClosings(closes), 'What is open now would close earlier for'),
    ...closingList(opens, 'It opens at once for'),
  ]
}

function immediateChanges(closes: readonly Closing[]): Closing[] {
  return closes.filter(({ closesAt }) => closesAt === undefined)
}

function earlierClosings(closes: readonly Closing[]): Closing[] {
  return closes.filter(({ closesAt }) => closesAt !== undefined)
}

function closingList(changes: readonly Closing[], first: string): string[] {
  if (changes.length === 0) return []
  return listByRelease(`${first} ${peopleAndCentres(changes)}`, changes, releaseText)
}

/** Names the release in the title where all changes are about the same, and after each change where they differ. */
function listByRelease(
  title: string,
  changes: readonly Closing[],
  what: (change: Closing) => string,
): string[] {
  const [only = '', ...others] = new Set(changes.map(what))
  if (others.length === 0 && changes.length > 1)
    return listLines(`${title}, ${only}:`, changes.map(personOrCentre).map(oneLine), maxNamed)
  const lines = changes.map((change) => oneLine(`${personOrCentre(change)}: ${what(change)}`))
  return listLines(`${title}:`, lines, maxNamed)
}

function releaseText({ release, resources, closesAt }: Closing): string {
  const others = resources.filter((title) => title !== release.name)
  const what = others.length === 0 ? release.name : `${release.name} (${resources.join(', ')})`
  return oneLine(closesAt === undefined ? what : `${what}, at ${plainTime(closesAt)}`)
}

/** `EG001 Nile School`, or `amira@school.example (EG001)` where the change concerns one person of the centre. */
function personOrCentre({ centre, user }: Closing): string {
  return user === undefined ? `${centre.number} ${centre.name}` : `${user} (${centre.number})`
}

function peopleAndCentres(changes: readonly Closing[]): string {
  const centres = new Set(changes.flatMap(({ centre, user }) => (user === undefined ? centre.number : [])))
  const people = new Set(changes.flatMap(({ user }) => user ?? []))
  return [
    ...(centres.size > 0 ? [count(centres.size, 'centre')] : []),
    ...(people.size > 0 ? [people.size === 1 ? '1 person' : `${formatNumber(people.size)} people`] : []),
  ].join(' and ')
}

/** The part of the closings and openings that a person agrees to. */
export function comparableClosing({ closes = [], opens = [] }: ClosedAndOpened): unknown {
  return [closes, opens].map((changes) =>
    changes.map(({ release, centre, user, resources, closesAt }) => [
      release.id,
      centre.number,
      user,
      resources,
      closesAt,
    ]),
  )
}

/** The lines that say for whom a change closed or opened what is released. */
export function renderClosing({ closes = [], opens = [] }: ClosedAndOpened, { isTerminal }: View): string[] {
  const changes = [
    ['closed', 'Closed', immediateChanges(closes)],
    ['closes-earlier', 'Closes earlier', earlierClosings(closes)],
    ['opened', 'Opened', opens],
  ] as const
  if (isTerminal) return changes.flatMap(([, title, of]) => authorisationLines(title, of))
  return changes.flatMap(([word, , of]) =>
    of.map(({ release, centre, user, closesAt }) =>
      tsvLine([word, release.id, release.name, centre.number, ...[user ?? closesAt ?? []].flat()]),
    ),
  )
}

function authorisationLines(word: string, changes: readonly Closing[]): string[] {
  const title = `  ${word} for ${count(changes.length, 'authorisation')}`
  return listByRelease(title, changes, ({ release, closesAt }) =>
    oneLine(closesAt === undefined ? release.name : `${release.name}, at ${plainTime(closesAt)}`),
  )
}
