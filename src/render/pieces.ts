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
  const isLong = entries.some(([, value]) => isList(value) && value.length > 1000)
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
    if (isList(value)) yield* itemsOf(value)
    else yield JSON.stringify(value)
  }
  yield '}'
}

/** A list, or what is one in JSON and whose items are made as they are needed. */
export type List<Item = unknown> = Iterable<Item> & { readonly length: number }

function isList(value: unknown): value is List {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'length' in value
}

function* itemsOf(list: List): Generator<string> {
  let before = '['
  for (const item of list) {
    yield `${before}${JSON.stringify(item) ?? 'null'}`
    before = ','
  }
  yield list.length === 0 ? '[]' : ']'
}

interface ListDocument {
  /** What stands before the list. */
  before?: object
  /** What the list is called. */
  name: string
  items: AsyncIterable<unknown>
  /** The rest of the document, known once all of them were read. */
  rest: () => Promise<object>
}

/** A document with a list of any length, written as its items are read: as JSON.stringify gives it. */
export async function* piecesOfJsonList(
  { before = {}, name, items, rest }: ListDocument,
  indent: 0 | 2,
): AsyncGenerator<string> {
  const line = (depth: number) => (indent === 0 ? '' : `\n${' '.repeat(indent * depth)}`)
  const indented = (value: unknown, depth: number) =>
    JSON.stringify(value, null, indent).replaceAll('\n', line(depth))
  const colon = indent === 0 ? ':' : ': '
  const first = Object.entries(before).map(
    ([key, value]) => `${line(1)}${JSON.stringify(key)}${colon}${indented(value, 1)},`,
  )
  let piece = `{${first.join('')}${line(1)}${JSON.stringify(name)}${colon}[`
  let isFirst = true
  for await (const item of items) {
    piece += `${isFirst ? '' : ','}${line(2)}${indented(item, 2)}`
    isFirst = false
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  const end = JSON.stringify(await rest(), null, indent).slice(1)
  yield `${piece}${isFirst ? '' : line(1)}],${end}\n`
}
