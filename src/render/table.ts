import Table from 'cli-table3'
import stringWidth from 'string-width'
import { oneLine } from './clean-text.ts'
import type { Styles } from './styles.ts'

/** How a stream is written to: as a person reads it, or as a program does. */
export interface View {
  isTerminal: boolean
  /** In characters. */
  width: number
  chalk: Styles
  now: Date
}

const gap = '  '
const noBorder = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: gap,
}

/** Rows under headings, for a person to read, as wide as the terminal at most; the cells are cleaned here. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  { chalk, width }: View,
): string {
  const lines = rows.map((row) => row.map(oneLine))
  const longest = longestThatFits([headings, ...lines], width)
  const drawn = new Table({
    head: headings.map((heading) => chalk.bold(shortened(heading, longest))),
    chars: noBorder,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const cells of lines) drawn.push(cells.map((cell) => shortened(cell, longest)))
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/** The widest columns give way first: how wide a cell may be, so that no row needs two lines. */
function longestThatFits(lines: readonly (readonly string[])[], width: number): number {
  const widths: number[] = []
  for (const cells of lines) {
    for (const [column, cell] of cells.entries())
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell))
  }
  const room = width - gap.length * (widths.length - 1)
  let longest = Math.max(1, ...widths)
  while (longest > 1 && widths.reduce((sum, one) => sum + Math.min(one, longest), 0) > room) longest -= 1
  return longest
}

/** As much of a text as so many columns take, with … where it goes on. */
export function shortened(text: string, longest: number): string {
  if (widthOf(text) <= longest) return text
  let kept = ''
  let taken = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    taken += widthOf(segment)
    if (taken >= longest) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}

/** In columns of a terminal: Chinese letters and pictures take two. */
function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text)
}
