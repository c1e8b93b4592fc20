import { columnOf } from './cell.ts'
import { startTag } from './scan.ts'
import { afterTextTag, isBlank, plainText, skipBlanks } from './scan-text.ts'
import type { RawCell } from './sheet-rows.ts'

const QUOTE = 34
const APOSTROPHE = 39
const SLASH = 47
const LESS = 60
const EQUALS = 61
const GREATER = 62

/** Reads the cells between `from` and `to`; false when there is anything but plain `<c>`, `<v>`, `<f>` and `<is><t>`. */
export function scanCells(text: string, from: number, to: number, onCell: (cell: RawCell) => void): boolean {
  const cell: RawCell = { column: -1, type: '', style: 0, value: '', present: false, formula: undefined }
  let at = from
  for (;;) {
    at = skipBlanks(text, at)
    if (at >= to) return at === to
    if (text.charCodeAt(at) !== LESS || text.charCodeAt(at + 1) !== 99) return false
    at += 2
    cell.column = -1
    cell.type = ''
    cell.style = 0
    cell.value = ''
    cell.present = false
    cell.formula = undefined

    let open = true
    if (text.charCodeAt(at) !== GREATER && text.charCodeAt(at) !== SLASH && !isBlank(text.charCodeAt(at)))
      return false
    for (;;) {
      at = skipBlanks(text, at)
      const code = text.charCodeAt(at)
      if (code === GREATER) {
        at += 1
        break
      }
      if (code === SLASH) {
        if (text.charCodeAt(at + 1) !== GREATER) return false
        open = false
        at += 2
        break
      }
      const equals = text.charCodeAt(at + 1) === EQUALS ? at + 1 : text.indexOf('=', at)
      if (equals === -1 || equals > to) return false
      const quote = text.charCodeAt(equals + 1)
      if (quote !== QUOTE && quote !== APOSTROPHE) return false
      const close = text.indexOf(quote === QUOTE ? '"' : "'", equals + 2)
      if (close === -1 || close > to) return false
      if (equals === at + 1) {
        if (code === 114) cell.column = scanColumn(text, equals + 2, close)
        else if (code === 116) cell.type = text.slice(equals + 2, close)
        else if (code === 115) cell.style = Number(text.slice(equals + 2, close))
      }
      at = close + 1
    }
    if (open) {
      at = scanContent(text, at, to, cell)
      if (at === -1) return false
    }
    onCell(cell)
  }
}

function scanColumn(text: string, from: number, to: number): number {
  let column = 0
  let at = from
  for (; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code < 65 || code > 90) break
    column = column * 26 + code - 64
  }
  if (at === from || at - from > 2 || at === to) return columnOf(text.slice(from, to))
  return column - 1
}

/** Reads what is in a cell, up to and with its end tag; -1 when it is unusual. */
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

/** The text that ends at `end`, where `stop` must stand; undefined when it is unusual. */
function textBetween(
  text: string,
  { from, end, to, stop }: { from: number; end: number; to: number; stop: string },
): string | undefined {
  if (end === -1 || end >= to || !text.startsWith(stop, end)) return undefined
  return plainText(text, from, end)
}

function scanFormula(text: string, from: number, to: number, cell: RawCell): number {
  const tag = startTag(text, from)
  if (tag === undefined || tag.odd || tag.end > to) return -1
  cell.formula ??= ''
  if (tag.empty) return tag.end
  const end = text.indexOf('<', tag.end)
  const formula = textBetween(text, { from: tag.end, end, to, stop: '</f>' })
  if (formula === undefined) return -1
  cell.formula += formula
  return end + 4
}
