const DELIMITERS = [',', ';', '\t', '|']

/** The delimiter that stands in the most of the first lines, and as often in each; Excel may also say so itself (`sep=;`). */
export function delimiterOf(text: Buffer): { delimiter: string; skip: Buffer } {
  const sample = text.subarray(0, 64 * 1024).toString('utf8')
  const said = /^"?sep=([^"\r\n])"?(?:\r\n|\n|\r)/i.exec(sample)
  if (said?.[1] !== undefined) return { delimiter: said[1], skip: Buffer.from(said[0]) }
  const lines = sample.split(/\r\n|\n|\r/, 20).map((line) => line.replace(/"[^"]*"/g, ''))
  const [best = ','] = DELIMITERS.map((delimiter) => ({ delimiter, evidence: evidenceOf(delimiter, lines) }))
    .sort((one, other) => compareEvidence(other.evidence, one.evidence))
    .map(({ delimiter }) => delimiter)
  return { delimiter: best, skip: Buffer.alloc(0) }
}

/** In how many lines it stands, how many of them have equally many, and how many those have: names and addresses hold commas too, but not so evenly. */
function evidenceOf(
  delimiter: string,
  lines: readonly string[],
): [lines: number, even: number, each: number] {
  const counts = lines.map((line) => line.split(delimiter).length - 1).filter((count) => count > 0)
  const evenness = (count: number) => counts.filter((other) => other === count).length
  const [each = 0] = [...counts].sort((one, other) => evenness(other) - evenness(one) || other - one)
  return [counts.length, evenness(each), each]
}

function compareEvidence(
  [lines, even, each]: [number, number, number],
  [otherLines, otherEven, otherEach]: [number, number, number],
): number {
  return lines - otherLines || even - otherEven || each - otherEach
}
