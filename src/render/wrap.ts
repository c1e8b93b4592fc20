import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'

/**
 * A line as lines that fit, broken between words; what does not fit goes on beneath the text of its last column. A
 * command that is to be pasted begins a line of its own, and goes on with a backslash where that is too short for it.
 */
export function wrapped(line: string, width: number): string {
  if (width < 10 || fits(line, width)) return line
  const start = /^\s*/.exec(line)?.[0] ?? ''
  const uncoloured = stripVTControlCharacters(line)
  const hangingIndent = ' '.repeat(hangingOf(uncoloured, { indent: start.length, width }))
  const lines: string[] = []
  let current = start
  let isEmpty = true
  for (const word of wordsOf(line.slice(start.length))) {
    if (!isEmpty && stringWidth(current) + 1 + stringWidth(word) > width) {
      lines.push(current.trimEnd())
      // What is long goes further out, to be whole.
      current =
        stringWidth(word) > width ? start : hangingIndent.slice(0, Math.max(0, width - stringWidth(word)))
      isEmpty = true
    }
    current += isEmpty ? onLines(word, { indent: current, width }) : ` ${word}`
    isEmpty = isEmpty && word === ''
  }
  return [...lines, current].join('\n')
}

/** A letter takes two columns at most, so that most lines need not be measured. */
function fits(line: string, width: number): boolean {
  return line.length * 2 <= width || stringWidth(line) <= width
}

/** Beneath the last column where that leaves room, behind a mark, or a little further in. */
function hangingOf(line: string, { indent, width }: { indent: number; width: number }): number {
  const columns = /^(.*\S {2,})\S/.exec(line)?.[1]
  const column = columns === undefined || indent === 0 ? 0 : stringWidth(columns)
  if (column > 0 && column <= width / 2) return column
  if (/^\s*[^\p{L}\p{N}\s] /u.test(line)) return indent + 2
  return indent === 0 ? 0 : indent + 2
}

/** What is read out or copied as one: a PIN, a moment, a size, a variable of a template, a path with blanks in it. */
const oneWord =
  /\{\{ \w+ \}\}|\{% [^%]* %\}|(\d{4}) (\d{4})(?!\d)|(\d{4}-\d\d-\d\d) (\d\d:\d\d)( UTC)?|\d[\d.,]* (?:B|KB|MB|GB)\b|(?<=^|\s)'[~./][^'\n]*'(?=[\s.,;:?]|$)/g
/** Stands for the blank within it; nothing that is drawn holds it. */
const held = '\u0000'

/** Each word, and each command as one, to the end of its clause. */
function wordsOf(text: string): string[] {
  return split(text.replace(oneWord, (one) => one.replaceAll(' ', held))).map((word) =>
    word.replaceAll(held, ' '),
  )
}

function split(text: string): string[] {
  const words: string[] = []
  let rest = text
  for (let command = commandIn(rest); command; command = commandIn(rest)) {
    const before = rest.slice(0, command.index).trimEnd()
    words.push(...(before === '' ? [] : before.split(' ')), command[0])
    rest = rest.slice(command.index + command[0].length).replace(/^ /, '')
  }
  return rest === '' && words.length > 0 ? words : [...words, ...rest.split(' ')]
}

/** What a shell takes together: between quotes, or behind a backslash, as in `'O'\''Brien'`; a quote that nothing closes is an apostrophe. */
const quoted = String.raw`'[^']*'|\\.?|'(?![^']*')`

/** A command ends with its clause, or where the sentence says of it what it does. */
const command = new RegExp(
  String.raw`(?<=^|\s)(?:\$ )?(?:ssh-admin|cp|rm|chmod) (?:${quoted}|[^;,'\\]|[;,](?=\S))*?(?:[;,.](?=\s)|(?= {2})|(?= (?:adds|brings|finds|lists|makes|names|says|shows)\b)|$)`,
)
const commandIn = (text: string) => command.exec(text)

/** A word, and the value of an option with it, or the file of a redirection. */
const partOfCommand = new RegExp(String.raw`(?:--[\w-]+ (?!-)|[<>|]+ )?(?:${quoted}|[^' \\])+`, 'g')

/** A command that is longer than a line, as a shell reads it on several: never broken within quotes. */
function onLines(word: string, { indent, width }: { indent: string; width: number }): string {
  const isCommand = commandIn(word)?.index === 0
  if (!isCommand || indent.length + stringWidth(word) <= width) return word
  const further = `${indent}${word.startsWith('$ ') ? '    ' : '  '}`
  const lines: string[] = []
  let line = ''
  for (const part of word.match(partOfCommand) ?? []) {
    const before = lines.length === 0 ? indent : further
    if (line !== '' && line !== '$' && before.length + stringWidth(`${line} ${part} \\`) > width) {
      lines.push(`${line} \\`)
      line = ''
    }
    line += line === '' ? part : ` ${part}`
  }
  return [...lines, line].join(`\n${further}`)
}

/** Lines that are not indented as one paragraph, until a blank line: where they were broken in writing says nothing. */
export function paragraphsOf(page: string): string[] {
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

/** Each of its lines. */
export function wrappedText(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrapped(line, width))
    .join('\n')
}

/** As much of a text as so many columns take, with … where it goes on. */
export function shortened(text: string, max: number): string {
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

/** In columns of a terminal: Chinese letters and pictures take two. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text)
}
