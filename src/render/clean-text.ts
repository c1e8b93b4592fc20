import { splitAtStyles, styleOf } from './styles.ts'

const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
/** Controls, C1 and what an escape sequence begins with included; marks of direction, tags, and what cannot be seen. Joiners are spelling. Made where it is needed: reading it takes longer than most texts. */
const controlCharacters = () => /(?![\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** Nothing in it steers. */
const plain = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u05ff]*$/

/**
 * The one cleaner of what a terminal is sent: what would steer it, turn the writing round or hide
 * in it is written out, styles that are not our own with it. JSON stays the same JSON.
 */
export function cleanForTerminal(text: string): string {
  if (!/[^\n\x20-\x7e\u00a1-\u00ac\u00ae-\u05ff]/.test(text)) return text
  return splitAtStyles(text)
    .map((part, at) => (at % 2 === 1 ? styleOf(part) : part.replace(controlCharacters(), lineOrWrittenOut)))
    .join('')
}

/** A value as one cell of one line, cleaned likewise, and with no style of its own. */
export function oneLine(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return ''
  const text = String(value)
  // As nearly all are.
  return plain.test(text) ? text : text.replace(breaks, ' ').replace(controlCharacters(), writtenOut)
}

/** One record for a pipe: its cells separated by TAB. */
export function tsvLine(cells: readonly (string | number | boolean | null | undefined)[]): string {
  return cells.map(oneLine).join('\t')
}

function lineOrWrittenOut(character: string): string {
  return character === '\n' || character === '\t' ? character : writtenOut(character)
}

function writtenOut(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
