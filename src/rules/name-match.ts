import { distance } from 'fastest-levenshtein'
import type { Pages } from '../db/pages.ts'
import { nearestTo } from '../nearest.ts'
import { wordsIn } from '../search-key.ts'

/** Those that a typed name fits best, and how many they are; the rows are the first of them. */
export interface Matches<Row> {
  rows: Row[]
  total: number
}

const maxMatches = 100

interface Names<Row> {
  /** The name of a row. */
  nameOf: (row: Row) => string
  /** What else it may be called by, where no name fits. */
  orElse?: (row: Row) => string
}

/**
 * Whole names go before whole words, and whole words before parts of them: 'Ann Lee' is meant by 'ann', and
 * Joanne is not. Accents, letter case and the order of the words do not matter.
 */
export async function bestMatches<Row>(
  pages: Pages<Row>,
  typed: string,
  { nameOf, orElse }: Names<Row>,
): Promise<Matches<Row>> {
  const words = partsOf(typed)
  const found = new Map<number, Matches<Row>>()
  for await (const page of pages) {
    for (const row of page) {
      const fit = fitOf(words, nameOf(row)) || (orElse && fitOf(words, orElse(row)) > 0 ? 1 : 0)
      if (fit === 0) continue
      const alike = found.get(fit) ?? { rows: [], total: 0 }
      alike.total += 1
      if (alike.rows.length < maxMatches) alike.rows.push(row)
      found.set(fit, alike)
    }
  }
  return found.get(4) ?? found.get(3) ?? found.get(2) ?? found.get(1) ?? { rows: [], total: 0 }
}

/** 4: the whole name; 3: whole words of it; 2: parts of it, each of a word of its own; 0: not this one. */
function fitOf(words: readonly string[], name: string): 0 | 2 | 3 | 4 {
  const parts = partsOf(name)
  if (words.length === 0 || !areOfWordsOfTheirOwn(words, parts)) return 0
  if (!words.every((word) => parts.includes(word))) return 2
  return words.length === parts.length ? 4 : 3
}

/** al-Rashid and o.said are two words each. */
function partsOf(name: string): string[] {
  return wordsIn(name.replace(/[-._]+/g, ' '))
}

function areOfWordsOfTheirOwn(words: readonly string[], parts: readonly string[]): boolean {
  const left = [...parts]
  return words
    .toSorted((one, other) => other.length - one.length)
    .every((word) => {
      const whole = left.indexOf(word)
      const at = whole >= 0 ? whole : left.findIndex((part) => part.includes(word))
      if (at >= 0) left.splice(at, 1)
      return at >= 0
    })
}

/** The rows whose name, or one word of it, is most like a mistyped one. */
export async function nearestNames<Row>(
  pages: Pages<Row>,
  typed: string,
  { nameOf }: Names<Row>,
): Promise<Row[]> {
  const words = wordsIn(typed)
  const wanted = words.toSorted().join(' ')
  const near = nearestTo<Row>(wanted, Math.max(1, Math.min(3, Math.floor(wanted.length / 4))))
  for await (const page of pages) {
    for (const row of page) {
      const parts = wordsIn(nameOf(row))
      const spellings = words.length === 1 ? parts : [parts.toSorted().join(' ')]
      const far = Math.min(...spellings.map((spelling) => distanceWithin(near.limit, spelling, wanted)))
      if (far <= near.limit) near.take(parts.join(' '), { far, row })
    }
  }
  return near.found()
}

function distanceWithin(limit: number, one: string, other: string): number {
  return Math.abs(one.length - other.length) > limit ? limit + 1 : distance(one, other)
}
