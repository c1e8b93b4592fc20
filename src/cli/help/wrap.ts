import { wrapped } from '../../render/wrap.ts'

const widest = 100
const narrowest = 30

/**
 * Fits a page of help to a width. Lines that are not indented are one paragraph until a blank line; an indented one
 * stands alone, and what does not fit goes on beneath its last column: the text behind the last two blanks.
 */
export function wrapPage(page: string, width: number): string {
  const max = Math.max(narrowest, Math.min(width, widest))
  return paragraphsOf(page)
    .map((line) => wrapped(line, max))
    .join('\n')
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
