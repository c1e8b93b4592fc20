import { paragraphsOf, wrapped } from '../../render/wrap.ts'

const widest = 100
const narrowest = 30

/**
 * Fits a page of help to a width, paragraph by paragraph. An indented line stands alone, and what does not fit goes on
 * beneath its last column: the text behind the last two blanks.
 */
export function wrapPage(page: string, width: number): string {
  const max = Math.max(narrowest, Math.min(width, widest))
  return paragraphsOf(page)
    .map((line) => wrapped(line, max))
    .join('\n')
}
