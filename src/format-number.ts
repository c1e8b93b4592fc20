/** `1,234,567`. toLocaleString loads the data of all locales, which takes longer than most commands. */
export function formatNumber(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A heading or a cell for a message, cut where it is long. */
export function shortened(text: string): string {
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text
}

const maxShownLength = 40

/** A heading in quotes, for a sentence. */
export function quotedHeading(text: string): string {
  return `'${shortened(text)}'`
}

/** The first few texts and the number of the others, so that a message stays short. */
export function firstFew(texts: readonly string[], { max = 3, total = texts.length } = {}): string {
  const first = texts.slice(0, max).join(', ')
  const more = total - Math.min(max, texts.length)
  return more > 0 ? `${first} and ${formatNumber(more)} more` : first
}
