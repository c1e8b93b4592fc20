import { isErrorWord } from '../error-words.ts'
import { UnusableWorkbook } from './errors.ts'
import { type ColumnSpec, decidingHeadings, headingsIn, type Table, tableBelow } from './headings.ts'
import { isBlankRow, type SheetRow } from './sheet-rows.ts'

/** Rows that cannot be read, because the headings above them are not understood. */
export interface UnclearTable extends Table {
  reason: string
}

/**
 * Recognises a row in which headings stand again, in any order, and returns the table that begins there; undefined for
 * every other row. A row that can only be headings but is not understood begins an UnclearTable.
 */
export function headingsFinder(
  specs: readonly ColumnSpec[],
  map: Readonly<Record<string, string>>,
): (
  row: SheetRow,
  before: { table: Table | UnclearTable; row: SheetRow | undefined },
) => Table | UnclearTable | undefined {
  const { fieldFor } = decidingHeadings(specs, map)
  const required = specs.filter((spec) => spec.required).map(({ field }) => field)
  return (row, { table, row: above }) => {
    const { cells } = row
    // Almost every row is recognised by an address, or by a number in a required column.
    if (cells.some((cell) => cell !== undefined && isAddress(cell))) return undefined
    const isRead = !('reason' in table)
    const requiredTexts = required.map((field) => cells[table.columns.get(field) ?? -1]?.trim() ?? '')
    if (isRead && requiredTexts.some(isNumber)) return undefined
    const fields = new Set<string>()
    let unknownCells = 0
    for (const cell of cells) {
      if (cell === undefined || cell.trim() === '') continue
      const field = cell.length > maxHeadingLength ? undefined : fieldFor(cell)
      if (field === undefined) unknownCells += 1
      else fields.add(field)
    }
    const filledTexts = requiredTexts.filter((text) => text !== '')
    const hasAllRequired = filledTexts.length === required.length
    const isAfterGap = () => above === undefined || row.number - above.number > 1 || isBlankRow(above)
    /**
     * Whether unknown headings may be headings: with a known heading in a required column, or below a gap with none, if
     * no cell can be a number, an address, or a repetition of the row above.
     */
    const mayBeHeadings = () => {
      if (unknownCells === 0 || required.length < 2) return false
      if (!cells.every((cell) => cell === undefined || isWords(cell)) || filledTexts.some(isPlaceholder))
        return false
      if (filledTexts.every((text) => fieldFor(text) === undefined))
        return hasAllRequired && fields.size === 0 && isAfterGap()
      return !repeatsAbove(cells, above) && (hasAllRequired || (filledTexts.length >= 2 && unknownCells >= 2))
    }
    // Two known headings are enough for a row of headings.
    return fields.size >= 2 || mayBeHeadings() ? tableOrReason(row, { specs, map, fieldFor }) : undefined
  }
}

/** Whether a cell repeats the one above: a country or town that does so is no heading. */
function repeatsAbove(cells: SheetRow['cells'], above: SheetRow | undefined): boolean {
  return cells.some((cell, column) => cell !== undefined && isWords(cell) && cell === above?.cells[column])
}

function tableOrReason(
  row: SheetRow,
  {
    specs,
    map,
    fieldFor,
  }: {
    specs: readonly ColumnSpec[]
    map: Readonly<Record<string, string>>
    fieldFor: (cell: string) => string | undefined
  },
): Table | UnclearTable {
  try {
    return tableBelow(row, specs, map)
  } catch (error) {
    if (!(error instanceof UnusableWorkbook)) throw error
    const headings = headingsIn(row)
    const columns = new Map<string, number>()
    for (const [column, heading] of headings.entries()) {
      const field = fieldFor(heading)
      if (field !== undefined && !columns.has(field)) columns.set(field, column)
    }
    const unknown = headings.filter((heading) => heading !== '' && fieldFor(heading) === undefined)
    return { headingRow: row.number, headings, columns, unknown, reason: error.message }
  }
}

const maxHeadingLength = 60

/** Whether the whole cell is an address; a heading may contain one as an example. */
export function isAddress(cell: string): boolean {
  return cell.includes('@') && /^\s*\S+@\S+\s*$/.test(cell)
}

export function isNumber(cell: string): boolean {
  return /^[A-Z]{0,4}\d+[A-Z]?$/.test(cell)
}

function isWords(cell: string): boolean {
  return cell.length <= maxHeadingLength && !/[\d@]/.test(cell)
}

/** Whether a text stands for a missing value, typed by hand or left by a formula that failed. */
function isPlaceholder(text: string): boolean {
  return (
    isErrorWord(text) ||
    !/\p{L}{2}/u.test(text) ||
    /^(?:tb[acd]|n\/?a|none|nil|null|unknown|new|pending|missing)\b/i.test(text)
  )
}
