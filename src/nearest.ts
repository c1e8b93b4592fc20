import { distance } from 'fastest-levenshtein'

/** The names most like a mistyped one, at most three, nearest first. */
export function nearestOf(wanted: string, names: Iterable<string>): string[] {
  const limit = Math.max(1, Math.min(4, Math.floor(wanted.length / 3)))
  return [...names]
    .map((name) => ({ name, far: name.startsWith(wanted) ? 1 : distance(wanted, name) }))
    .filter(({ far }) => far <= limit)
    .sort((one, other) => one.far - other.far || (one.name < other.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name)
}
