import { distance } from 'fastest-levenshtein'
import { hintOfLines } from './errors.ts'
import { searchKey } from './search-key.ts'
import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathInWords } from './shell-word.ts'

const maxFound = 3

/**
 * The names most similar to a mistyped one, nearest first, ignoring accents and letter case; at most three.
 * @param limit the most letters that may differ
 */
export function nearestOf(typed: string, names: Iterable<string>, limit = usualLimit(typed)): string[] {
  const typedKey = searchKey(typed).trim().slice(0, maxCompared)
  // Every name begins with an empty text, which therefore resembles none.
  if (typedKey === '') return []
  const near = nearestCollector<string>(typedKey, limit)
  for (const name of names) {
    const key = searchKey(name).trim().slice(0, maxCompared)
    if (key.startsWith(typedKey)) near.take(key, { far: 1, row: name })
    else near.offer(key, name)
  }
  return near.found()
}

/** Collects the nearest of names that are offered one by one, each with its row. */
export function nearestCollector<Row>(typed: string, limit: number) {
  const kept: { row: Row; differences: number; name: string }[] = []
  const take = (name: string, { far, row }: { far: number; row: Row }) => {
    kept.push({ row, differences: far, name })
    kept.sort((one, other) => one.differences - other.differences || compareTexts(one.name, other.name))
    kept.length = Math.min(kept.length, maxFound)
  }
  return {
    limit,
    take,
    offer(name: string, row: Row) {
      if (Math.abs(name.length - typed.length) > limit) return
      const far = distance(name, typed)
      if (far <= limit) take(name, { far, row })
    },
    found: () => kept.map(({ row }) => row),
  }
}

function compareTexts(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

/** Whether two words differ only by two swapped neighbours: `lsit` and `list`. */
export function isSwapped(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  const at = [...one].findIndex((letter, index) => letter !== other[index])
  return at >= 0 && `${one.slice(0, at)}${one.charAt(at + 1)}${one.charAt(at)}${one.slice(at + 2)}` === other
}

/** ' (did you mean A or B?)', or an empty text; for headings, fields and sheets. */
export function didYouMean(typed: string, names: Iterable<string>): string {
  const near = nearestOf(typed, names, looseLimit(typed))
  return near.length === 0 ? '' : ` (did you mean ${near.join(' or ')}?)`
}

/** The most letters that are compared, because a cell can hold any number. */
const maxCompared = 64

/** The limit for words that people choose, such as headings; two swapped letters count as two differences. */
export function looseLimit(typed: string): number {
  return Math.max(typed.length < 4 ? 1 : 2, Math.floor(typed.length / 3))
}

function usualLimit(typed: string): number {
  return Math.max(1, Math.min(4, Math.floor(typed.length / 3)))
}

/** The hint for a missing file: similar names of files in the same folder. */
export function hintOfNearFiles(path: string): string {
  const near = nearestOf(basename(path), filesIn(dirname(path))).map((name) =>
    pathInWords(join(dirname(path), name)),
  )
  return hintOfLines(near) ?? 'Check the name and the folder.'
}

/** The files of a folder, without hidden ones and lock files such as that of an open workbook. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^[.~]/.test(entry.name))
      .map(({ name }) => name)
  } catch {
    return []
  }
}
