import { distance } from 'fastest-levenshtein'

/** The words that a mistyped one may have meant, the closest first. */
export function nearest(word: string, words: Iterable<string>): string[] {
  const wanted = searchKey(word)
  const near: { word: string; far: number }[] = []
  for (const candidate of words) {
    const far = distance(wanted, searchKey(candidate))
    if (far <= Math.max(wanted.length < 4 ? 1 : 2, Math.floor(wanted.length / 3)))
      near.push({ word: candidate, far })
  }
  return near.sort((one, other) => one.far - other.far).map(({ word }) => word)
}

/** ' (did you mean A or B?)', or nothing. */
export function didYouMean(word: string, words: Iterable<string>): string {
  const near = nearest(word, words).slice(0, 3)
  return near.length === 0 ? '' : ` (did you mean ${near.join(' or ')}?)`
}

function searchKey(word: string): string {
  return word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim().slice(0, 64)
}
