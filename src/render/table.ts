import Table from 'cli-table3'
import type { View } from '../cli/terminal.ts'
import { oneLine } from './clean-text.ts'

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
