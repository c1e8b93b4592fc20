import type { Closing } from '../rules/releases/what-closes.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import type { View } from './table.ts'
import { count, listLines } from './text.ts'

const mostNamed = 12

/** For whom something closes or opens: a question where anything does. */
export function closingQuestion(
  closes: readonly Closing[],
  what: string,
  opens: readonly Closing[] = [],
): string | undefined {
  if (closes.length === 0 && opens.length === 0) return undefined
  const done = [
    ...(closes.length > 0 ? [`close what is open for ${centresOf(closes).counted}`] : []),
    ...(opens.length > 0 ? [`open it now for ${centresOf(opens).counted}`] : []),
  ]
  // The first line is all that is told where nobody can be asked.
  const both =
    closes.length > 0 && opens.length > 0 ? ['Something would close, and something would open at once:'] : []
  return [
    ...both,
    ...named(closes, 'What is open now would close for'),
    ...named(opens, 'What is not open would open at once for'),
    `${what}, and ${done.join(', and ')}?`,
  ].join('\n')
}

/** What a change answers, with for whom it closes what was open. */
export interface WithClosing<Result> {
  result: Result
  closes: readonly Closing[]
}

/** The question of a change, after for whom it would close what is open now. */
export function withClosing(
  question: string | undefined,
  { closes }: Pick<WithClosing<unknown>, 'closes'>,
): string | undefined {
  if (question === undefined || closes.length === 0) return question
  return [...named(closes, 'What is open now would close for'), question].join('\n')
}

/** What was done, and for whom it closed what was open. */
export function renderWithClosing(
  text: string,
  { closes }: Pick<WithClosing<unknown>, 'closes'>,
  view: View,
): string {
  return [text, ...renderClosing(closes, view)].join('\n')
}

function named(changes: readonly Closing[], first: string): string[] {
  if (changes.length === 0) return []
  const { counted, few } = centresOf(changes)
  const lines = changes.map(({ release, centre, resources }) =>
    oneLine(`${centre.number} ${centre.name}: ${release.name} (${resources.join(', ')})`),
  )
  return listLines(`${first} ${counted} (${few}):`, lines, mostNamed)
}

function centresOf(changes: readonly Closing[]): { counted: string; few: string } {
  const centres = [...new Set(changes.map(({ centre }) => centre.number))]
  return {
    counted: count(centres.length, 'centre'),
    few: `${centres.slice(0, 3).join(', ')}${centres.length > 3 ? ' …' : ''}`,
  }
}

/** What of it is agreed to. */
export function comparableClosing(closes: readonly Closing[], opens: readonly Closing[] = []): unknown {
  return [closes, opens].map((changes) =>
    changes.map(({ release, centre, resources }) => [release.id, centre.number, resources]),
  )
}

export function renderClosing(
  closes: readonly Closing[],
  view: View,
  opens: readonly Closing[] = [],
): string[] {
  if (!view.isTerminal) return [...linesForPipe('closed', closes), ...linesForPipe('opened', opens)]
  return [...listed('Closed', closes), ...listed('Opened', opens)]
}

function linesForPipe(word: string, changes: readonly Closing[]): string[] {
  return changes.map(({ release, centre }) => tsvLine([word, release.id, release.name, centre.number]))
}

function listed(word: string, changes: readonly Closing[]): string[] {
  const lines = changes.map(({ release, centre }) =>
    oneLine(`${centre.number} ${centre.name}: ${release.name}`),
  )
  return listLines(`  ${word} for ${count(lines.length, 'authorisation')}:`, lines, mostNamed)
}
