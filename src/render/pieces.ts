import type { LazyList } from '../lazy-list.ts'

/** Large enough to be worth a write, and small enough not to burden the memory. */
const pieceLength = 64 * 1024

/** An answer that may be long, piece by piece: what was written need not be kept in memory. */
export type Pieces = Iterable<string>

/** Joins parts of a text to pieces. */
function* joinParts(parts: Iterable<string>): Generator<string> {
  let piece = ''
  for (const part of parts) {
    piece += part
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

/** Joins lines to pieces, each of which ends with a line. */
export function piecesOfLines(lines: Iterable<string>): Generator<string> {
  function* ended() {
    for (const line of lines) yield `${line}\n`
  }
  return joinParts(ended())
}

/** The text that JSON.stringify gives, with long lists at any depth written one item at a time. */
export function piecesOfJson(document: object, indent: 0 | 2): Generator<string> {
  function* ended() {
    yield* partsOf(document, { indent, depth: 0 })
    yield '\n'
  }
  return joinParts(ended())
}

function* partsOf(value: unknown, { indent, depth }: { indent: 0 | 2; depth: number }): Generator<string> {
  const line = (at: number) => (indent === 0 ? '' : `\n${' '.repeat(indent * at)}`)
  if (!holdsLongList(value)) {
    yield JSON.stringify(value, null, indent).replaceAll('\n', line(depth))
    return
  }
  const within = { indent, depth: depth + 1 }
  let before = line(depth + 1)
  if (isList(value)) {
    yield '['
    for (const item of value) {
      yield before
      yield* partsOf(item ?? null, within)
      before = `,${line(depth + 1)}`
    }
    yield `${line(depth)}]`
    return
  }
  yield '{'
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue
    yield `${before}${JSON.stringify(key)}:${indent === 0 ? '' : ' '}`
    yield* partsOf(part, within)
    before = `,${line(depth + 1)}`
  }
  yield `${line(depth)}}`
}

const maxWholeList = 1000

/** Whether a value contains a list that is better written one item at a time. */
function holdsLongList(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return isList(value) ? value.length > maxWholeList : Object.values(value).some(holdsLongList)
}

function isList(value: unknown): value is LazyList {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'length' in value
}
