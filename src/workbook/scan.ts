import { columnOf } from './cell.ts'
import { zipBomb } from './errors.ts'
import type { RawCell } from './sheet-rows.ts'
import { maxPieceLength, type TextSink } from './xml.ts'

const quoteCode = 34
const apostropheCode = 39
const slashCode = 47
const lessThanCode = 60
const equalsCode = 61
const greaterThanCode = 62

// Characters that XML 1.0 does not allow are left to saxes to refuse.
const forbiddenPattern = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

/** What repeats in a part: `<row …>…</row>` in `<sheetData>`, `<si>…</si>` in `<sst>`. */
interface RepeatedElement {
  part: string
  root: string
  container: string
  unit: string
  /** Reads one unit, whose content is between `from` and `to`; on false, saxes reads the unit and all that follows. */
  read(tag: StartTag, text: string, from: number, to: number): boolean
  /**
   * The slow sink, which understands everything, and also gets what stands before and after a container within the
   * root.
   */
  openFallback(): TextSink
}

/** A start tag as the scanner found it; its attributes are read only when asked for. */
interface StartTag {
  attribute(name: string): string | undefined
}

/**
 * Reads what almost every program writes, rows of plain cells and lists of plain texts, by searching for the ends of
 * elements, where saxes looks at each letter. This saves a quarter of an import's processor time; the scanner stays
 * only while that is worth a second way to read. On anything unusual the scanner hands the beginning of the part and
 * all unread text to the slow sink, so that both ways give the same result.
 */
export function scanner({ part, root, container, unit, read, openFallback }: RepeatedElement): TextSink {
  const start = `<${unit}`
  const stop = `</${unit}>`
  const containerStop = `</${container}>`
  let state: 'beginning' | 'units' | 'slow' | 'done' = 'beginning'
  let beginning = ''
  let text = ''
  let sink: TextSink | undefined

  const fallBack = (from: number) => {
    state = 'slow'
    sink = openFallback()
    sink.write(beginning)
    sink.write(text.slice(from))
    text = ''
  }

  const begin = (): number => {
    const found = /^(?:<\?xml[^<>]*\?>)?\s*<([\w:.-]+)[\s>/]/.exec(text)
    if (found === null && text.length < 1024) return -1
    const at = text.search(new RegExp(`<${container}[\\s/>]`))
    const declaration = text.slice(2).search(/<[!?]/)
    const end = at === -1 ? -1 : text.indexOf('>', at)
    const tooLong = end === -1 && text.length > 1024 * 1024
    if (found?.[1] !== root || tooLong || (declaration !== -1 && (at === -1 || declaration < at))) {
      fallBack(0)
      return -1
    }
    if (end === -1) return -1
    const tag = text.slice(at, end)
    // The root declares the namespace of the whole part; a namespace declared by the container is another one.
    const isOther = container !== root && /\sxmlns=/.test(tag)
    if (isOther || !/^<\w+(\s+[\w:.-]+="[^"<>&]*")*\s*$/.test(tag)) {
      fallBack(0)
      return -1
    }
    beginning = text.slice(0, end + 1)
    state = 'units'
    return end + 1
  }

  const readUnits = (from: number): number => {
    let at = from
    for (;;) {
      at = skipBlanks(text, at)
      if (text.length - at < containerStop.length) return at
      if (!text.startsWith(start, at)) {
        if (text.startsWith(containerStop, at)) {
          state = 'done'
          sink = container === root ? undefined : openFallback()
          sink?.write(beginning)
          sink?.write(text.slice(at))
          return text.length
        }
        fallBack(at)
        return 0
      }
      const tag = startTag(text, at + start.length)
      if (tag === undefined) return at
      const end = tag.isEmpty ? tag.end : text.indexOf(stop, tag.end)
      if (end === -1) return at
      // A unit with an `xmlns` may be of another namespace.
      if (tag.isUnusual || tag.attribute('xmlns') !== undefined || !read(tag, text, tag.end, end)) {
        fallBack(at)
        return 0
      }
      at = tag.isEmpty ? end : end + stop.length
    }
  }

  return {
    write(piece) {
      if (state === 'slow' || state === 'done') {
        sink?.write(piece)
        return
      }
      text += piece
      if (forbiddenPattern.test(piece)) {
        fallBack(0)
        return
      }
      if (text.length > maxPieceLength)
        throw zipBomb(`${part} has one piece of more than ${maxPieceLength} characters`)
      let at = 0
      if (state === 'beginning') at = begin()
      if (at >= 0 && state === 'units') text = text.slice(readUnits(at))
    },
    end() {
      // Saxes reports what is missing, or understands an end tag that is written in an unusual way.
      if (state !== 'done' && state !== 'slow') fallBack(0)
      sink?.end()
    },
  }
}

