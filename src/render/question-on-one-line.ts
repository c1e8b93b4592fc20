const maxNamed = 3

/** All that a question says, where nobody can be asked: what is listed below a line that ends with a colon is told by its first few. */
export function questionOnOneLine(question: string): string {
  const parts: string[] = []
  const listed: string[] = []
  const closeList = () => {
    const head = parts.at(-1)
    if (head?.endsWith(':') && listed.length > 0) parts.splice(-1, 1, `${head} ${fewOf(listed)}`)
    listed.length = 0
  }
  for (const line of question.split('\n')) {
    if (line.trim() === '') continue
    if (/^\s/.test(line)) {
      listed.push(line.trim())
      continue
    }
    closeList()
    parts.push(line.trim())
  }
  closeList()
  return parts.join(' ')
}

function fewOf(items: readonly string[]): string {
  const few = items.slice(0, maxNamed).map((item) => item.replace(/\.$/, ''))
  return items.length > maxNamed ? `${few.join('; ')}; …` : `${few.join('; ')}.`
}
