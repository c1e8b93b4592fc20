/** `1,234,567`. Node's own way looks through every language that it knows, which takes longer than most commands do. */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** The first few of many, and how many more there are: a message stays one, whatever they are of. */
export function few(texts: readonly string[], { max = 3, total = texts.length } = {}): string {
  const first = texts.slice(0, max).join(', ')
  const more = total - Math.min(max, texts.length)
  return more > 0 ? `${first} and ${grouped(more)} more` : first
}
