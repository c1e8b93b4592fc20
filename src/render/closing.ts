import type { Closing } from '../rules/releases/what-closes.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import type { View } from './table.ts'
import { count, listLines } from './text.ts'

const mostNamed = 12

/** For whom something closes: a question where anything does. */
export function closingQuestion(closes: readonly Closing[], what: string): string | undefined {
  if (closes.length === 0) return undefined
  const lines = closes.map(({ release, centre, resources }) =>
    oneLine(`${centre.number} ${centre.name}: ${release.name} (${resources.join(', ')})`),
  )
  const centres = [...new Set(closes.map(({ centre }) => centre.number))]
  const few = `${centres.slice(0, 3).join(', ')}${centres.length > 3 ? ' …' : ''}`
  const first = `What is open now would close for ${count(centres.length, 'centre')} (${few}):`
  const shown = listLines(first, lines, mostNamed)
  return `${shown.join('\n')}\n${what}, and close what is open for ${count(centres.length, 'centre')}?`
}

/** What of it is agreed to. */
export function comparableClosing(closes: readonly Closing[]): unknown {
  return closes.map(({ release, centre, resources }) => [release.id, centre.number, resources])
}

export function renderClosing(closes: readonly Closing[], view: View): string[] {
  if (!view.isTerminal) {
    return closes.map(({ release, centre }) => tsvLine(['closed', release.id, release.name, centre.number]))
  }
  const lines = closes.map(({ release, centre }) =>
    oneLine(`${centre.number} ${centre.name}: ${release.name}`),
  )
  return listLines(`  Closed for ${count(lines.length, 'authorisation')}:`, lines, mostNamed)
}
