/** A word as a shell takes it for one, in a command that is to be pasted. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** A path where it stands in a sentence: as it is, or between quotes where it would be taken for several words. */
export function pathInWords(path: string): string {
  return /\s/.test(path) ? shellWord(path) : path
}
