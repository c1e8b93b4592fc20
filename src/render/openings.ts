import type { Closing } from '../rules/releases/what-closes.ts'
import type { Opening } from '../rules/releases/what-opens.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { closingLines, maxNamed } from './closing.ts'
import { lazyList } from '../lazy-list.ts'
import type { View } from './table.ts'
import { count, listLines } from './text.ts'

/** For whom an import would close what is open, and what is open for those whom it would create or restore. */
export function closingAndOpeningLines({
  closes,
  opens,
}: {
  closes: readonly Closing[]
  opens: readonly Opening[]
}): string[] {
  const title = 'What is released would be open at once:'
  return [...closingLines({ closes }), ...listLines(title, opens.map(openingText), maxNamed)]
}

/** What an import opened for those whom it created or restored: counted, one line for each release. */
export function renderOpenings(
  opens: readonly Opening[],
  { view, dryRun }: { view: View; dryRun: boolean },
): string[] {
  if (view.isTerminal)
    return listLines(`${dryRun ? 'Would be open' : 'Open'} at once:`, opens.map(openingText), maxNamed)
  return opens.map(openedLine)
}

/** For how many an import opened a release, as a line for a pipe. */
export function openedLine({
  release: { id, name },
  centres,
  users,
}: Pick<Opening, 'release' | 'centres' | 'users'>): string {
  return tsvLine(['opened-for', id, name, centres, users])
}

/** Everybody for whom an import opened something, in the shape that every other change has. */
export function openedJson(opens: readonly Opening[]) {
  const length = opens.reduce((sum, { whom }) => sum + (whom?.length ?? 0), 0)
  return lazyList(length, function* () {
    for (const { whom = [] } of opens) yield* whom
  })
}

/** `Listening June (paper 12), for 2 centres and 5 new users`. */
function openingText({ resources, ...opening }: Opening): string {
  const [first = '', ...more] = resources.filter((title) => title !== opening.release.name)
  const others = more.length === 0 ? first : `${first} and ${more.length} more`
  return oneLine(
    `${opening.release.name}${first === '' ? '' : ` (${others})`}, for ${recipientCounts(opening)}`,
  )
}

/** `Listening June, for 2 centres and 5 new users`. */
export function openedText(opened: Pick<Opening, 'release' | 'centres' | 'users'>): string {
  return oneLine(`${opened.release.name}, for ${recipientCounts(opened)}`)
}

function recipientCounts({ centres, users }: Pick<Opening, 'centres' | 'users'>): string {
  return [
    ...(centres > 0 ? [count(centres, 'centre')] : []),
    ...(users > 0 ? [count(users, 'new user')] : []),
  ].join(' and ')
}

/** The part of an import's openings that a person agrees to; a digest stands for the thousands concerned. */
export function comparableOpening(opens: readonly Opening[]): unknown {
  return opens.map(({ whom: _, ...counted }) => counted)
}
