/** The words that a mistyped one may have meant, the closest first. */
export function nearest(word: string, words: Iterable<string>): string[] {
  const wanted = fold(word)
  const near: { word: string; distance: number }[] = []
  for (const candidate of words) {
    const distance = distanceBetween(wanted, fold(candidate))
    if (distance <= Math.max(wanted.length < 4 ? 1 : 2, Math.floor(wanted.length / 3)))
      near.push({ word: candidate, distance })
  }
  return near.sort((a, b) => a.distance - b.distance).map(({ word }) => word)
}

/** ' (did you mean A or B?)', or nothing. */
export function didYouMean(word: string, words: Iterable<string>): string {
  const near = nearest(word, words).slice(0, 3)
  return near.length === 0 ? '' : ` (did you mean ${near.join(' or ')}?)`
}

function fold(word: string): string {
  return word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim().slice(0, 64)
}

function distanceBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
