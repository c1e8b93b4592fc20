/** Large enough to be worth a write, and small enough to be forgotten. */
const pieceLength = 64 * 1024

/** An answer that may be long, a piece at a time: what was written need not be kept. */
export type Pieces = Iterable<string>

/** Lines, joined to pieces that each end with a line. */
export function* piecesOfLines(lines: Iterable<string>): Generator<string> {
  let piece = ''
  for (const line of lines) {
    piece += `${line}\n`
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

/** The same text as JSON.stringify gives, whose lists are written an item at a time. */
export function* piecesOfJson(document: object, indent: 0 | 2): Generator<string> {
  const entries = Object.entries(document).filter(([, value]) => value !== undefined)
  const isLong = entries.some(([, value]) => Array.isArray(value) && value.length > 1000)
  if (!isLong || indent > 0) {
    yield `${JSON.stringify(document, null, indent)}\n`
    return
  }
  let piece = ''
  for (const part of partsOf(entries)) {
    piece += part
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  yield `${piece}\n`
}

function* partsOf(entries: readonly [string, unknown][]): Generator<string> {
  let before = '{'
  for (const [key, value] of entries) {
    yield `${before}${JSON.stringify(key)}:`
    before = ','
    if (Array.isArray(value)) yield* itemsOf(value)
    else yield JSON.stringify(value)
  }
  yield '}'
}

function* itemsOf(list: readonly unknown[]): Generator<string> {
  let before = '['
  for (const item of list) {
    yield `${before}${JSON.stringify(item) ?? 'null'}`
    before = ','
  }
  yield list.length === 0 ? '[]' : ']'
}
