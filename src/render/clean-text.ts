import { splitAtStyles, styleOf } from './styles.ts'

const lineBreakPattern = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
/**
 * Control characters, C1 and the beginning of escape sequences included, marks of direction, tags, and invisible
 * characters. Joiners are spelling. Made on demand: compiling the expression takes longer than matching most texts.
 */
const controlCharacters = () => /(?![\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** Text without any character that has to be written out. */
const plainPattern = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u05ff]*$/

/**
 * The only cleaner of what is sent to a terminal: characters that would control the terminal, turn the writing round or
 * hide are written out, as in `\u001b`, and so are all styles but our own. JSON keeps its meaning.
 */
export function cleanForTerminal(text: string): string {
  if (!/[^\n\x20-\x7e\u00a1-\u00ac\u00ae-\u05ff]/.test(text)) return text
  return splitAtStyles(text)
    .map((part, at) =>
      at % 2 === 1 ? styleOf(part) : part.replace(controlCharacters(), escapeUnlessLineBreak),
    )
    .join('')
}

/** A value as one cell of a line, cleaned in the same way, and without any style. */
export function oneLine(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return ''
  const text = String(value)
  // Nearly all values are plain.
  return plainPattern.test(text)
    ? text
    : text.replace(lineBreakPattern, ' ').replace(controlCharacters(), escapeCharacter)
}

/** One record for a pipe: its cells separated by TAB. */
export function tsvLine(cells: readonly (string | number | boolean | null | undefined)[]): string {
  return cells.map(oneLine).join('\t')
}

function escapeUnlessLineBreak(character: string): string {
  return character === '\n' || character === '\t' ? character : escapeCharacter(character)
}

function escapeCharacter(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
