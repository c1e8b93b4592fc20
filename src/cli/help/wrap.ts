import { stripVTControlCharacters } from 'node:util'

const widest = 100
const narrowest = 30

/**
 * Fits a page of help to a width. Lines that are not indented are one paragraph until a blank line; an indented one
 * stands alone, and what does not fit goes on beneath its last column: the text behind the last two blanks.
 */
export function wrapPage(page: string, width: number): string {
  const most = Math.max(narrowest, Math.min(width, widest))
  const lines: string[] = []
  for (const line of paragraphsOf(page)) lines.push(...wrapLine(line, most))
  return lines.join('\n')
}

function paragraphsOf(page: string): string[] {
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

function wrapLine(line: string, width: number): string[] {
  if (lengthOf(line) <= width) return [line]
  const indent = (/^ */.exec(line)?.[0] ?? '').length
  const columns = /^(.*\S {2,})\S/.exec(line)
  const column = columns?.[1] === undefined ? indent : lengthOf(columns[1])
  // Where the last column would be too narrow, its text goes beneath.
  const hanging = column > width / 2 ? indent + 2 : column
  const first = columns?.[1] !== undefined && column > width / 2 ? columns[1].trimEnd() : undefined
  const text = first === undefined ? line : line.slice(columns?.[1]?.length ?? 0)
  const lines = first === undefined ? [] : wrapLine(first, width)
  let current = first === undefined ? line.slice(0, columns?.[1]?.length ?? indent) : ' '.repeat(hanging)
  let isEmpty = true
  for (const word of text.slice(first === undefined ? current.length : 0).split(' ')) {
    if (!isEmpty && lengthOf(current) + 1 + lengthOf(word) > width) {
      lines.push(current)
      current = ' '.repeat(hanging)
      isEmpty = true
    }
    current += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, current]
}

function lengthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