interface FoundTag extends StartTag {
  end: number
  isEmpty: boolean
  isUnusual: boolean
}

/**
 * Reads the attributes of a start tag, from the end of its name; undefined while the end of the tag has not arrived.
 */
function startTag(text: string, from: number): FoundTag | undefined {
  if (text.charCodeAt(from) === greaterThanCode)
    return { end: from + 1, isEmpty: false, isUnusual: false, attribute: () => undefined }
  const attributes = new Map<string, string>()
  let at = from
  const unusualTag = (): FoundTag => ({
    end: at,
    isEmpty: false,
    isUnusual: true,
    attribute: () => undefined,
  })
  if (!isBlank(text.charCodeAt(at)) && text.charCodeAt(at) !== slashCode) return unusualTag()
  for (;;) {
    at = skipBlanks(text, at)
    if (at + 1 >= text.length) return text.charCodeAt(at) === greaterThanCode ? tag(false, at + 1) : undefined
    const code = text.charCodeAt(at)
    if (code === greaterThanCode) return tag(false, at + 1)
    if (code === slashCode)
      return text.charCodeAt(at + 1) === greaterThanCode ? tag(true, at + 2) : unusualTag()
    const equals = text.indexOf('=', at)
    if (equals === -1 || equals + 1 >= text.length) return undefined
    if (hasBlank(text, at, equals)) return unusualTag()
    const quote = text.charAt(equals + 1)
    if (quote !== '"' && quote !== "'") return unusualTag()
    const close = text.indexOf(quote, equals + 2)
    if (close === -1) return undefined
    const value = text.slice(equals + 2, close)
    if (value.includes('&') || value.includes('<')) return unusualTag()
    attributes.set(text.slice(at, equals), value)
    at = close + 1
  }

  function tag(empty: boolean, end: number): FoundTag {
    return { end, isEmpty: empty, isUnusual: false, attribute: (name) => attributes.get(name) }
  }
}

/** Reads the cells between `from` and `to`; false for anything but plain `<c>`, `<v>`, `<f>` and `<is><t>`. */
export function scanCells(text: string, from: number, to: number, onCell: (cell: RawCell) => void): boolean {
  const cell: RawCell = {
    column: -1,
    type: '',
    style: 0,
    value: '',
    present: false,
    formula: undefined,
    shared: undefined,
    array: undefined,
  }
  let at = from
  for (;;) {
    at = skipBlanks(text, at)
    if (at >= to) return at === to
    if (text.charCodeAt(at) !== lessThanCode || text.charCodeAt(at + 1) !== 99) return false
    at += 2
    cell.column = -1
    cell.type = ''
    cell.style = 0
    cell.value = ''
    cell.present = false
    cell.formula = undefined
    cell.shared = undefined
    cell.array = undefined

    let open = true
    if (
      text.charCodeAt(at) !== greaterThanCode &&
      text.charCodeAt(at) !== slashCode &&
      !isBlank(text.charCodeAt(at))
    )
      return false
    for (;;) {
      at = skipBlanks(text, at)
      const code = text.charCodeAt(at)
      if (code === greaterThanCode) {
        at += 1
        break
      }
      if (code === slashCode) {
        if (text.charCodeAt(at + 1) !== greaterThanCode) return false
        open = false
        at += 2
        break
      }
      const equals = text.charCodeAt(at + 1) === equalsCode ? at + 1 : text.indexOf('=', at)
      if (equals === -1 || equals > to) return false
      if (equals !== at + 1 && hasBlank(text, at, equals)) return false
      const quote = text.charCodeAt(equals + 1)
      if (quote !== quoteCode && quote !== apostropheCode) return false
      const close = text.indexOf(quote === quoteCode ? '"' : "'", equals + 2)
      if (close === -1 || close > to) return false
      if (equals === at + 1) {
        if (code === 114) {
          const column = scanColumn(text, equals + 2, close)
          if (column === undefined) return false
          cell.column = column
        } else if (code === 116) {
          cell.type = text.slice(equals + 2, close)
          if (cell.type.includes('&')) return false
        } else if (code === 115) {
          cell.style = Number(text.slice(equals + 2, close))
          if (Number.isNaN(cell.style)) return false
        }
      } else if (text.startsWith('xmlns', at)) return false
      at = close + 1
    }
    if (open) {
      at = scanContent(text, at, to, cell)
      if (at === -1) return false
    }
    onCell(cell)
  }
}

