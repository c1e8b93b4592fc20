import { distance } from 'fastest-levenshtein'
import { searchKey } from './search-key.ts'

const maxFound = 3

/**
 * The names most like a mistyped one, nearest first, accents and letter case aside; at most three.
 * @param limit how many letters may differ
 */
export function nearestOf(wanted: string, names: Iterable<string>, limit = usualLimit(wanted)): string[] {
  const wantedKey = searchKey(wanted).trim().slice(0, longest)
  const near = nearestTo<string>(wantedKey, limit)
  for (const name of names) {
    const key = searchKey(name).trim().slice(0, longest)
    if (key.startsWith(wantedKey)) near.take(key, { far: 1, row: name })
    else near.offer(key, name)
  }
  return near.found()
}

/** Of names that come one by one, as they are written: keeps only the nearest, and what belongs to each. */
export function nearestTo<Row>(wanted: string, limit: number) {
  const kept: { row: Row; far: number; name: string }[] = []
  const take = (name: string, { far, row }: { far: number; row: Row }) => {
    kept.push({ row, far, name })
    kept.sort((one, other) => one.far - other.far || (one.name < other.name ? -1 : 1))
    kept.length = Math.min(kept.length, maxFound)
  }
  return {
    limit,
    take,
    offer(name: string, row: Row) {
      if (Math.abs(name.length - wanted.length) > limit) return
      const far = distance(name, wanted)
      if (far <= limit) take(name, { far, row })
    },
    found: () => kept.map(({ row }) => row),
  }
}

/** ' (did you mean A or B?)', or nothing: of headings, fields and sheets. */
export function didYouMean(wanted: string, names: Iterable<string>): string {
  const near = nearestOf(wanted, names, looseLimit(wanted))
  return near.length === 0 ? '' : ` (did you mean ${near.join(' or ')}?)`
}

/** A cell can hold any length. */
const longest = 64

/** Of words that people choose, such as headings: two letters changed places are two that differ. */
export function looseLimit(wanted: string): number {
  return Math.max(wanted.length < 4 ? 1 : 2, Math.floor(wanted.length / 3))
}

function usualLimit(wanted: string): number {
  return Math.max(1, Math.min(4, Math.floor(wanted.length / 3)))
}
