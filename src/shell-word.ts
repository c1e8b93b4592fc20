/**
 * A word as a shell takes it for one, in a command that is to be pasted: bash, zsh, for which a word that begins with =
 * is the path of a program, or fish, for which a backslash between quotes can hide what follows it.
 */
export function shellWord(word: string): string {
  if (/^(?![=%])[\w@%+=:,./-]+$/.test(word)) return word
  return `'${word.replace(/['\\]/g, "'\\$&'")}'`
}

/** A path where it stands in a sentence: as it is, or between quotes where it would be taken for several words. */
export function pathInWords(path: string): string {
  return /\s/.test(path) ? shellWord(path) : path
}
