const mostNamed = 3

/** The first few of many, and how many more there are: a message stays one, whatever the workbook. */
export function few(texts: readonly string[], total = texts.length): string {
  const first = texts.slice(0, mostNamed).join(', ')
  const more = total - Math.min(mostNamed, texts.length)
  return more > 0 ? `${first} and ${more.toLocaleString('en')} more` : first
}

/** A text of a cell as a message shows it. */
export function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
