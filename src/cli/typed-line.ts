/** The command as it was typed, with other words in the place of some, to be pasted. */
export function lineWith(argv: readonly string[], instead: ReadonlyMap<string, string>): string {
  const other = (word: string) => instead.get(word.trim()) ?? word
  const words = argv.map((word) => {
    if (instead.has(word)) return other(word)
    // --to='Omar Said', or one of several between commas.
    const [, option = '', value = ''] = /^(--[a-z-]+=)?(.*)$/s.exec(word) ?? []
    return `${option}${value.split(',').map(other).join(',')}`
  })
  return commandLine(words)
}

/** A whole command, as it is pasted into a shell. */
export function commandLine(argv: readonly string[]): string {
  return ['ssh-admin', ...argv].map(quoted).join(' ')
}

/** A word as a shell takes it for one. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}
