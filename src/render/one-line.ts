const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
const unprintable = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/** A value as one cell of one line; what would steer a terminal is written out. */
export function oneLine(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return ''
  return String(value)
    .replace(breaks, ' ')
    .replace(unprintable, (character) => {
      return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
    })
}

/** One record for a pipe: its cells separated by TAB. */
export function record(cells: readonly (string | number | boolean | null | undefined)[]): string {
  return cells.map(oneLine).join('\t')
}
