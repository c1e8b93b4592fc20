const mostNamed = 3

/** All that a question says, where nobody can be asked: what is listed below a line that ends with a colon is told by its first few. */
export function questionOnOneLine(question: string): string {
  const told: string[] = []
  const listed: string[] = []
  const closeList = () => {
    const head = told.at(-1)
    if (head?.endsWith(':') && listed.length > 0) told.splice(-1, 1, `${head} ${fewOf(listed)}`)
    listed.length = 0
  }
  for (const line of question.split('\n')) {
    if (line.trim() === '') continue
    if (/^\s/.test(line)) {
      listed.push(line.trim())
      continue
    }
    closeList()
    told.push(line.trim())
  }
  closeList()
  return told.join(' ')
}

function fewOf(items: readonly string[]): string {
  const few = items.slice(0, mostNamed).map((item) => item.replace(/\.$/, ''))
  return items.length > mostNamed ? `${few.join('; ')}; …` : `${few.join('; ')}.`
}
