import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'

/**
 * Breaks a line between words into lines that fit; further lines are indented to the text of the last column. A command
 * that is to be pasted begins a line of its own, and is continued with a backslash where the line is too short for it.
 */
export function wrapLine(line: string, width: number): string {
  if (width < 10 || fits(line, width)) return line
  const start = /^\s*/.exec(line)?.[0] ?? ''
  const uncoloured = stripVTControlCharacters(line)
  const hangingIndent = ' '.repeat(hangingIndentOf(uncoloured, { indent: start.length, width }))
  const lines: string[] = []
  let current = start
  let isEmpty = true
  for (const word of splitWords(line.slice(start.length))) {
    if (!isEmpty && stringWidth(current) + 1 + stringWidth(word) > width) {
      lines.push(current.trimEnd())
      // A word that is too long for the indentation begins further left, to stay whole.
      current =
        stringWidth(word) > width ? start : hangingIndent.slice(0, Math.max(0, width - stringWidth(word)))
      isEmpty = true
    }
    current += isEmpty ? breakCommand(word, { indent: current, width }) : ` ${word}`
    isEmpty = isEmpty && word === ''
  }
  return [...lines, current].join('\n')
}

/** A letter takes at most two columns, so that most lines need not be measured. */
function fits(line: string, width: number): boolean {
  return line.length * 2 <= width || stringWidth(line) <= width
}

/** The indentation of further lines: to the last column if that leaves room, past a mark, or a little further in. */
function hangingIndentOf(line: string, { indent, width }: { indent: number; width: number }): number {
  const columns = /^(.*\S {2,})\S/.exec(line)?.[1]
  const column = columns === undefined || indent === 0 ? 0 : stringWidth(columns)
  if (column > 0 && column <= width / 2) return column
  if (/^\s*[^\p{L}\p{N}\s] /u.test(line)) return indent + 2
  return indent === 0 ? 0 : indent + 2
}

/** Texts that are read out or copied whole: a PIN, a moment, a size, a variable of a template, a path with blanks. */
const unbreakableText =
  /\{\{ \w+ \}\}|\{% [^%]* %\}|(\d{4}) (\d{4})(?!\d)|(\d{4}-\d\d-\d\d) (\d\d:\d\d)( UTC)?|\d[\d.,]* (?:B|KB|MB|GB)\b|(?<=^|\s)'[~./][^'\n]*'(?=[\s.,;:?]|$)/g
/** Stands for a blank within such a text; no output contains this character. */
const blankPlaceholder = '\u0000'

/** Splits a text into words; a command, to the end of its clause, is one word. */
function splitWords(text: string): string[] {
  return splitAtCommands(text.replace(unbreakableText, (one) => one.replaceAll(' ', blankPlaceholder))).map(
    (word) => word.replaceAll(blankPlaceholder, ' '),
  )
}

function splitAtCommands(text: string): string[] {
  const words: string[] = []
  let rest = text
  for (let command = commandIn(rest); command; command = commandIn(rest)) {
    const before = rest.slice(0, command.index).trimEnd()
    words.push(...(before === '' ? [] : before.split(' ')), command[0])
    rest = rest.slice(command.index + command[0].length).replace(/^ /, '')
  }
  return rest === '' && words.length > 0 ? words : [...words, ...rest.split(' ')]
}

/**
 * What a shell keeps together: between quotes, or after a backslash, as in `'O'\''Brien'`; a quote that nothing closes
 * is an apostrophe.
 */
const quotedPart = String.raw`'[^']*'|\\.?|'(?![^']*')`

/** A command ends with its clause, or before the verb with which the sentence goes on to say what the command does. */
const commandPattern = new RegExp(
  String.raw`(?<=^|\s)(?:\$ )?(?:ssh-admin|cp|rm|chmod) (?:${quotedPart}|[^;,'\\]|[;,](?=\S))*?(?:[;,.](?=\s)|(?= {2})|(?= (?:adds|brings|finds|lists|makes|names|says|shows)\b)|$)`,
)
const commandIn = (text: string) => commandPattern.exec(text)

/** A word of a command, together with the value of an option or the file of a redirection. */
const commandPartPattern = new RegExp(String.raw`(?:--[\w-]+ (?!-)|[<>|]+ )?(?:${quotedPart}|[^' \\])+`, 'g')

/** Breaks a command that is longer than a line as a shell can read it, and never within quotes. */
function breakCommand(word: string, { indent, width }: { indent: string; width: number }): string {
  const isCommand = commandIn(word)?.index === 0
  if (!isCommand || indent.length + stringWidth(word) <= width) return word
  const continuationIndent = `${indent}${word.startsWith('$ ') ? '    ' : '  '}`
  const lines: string[] = []
  let line = ''
  for (const part of word.match(commandPartPattern) ?? []) {
    const before = lines.length === 0 ? indent : continuationIndent
    if (line !== '' && line !== '$' && before.length + stringWidth(`${line} ${part} \\`) > width) {
      lines.push(`${line} \\`)
      line = ''
    }
    line += line === '' ? part : ` ${part}`
  }
  return [...lines, line].join(`\n${continuationIndent}`)
}

/** Joins lines that are not indented to paragraphs, up to a blank line: their line breaks have no meaning. */
export function joinParagraphs(page: string): string[] {
  const paragraphs: string[] = []
  let isOpen = false
  for (const line of page.split('\n')) {
    const isProse = line !== '' && !line.startsWith(' ')
    if (isProse && isOpen) paragraphs[paragraphs.length - 1] += ` ${line}`
    else paragraphs.push(line)
    isOpen = isProse
  }
  return paragraphs
}

/** Breaks each line of a text. */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n')
}

/** A text cut to a number of columns, with … where it is cut. */
export function truncate(text: string, max: number): string {
  if (widthOf(text) <= max) return text
  let kept = ''
  let taken = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    taken += widthOf(segment)
    if (taken >= max) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}

/** The width in columns of a terminal: Chinese letters and pictures take two. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text)
}
