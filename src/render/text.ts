/** `1 centre`, `1,200 centres`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? noun : `${noun}s`}`
}

/** A title and its items, indented; nothing at all when there are none. */
export function listLines(title: string, items: readonly string[], most: number): string[] {
  if (items.length === 0) return []
  const shown = items.slice(0, most).map((item) => `    ${item}`)
  const rest = items.length - shown.length
  return [title, ...shown, ...(rest > 0 ? [`    … and ${rest.toLocaleString('en-GB')} more`] : [])]
}