/** Whether a blank stands before the equals sign of an attribute, which XML allows and hardly anybody writes. */
function hasBlank(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (isBlank(text.charCodeAt(at))) return true
  return false
}

/** The column of a cell reference; undefined where a letter is written as an entity. */
function scanColumn(text: string, from: number, to: number): number | undefined {
  let column = 0
  let at = from
  for (; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code < 65 || code > 90) break
    column = column * 26 + code - 64
  }
  if (at > from && at - from <= 2 && isDigit(text.charCodeAt(at)) && at < to) return column - 1
  const reference = text.slice(from, to)
  return reference.includes('&') ? undefined : columnOf(reference)
}

/** Reads the content of a cell and its end tag; -1 if the content is unusual. */
function scanContent(text: string, from: number, to: number, cell: RawCell): number {
  const inline = cell.type === 'inlineStr'
  let at = from
  for (;;) {
    at = skipBlanks(text, at)
    if (at >= to) return -1
    if (text.startsWith('<v>', at)) {
      cell.present = true
      const end = text.indexOf('<', at + 3)
      const value = textBetween(text, { from: at + 3, end, to, stop: '</v>' })
      if (value === undefined) return -1
      if (!inline) cell.value += value
      at = end + 4
    } else if (text.startsWith('</c>', at)) {
      return at + 4
    } else if (text.startsWith('<is><t', at)) {
      const start = afterTextTag(text, at + 6)
      const end = text.indexOf('<', start)
      const value = start === -1 ? undefined : textBetween(text, { from: start, end, to, stop: '</t></is>' })
      if (value === undefined) return -1
      if (inline) cell.value += value
      at = end + 9
    } else if (text.startsWith('<f', at)) {
      at = scanFormula(text, at + 2, to, cell)
      if (at === -1) return -1
    } else if (text.startsWith('<v/>', at)) {
      cell.present = true
      at += 4
    } else {
      return -1
    }
  }
}

/** The text up to `end`, where `stop` must stand; undefined if the text is unusual. */
function textBetween(
  text: string,
  { from, end, to, stop }: { from: number; end: number; to: number; stop: string },
): string | undefined {
  if (end === -1 || end >= to || !text.startsWith(stop, end)) return undefined
  return plainText(text, from, end)
}

function scanFormula(text: string, from: number, to: number, cell: RawCell): number {
  const tag = startTag(text, from)
  if (tag === undefined || tag.isUnusual || tag.end > to || tag.attribute('xmlns') !== undefined) return -1
  cell.formula ??= ''
  if (tag.attribute('t') === 'shared') cell.shared = tag.attribute('si')
  if (tag.attribute('t') === 'array') cell.array = tag.attribute('ref') ?? ''
  if (tag.isEmpty) return tag.end
  const end = text.indexOf('<', tag.end)
  const formula = textBetween(text, { from: tag.end, end, to, stop: '</f>' })
  if (formula === undefined) return -1
  cell.formula += formula
  return end + 4
}

/** The position after the blanks at `from`. */
export function skipBlanks(text: string, from: number): number {
  let at = from
  while (isBlank(text.charCodeAt(at))) at += 1
  return at
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** A space, tab or line break. */
function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9
}

const preserveSpaceTag = ' xml:space="preserve">'

/** The position after `<t>` or `<t xml:space="preserve">`, given the one after `<t`; -1 for any other text element. */
export function afterTextTag(text: string, at: number): number {
  if (text.charCodeAt(at) === greaterThanCode) return at + 1
  return text.startsWith(preserveSpaceTag, at) ? at + preserveSpaceTag.length : -1
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
}

/** The text between two positions with its entities replaced; undefined where saxes has to report an error. */
export function plainText(text: string, from: number, to: number): string | undefined {
  const raw = text.slice(from, to)
  if (raw.includes(']]>')) return undefined
  const lines = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw
  if (!lines.includes('&')) return lines
  let known = true
  const plain = lines.replace(/&[^;]*;?/g, (entity) => {
    const character = entities[entity] ?? numericEntity(entity)
    if (character === undefined) known = false
    return character ?? ''
  })
  return known ? plain : undefined
}

/** The character of a numeric entity, such as `&#10;` or `&#xE9;`. */
function numericEntity(entity: string): string | undefined {
  const [, hex, decimal] = /^&#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}));$/.exec(entity) ?? []
  if (hex === undefined && decimal === undefined) return undefined
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  const allowed = code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 0x10ffff)
  const forbidden = (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff
  return allowed && !forbidden ? String.fromCodePoint(code) : undefined
}
