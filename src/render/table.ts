import type { ChalkInstance } from 'chalk'
import Table from 'cli-table3'
import { oneLine } from './clean-text.ts'

/** How a stream is written to: as a person reads it, or as a program does. */
export interface View {
  isTerminal: boolean
  /** In characters. */
  width: number
  chalk: ChalkInstance
  now: Date
}

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
  middle: '  ',
}

/** Rows under headings, for a person to read; the cells are cleaned here. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  { chalk }: View,
): string {
  const drawn = new Table({
    head: headings.map((heading) => chalk.bold(heading)),
    chars: noBorder,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const row of rows) drawn.push(row.map(oneLine))
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
