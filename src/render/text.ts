import { formatNumber } from '../format-number.ts'
import type { LazyList } from '../lazy-list.ts'
import type { View } from './table.ts'

/** `1 centre`, `1,200 centres`, `2 entries`. */
export function count(number: number, singular: string): string {
  const plural = /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`
  return `${formatNumber(number)} ${number === 1 ? singular : plural}`
}

/** `512 B`, `18 KB`, `1.5 MB`, `2.25 GB`. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} KB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}

export const listIndent = 4

/** A title and its items, indented; nothing at all when there are none. Items after the first `max` are not made. */
export function listLines(title: string, items: LazyList<string>, max: number): string[] {
  if (items.length === 0) return []
  const indent = ' '.repeat(listIndent)
  const shown: string[] = []
  for (const item of items) {
    if (shown.length === max) break
    shown.push(`${indent}${item}`)
  }
  const rest = items.length - shown.length
  return [title, ...shown, ...(rest > 0 ? [`${indent}… and ${formatNumber(rest)} more`] : [])]
}

/** A question, followed by the names that it concerns: of many, the first. */
export function questionAboutMany(question: string, names: readonly string[]): string {
  const max = 20
  const more = names.length > max ? [`  … and ${names.length - max} more`] : []
  return [question, ...names.slice(0, max).map((name) => `  ${name}`), ...more, ' '].join('\n')
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How long ago, or the date itself once that says more. @param iso UTC time */
export function relativeTime(iso: string, now: Date): string {
  const past = now.getTime() - Date.parse(iso)
  // What the running command has just done is a little later than `now`, its beginning.
  if (past < -minute) return iso.slice(0, 10)
  if (past < minute) return 'just now'
  if (past < hour) return `${count(Math.floor(past / minute), 'minute')} ago`
  if (past < day) return `${count(Math.floor(past / hour), 'hour')} ago`
  if (past < 30 * day) return `${count(Math.floor(past / day), 'day')} ago`
  return iso.slice(0, 10)
}

/** `messages waiting` as `Messages waiting`. */
export function sentenceCase(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Of many problems, the first of each kind, with the number of that kind. */
export function* firstOfEachKind<Problem extends { code: string }>(
  problems: Iterable<Problem>,
  inWords: (problem: Problem) => string,
): Generator<string> {
  const kinds = new Map<string, { first: Problem; count: number }>()
  for (const problem of problems) {
    const kind = kinds.get(problem.code)
    if (kind) kind.count += 1
    else kinds.set(problem.code, { first: problem, count: 1 })
  }
  for (const [code, { first, count: number }] of kinds) {
    yield `${count(number, 'issue')} of the kind ${code}${number > 1 ? ', the first' : ''}:`
    yield `  ${inWords(first)}`
  }
}

/** The mark with which the answer of a change begins at a terminal: it shows at a glance whether anything changed. */
export function changeMark(changed: boolean, { chalk }: Pick<View, 'chalk'>): string {
  return changed ? chalk.green(doneMark) : chalk.dim('·')
}

/** Marks that something was done, or a question was answered. */
export const doneMark = '✓'

/** The sentences of a change's answer after its mark; a pipe gets them without the mark. */
export function markedAnswer(sentences: string, { changed, view }: { changed: boolean; view: View }): string {
  return view.isTerminal ? `${changeMark(changed, view)} ${sentences}` : sentences
}
