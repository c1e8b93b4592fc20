import Table from 'cli-table3'
import { oneLine } from './clean-text.ts'
import type { Styles } from './styles.ts'
import { truncate, widthOf } from './wrap.ts'

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

/** Rows under headings, for a person to read, at most as wide as the terminal; the cells are cleaned here. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  { chalk, width }: Pick<View, 'chalk' | 'width'>,
  { key }: { key?: number | undefined } = {},
): string {
  const lines = rows.map((row) => row.map(oneLine))
  const widths = widthsThatFit(columnsOf(headings, lines, key), width)
  const cut = (cells: readonly string[]) => cells.map((cell, at) => truncate(cell, widths[at] ?? 1))
  const drawn = new Table({
    head: cut(headings).map((heading) => chalk.bold(heading)),
    chars: noBorder,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const cells of lines) drawn.push(cut(cells))
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/**
 * The positions of the columns that there is room for. Moments, numbers and short words are shown whole or not at all;
 * long texts are cut, and keep enough to be recognised.
 * @param key the column that identifies a row, which is cut last
 * @param dropOrder the columns to leave out where there is no room, the least important first
 * @param known columns whose content is known already, which are left out before anything is cut
 * @param isAll no rows follow: columns that are empty in these rows are left out even if there is room
 */
export function columnsThatFit(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  {
    width,
    key,
    dropOrder,
    known = [],
    isAll = false,
  }: {
    width: number
    key?: number | undefined
    dropOrder: readonly number[]
    known?: readonly number[]
    isAll?: boolean
  },
): number[] {
  const columns = columnsOf(
    headings,
    rows.map((row) => row.map(oneLine)),
    key,
  )
  const kept = new Set(columns.keys())
  const neededWidth = () =>
    [...kept].reduce((sum, at) => sum + (columns[at]?.narrowest ?? 0) + gap.length, -gap.length)
  const isEmpty = (at: number) => columns[at]?.isEmpty === true
  // Empty columns are left out before anything is cut.
  const fullWidth = () =>
    [...kept].reduce((sum, at) => sum + (columns[at]?.widest ?? 0) + gap.length, -gap.length)
  for (const name of dropOrder.filter(isEmpty)) if (isAll || fullWidth() > width) kept.delete(name)
  for (const name of known) if (fullWidth() > width) kept.delete(name)
  for (const name of [...dropOrder.filter(isEmpty), ...dropOrder]) {
    if (neededWidth() <= width) break
    kept.delete(name)
  }
  // After a wide column had to go too, there may be room again for a narrow one that went before it.
  for (const name of [...dropOrder].reverse()) {
    if (kept.has(name) || isEmpty(name) || known.includes(name)) continue
    kept.add(name)
    if (neededWidth() > width) kept.delete(name)
  }
  return [...columns.keys()].filter((at) => kept.has(at))
}

interface Column {
  /** The width of the longest cell, or of the heading. */
  widest: number
  /** The width that the column needs at least. */
  narrowest: number
  /** The width that is left of the column where not even that fits. */
  minWidth: number
  /** Whether the column is empty in all rows. */
  isEmpty: boolean
}

/** A longer text may be cut to this width. */
const minCutWidth = 16
/** The key of a row, such as an address, may be cut to this width. */
const minCutWidthOfKey = 36

/** Whether all columns have room, without a moment being cut. */
export function allColumnsFit(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  { width }: Pick<View, 'width'>,
): boolean {
  const dropOrder = [...headings.keys()]
  return columnsThatFit(headings, rows, { width, dropOrder }).length === headings.length
}

/** A table of the columns that there is room for. */
export function fittingTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  view: View,
  { key, dropOrder }: { key: number; dropOrder: readonly number[] },
): string {
  const kept = columnsThatFit(headings, rows, { width: view.width, key, dropOrder, isAll: true })
  const only = <Part>(parts: readonly Part[]) => parts.filter((_, at) => kept.includes(at))
  return table(only(headings), rows.map(only), view, { key: kept.indexOf(key) })
}

/** A moment, also with its time zone, a date, or a number. */
const neverCutPattern =
  /^(\d{4}-\d{2}-\d{2}|([A-Z][a-z]{2} )?\d{2}:\d{2} [A-Z]|[\d.,:+-]+$|(never|now|just now|yesterday|today|tomorrow)$|in \d+ \w+$|\d+ \w+ ago$)/

function columnsOf(
  headings: readonly string[],
  lines: readonly (readonly string[])[],
  key: number | undefined,
): Column[] {
  return headings.map((heading, at) => {
    const cells = lines.map((cells) => cells[at] ?? '').filter((cell) => cell !== '')
    const widest = cells.reduce((max, cell) => Math.max(max, widthOf(cell)), widthOf(heading))
    const isWhole = cells.every((cell) => neverCutPattern.test(cell))
    const narrowest = isWhole ? widest : Math.min(widest, at === key ? minCutWidthOfKey : minCutWidth)
    return { widest, narrowest, minWidth: isWhole ? widest : 1, isEmpty: cells.length === 0 }
  })
}

/** Cuts the widest columns first, so that no row needs two lines. */
function widthsThatFit(columns: readonly Column[], width: number): number[] {
  const room = width - gap.length * (columns.length - 1)
  const isTooWide = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) > room
  const widthsAtLeast = (least: (column: Column) => number) => {
    let longest = Math.max(1, ...columns.map(({ widest }) => widest))
    const widths = () => columns.map((column) => Math.min(column.widest, Math.max(least(column), longest)))
    while (longest > 1 && isTooWide(widths())) longest -= 1
    return widths()
  }
  const widths = widthsAtLeast((column) => column.narrowest)
  if (!isTooWide(widths)) return widths
  // Where even that is too wide, the texts are cut further, and other cells only when nothing is left of the texts.
  const cut = (max: number, { all }: { all: boolean }) =>
    widths.map((one, at) => Math.min(one, Math.max(max, all ? 1 : (columns[at]?.minWidth ?? 1))))
  for (const all of [false, true]) {
    let max = Math.max(1, ...widths)
    while (max > 1 && isTooWide(cut(max, { all }))) max -= 1
    if (all || !isTooWide(cut(max, { all }))) return cut(max, { all })
  }
  return widths
}
