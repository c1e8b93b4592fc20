/**
 * Quotes a word for a command to be pasted into bash, zsh or fish. In zsh a word that begins with = expands to a
 * program's path; in fish a backslash between single quotes can escape what follows.
 */
export function shellWord(word: string): string {
  if (/^(?![=%])[\w@%+=:,./-]+$/.test(word)) return word
  return `'${word.replace(/['\\]/g, "'\\$&'")}'`
}

/** A path in a sentence: quoted only where it contains blanks. */
export function pathInWords(path: string): string {
  return /\s/.test(path) ? shellWord(path) : path
}
