import { runningNumbersColumn, type Table } from '../workbook/headings.ts'
import type { UnclearTable } from '../workbook/headings-again.ts'
import type { Workbook } from '../workbook/read.ts'
import { columnLetters } from '../workbook/cell.ts'
import { cellFault, emptyFormulaFault, ruleFormatFault } from '../workbook/cell-faults.ts'
import {
  type CellRange,
  cellsOf,
  type CoveredCells,
  isBlankRow,
  type SheetRow,
} from '../workbook/sheet-rows.ts'
import { readTable, tableNotices } from '../workbook/table.ts'
import { boundYoungHeap, growHeapSlowly, manyRowsWithFaults, manyRows } from '../heap-growth.ts'
import { type CentreField, centreColumns, headingOf } from './columns.ts'
import { addIssue, issueInterner, hasIssueIn, type RowIssue, withIssue } from './issues.ts'
import {
  cellsAsShown,
  type CellsByRow,
  newCellsByRow,
  trackLaterHeadings,
  type OriginalSheet,
} from './original-sheet.ts'
import { addressesIn, readOtherSheets, type OtherSheet } from './other-sheets.ts'
import { leftAsideNamesDetector } from './left-aside-names.ts'
import { rowReader, unclearRow } from './roster-row.ts'
import { PackedRows, type ReadRow, type RosterRows } from './roster-rows.ts'
import { firstFew } from '../format-number.ts'

export interface Roster extends OriginalSheet, Pick<Table, 'columns'> {
  headings: string[]
  file: string
  digest: string
  unknownColumns: string[]
  /** Those of them that seem to hold the names of the users, where no column of names is read. */
  namesLeftAside: readonly string[]
  /** Hidden rows and columns, headings that stand again, names that were tidied. */
  notices: { code: string; message: string }[]
  /** The names of the workbook's custom properties. */
  marks: ReadonlySet<string>
  /** The other sheets of the workbook, which are not read. */
  otherSheets: readonly OtherSheet[]
  rows: RosterRows
  /**
   * The keys of addresses in other columns than theirs, or beside another address in one cell: a user who has one is
   * not extra.
   */
  addressesInOtherColumns: ReadonlySet<string>
  blank: number
  /** Set where the column of numbers may only count the rows: the numbers in the store decide. */
  rowCounter: RowCounter | undefined
  cells: CellsByRow | undefined
}

/** With this many addresses, anybody may be among those that are left out. */
export const maxAddressesInOtherColumns = 1_000_000

interface Reading {
  map: Readonly<Record<string, string>>
  /** Whether to keep the cells as they stand, for a workbook of the rows held back. */
  keepCells: boolean
  progress?: (share: number, rows: number) => void
}

/** Reads every row; a row with a mistake stays, with its issues. */
export async function readRoster(workbook: Workbook, { map, keepCells, progress }: Reading): Promise<Roster> {
  const otherSheets = await readOtherSheets(workbook, map)
  const rows = new PackedRows()
  const cells = keepCells ? newCellsByRow() : undefined
  let blank = 0
  let heldBack = 0
  let lastRow: number | undefined
  let first: Table | undefined
  const { laterHeadings, columnMapByRow, add: addBelowOthers } = trackLaterHeadings()
  let below: { table: Table; read: (row: SheetRow) => ReadRow } | undefined
  const counted = rowCounterDetector()
  const names = leftAsideNamesDetector()
  const hintAtRowAbove = rowAboveHinter()
  const tidied: string[] = []
  const addressesInOtherColumns = new Set<string>()
  const internIssue = issueInterner()
  /** Reads a row by the headings above it. */
  const arrive = (row: SheetRow, table: Table | UnclearTable) => {
    const above = first ?? table
    if (row.number > above.headingRow) {
      // All rows between two read ones are blank, whether the file has them or not; rows after the last do not count.
      blank += row.number - (lastRow ?? above.headingRow) - 1
      lastRow = row.number
    }
    if (below?.table !== table) {
      const { sheet } = workbook
      below = {
        table,
        read:
          'reason' in table
            ? (one) => unclearRow(one, table)
            : rowReader(table, { sheet, first: above, tidied, internIssue }),
      }
    }
    const read = below.read(row)
    hintAtRowAbove(read)
    rows.push(read)
    const own = read.email && row.cells[table.columns.get('email') ?? -1]
    for (const cell of cellsOf(row)) {
      if (cell === undefined || cell === own || !cell.includes('@')) continue
      for (const key of addressesIn(cell))
        if (addressesInOtherColumns.size < maxAddressesInOtherColumns) addressesInOtherColumns.add(key)
    }
    if (rows.length === manyRows) growHeapSlowly()
    if (read.issues !== undefined) {
      heldBack += 1
      if (heldBack === manyRowsWithFaults) growHeapSlowly()
    }
    cells?.set(row.number, cellsAsShown(row, table))
    if (cells && table !== above) addBelowOthers(row.number, { table, first: above })
  }
  const table = await readTable(workbook, {
    specs: centreColumns,
    map,
    onHeadings: (found) => {
      first = found
    },
    onRow: (row, found) => {
      if (isBlankRow(row)) return
      arrive(row, found)
      counted.see(row, found)
      names.see(row, found)
    },
    onUnclearRow: arrive,
    progress: (share) => {
      // At this rate there will be many rows by the end; bounded later, the young generation would stay as large as it
      // is then.
      if (rows.length > share * manyRows) boundYoungHeap()
      progress?.(share, rows.length)
    },
  })
  if (counted.countsFromOne()) {
    const heading = table.headings[table.columns.get('number') ?? 0] ?? ''
    throw runningNumbersColumn(heading, headingOf('number'), { from: 1, other: counted.found()?.other })
  }
  const namesLeftAside = names.found()
  const roster: Roster = {
    file: workbook.file,
    sheet: workbook.sheet,
    digest: workbook.digest,
    columns: table.columns,
    headings: table.headings,
    unknownColumns: table.unknown,
    namesLeftAside,
    notices: [...tableNotices(table), ...tidiedNotice(tidied)],
    marks: workbook.marks,
    otherSheets,
    rows,
    addressesInOtherColumns,
    // Somebody who names the column with --map knows what it holds.
    rowCounter: Object.values(map).includes('number') ? undefined : counted.found(),
    blank: blank - table.headingsAgain.filter(({ row }) => row < (lastRow ?? 0)).length,
    cells,
    columnMapByRow,
    laterHeadings,
  }
  holdBackCoveredCells(roster, table.covered)
  holdBackFormattedByRule(roster, table.formattedByRule)
  holdBackEmptyFormulas(roster, table.calculatedColumns)
  return roster
}

function isMissingNumber({ issues }: ReadRow): boolean {
  return issues?.some(({ fault }) => fault.code === 'missing-number') === true
}

/** People leave a number out where it is that of the row above; what may be meant is said, and not guessed. */
function rowAboveHinter(): (row: ReadRow) => void {
  let lastRow = 0
  let numberAbove: string | undefined
  return (row) => {
    const above = row.row === lastRow + 1 ? numberAbove : undefined
    const isMissing = isMissingNumber(row)
    lastRow = row.row
    // The rows below one without a number may belong to the same centre, too.
    numberAbove = isMissing ? above : row.number
    if (!isMissing || above === undefined) return
    const hint = `Perhaps it is that of the row above, ${above}: then write it in this row, too.`
    row.issues = row.issues?.map((issue) =>
      issue.fault.code === 'missing-number' ? { ...issue, fault: { ...issue.fault, hint } } : issue,
    )
  }
}

/** The notice of cells whose names are stored without invisible marks, or without a dash. */
export function tidiedNotice(tidied: readonly string[]): { code: string; message: string }[] {
  if (tidied.length === 0) return []
  const where = firstFew(tidied, { max: 1 })
  return [
    {
      code: 'name-tidied',
      message: `Invisible marks, or a dash for a missing name, were left out of the name in ${where}.`,
    },
  ]
}

/** Holds back cells covered by a merged cell: they may contain anything, and nobody sees it. */
function holdBackCoveredCells(roster: Roster, covered: CoveredCells): void {
  if (covered.size === 0) return
  const shown = textsOfMergedCells(roster, covered)
  for (const row of roster.rows) {
    const cells = covered.get(row.row)
    if (cells === undefined) continue
    const columns = row.columns ?? roster.columns
    for (const { field } of centreColumns) {
      const cell = cells.get(columns.get(field) ?? -1)
      const fault =
        cell === undefined ? undefined : cellFault({ kind: 'merged', cell, text: shown.get(cell) })
      if (fault === undefined) continue
      if (field === 'number') row.number = undefined
      if (field === 'email') row.email = undefined
      if (field === 'name') row.name = ''
      row.issues = row.issues?.filter((issue) => issue.field !== field)
      if (alwaysReadFields.has(field)) addIssue(row, { field, fault })
      else row.faults = (row.faults ?? []).filter((other) => other.field !== field).concat({ field, fault })
      blankStoredCell(roster, { row: row.row, column: columns.get(field) ?? -1 })
    }
    if (row.issues?.length === 0) row.issues = undefined
  }
}

/** What the merged cells show, by their names, as far as it was read. */
function textsOfMergedCells({ rows, columns }: Roster, covered: CoveredCells): Map<string, string> {
  const shown = new Map<string, string>()
  const cells = new Set([...covered.values()].flatMap((ofRow) => [...ofRow.values()]))
  // The name of each cell of a large workbook takes a twentieth of its import.
  if (cells.size === 0) return shown
  for (const row of rows) {
    for (const { field } of centreColumns) {
      const column = (row.columns ?? columns).get(field)
      const cell = column === undefined ? '' : `${columnLetters(column)}${row.row}`
      if (!cells.has(cell)) continue
      const text = field === 'email' ? row.email?.email : field === 'fullName' ? undefined : row[field]
      if (text !== undefined && text !== '') shown.set(cell, text)
    }
  }
  return shown
}

/** Blanks a cell in the workbook of the rows held back: without what hides the content there, it would be imported. */
function blankStoredCell(
  { cells }: Pick<Roster, 'cells'>,
  { row, column }: { row: number; column: number },
): void {
  const kept = cells?.get(row)
  if (kept === undefined) return
  const shown = [...kept]
  shown[column] = undefined
  cells?.set(row, shown)
}

/** Holds back numbers below a conditional number format, whose effect depends on more than the cell. */
function holdBackFormattedByRule(roster: Roster, ranges: readonly CellRange[]): void {
  if (ranges.length === 0) return
  const columns = new Set<number>()
  for (const row of roster.rows) columns.add((row.columns ?? roster.columns).get('number') ?? -1)
  const within = ranges.filter(({ firstColumn, lastColumn }) =>
    [...columns].some((column) => column >= firstColumn && column <= lastColumn),
  )
  if (within.length === 0) return
  for (const row of roster.rows) {
    const { number = '' } = row
    const column = (row.columns ?? roster.columns).get('number') ?? -1
    if (!/^\d+$/.test(number)) continue
    const isCovered = ({ firstRow, lastRow, firstColumn, lastColumn }: CellRange) =>
      row.row >= firstRow && row.row <= lastRow && column >= firstColumn && column <= lastColumn
    if (!within.some(isCovered)) continue
    const fault = ruleFormatFault(number)
    row.number = undefined
    blankStoredCell(roster, { row: row.row, column })
    addIssue(row, { field: 'number', fault })
  }
}

/** The fields that are read for every row; the others are read only for new centres and new users. */
const alwaysReadFields: ReadonlySet<CentreField> = new Set([
  'number',
  'name',
  'email',
  'firstName',
  'lastName',
  'fullName',
])

/**
 * An empty text is either the result of a formula, or was written by a program that calculates nothing. Where no
 * formula of the column has another result, nobody can tell: then a row without an address is not taken for a centre
 * alone, and a person without names is not accepted as such.
 */
function holdBackEmptyFormulas(
  { rows, columns }: Pick<Roster, 'rows' | 'columns'>,
  calculatedColumns: ReadonlySet<number>,
): void {
  for (const row of rows) {
    if (row.emptyFormulas === undefined) continue
    const unclear = (field: CentreField): RowIssue | undefined => {
      const formula = row.emptyFormulas?.get(field)
      const isCalculated = calculatedColumns.has((row.columns ?? columns).get(field) ?? -1)
      return formula === undefined || isCalculated ? undefined : { field, fault: emptyFormulaFault(formula) }
    }
    const email = row.email === undefined && !hasIssueIn(row.issues, 'email') ? unclear('email') : undefined
    if (email) addIssue(row, email)
    if (row.firstName === '' && row.lastName === '')
      for (const field of ['firstName', 'lastName', 'fullName'] as const) {
        const name = unclear(field)
        if (name) row.faults = withIssue(row.faults, name)
      }
  }
}

/** A column of small numbers close together: it counts the rows, unless a saved centre has one of the numbers. */
interface RowCounter {
  heading: string
  numbers: ReadonlySet<number>
  /** The unknown column beside it whose values look like the numbers of centres. */
  other: string | undefined
}

const maxCounterStart = 1000
const maxCounterGapRatio = 1.5
const minCounterRows = 3
const smallNumberPattern = /^(?:0|[1-9]\d{0,6})$/
const centreNumberPattern = /^(?:[A-Z]{2}\d{3,4}|\d{5})[A-Z]?$/i

/** Watches the rows of a table for numbers that only count them. */
function rowCounterDetector() {
  const fromOne = countFromOneDetector()
  const numbers = new Set<number>()
  const likely = new Map<string, number>()
  let first: { table: Table; column: number; unknown: { heading: string; column: number }[] } | undefined
  let seen = 0
  let others = 0
  return {
    see({ cells }: SheetRow, table: Table) {
      fromOne.see(cells[table.columns.get('number') ?? -1]?.trim() ?? '')
      first ??= {
        table,
        column: table.columns.get('number') ?? -1,
        unknown: table.headings.flatMap((heading, column) =>
          table.unknown.includes(heading) ? [{ heading, column }] : [],
        ),
      }
      if (table !== first.table) return
      const text = cells[first.column]?.trim() ?? ''
      if (text === '') return
      if (!smallNumberPattern.test(text)) {
        others += 1
        return
      }
      seen += 1
      numbers.add(Number(text))
      for (const { heading, column } of first.unknown) {
        if (centreNumberPattern.test(cells[column]?.trim() ?? ''))
          likely.set(heading, (likely.get(heading) ?? 0) + 1)
      }
    },
    /**
     * Whether the numbers go up from 1 by one, once or again: such a column numbers no centre, whatever the store
     * holds.
     */
    countsFromOne: fromOne.counts,
    /** The column, where its numbers may count the rows: with gaps, in any order, from any start. */
    found(): RowCounter | undefined {
      if (first === undefined || seen === 0 || others > seen / 10) return undefined
      let min = Number.POSITIVE_INFINITY
      let max = 0
      for (const number of numbers) {
        min = Math.min(min, number)
        max = Math.max(max, number)
      }
      if (min >= maxCounterStart || max - min + 1 > numbers.size * maxCounterGapRatio) return undefined
      const other = [...likely].find(([, count]) => count > seen / 2)?.[0]
      if (numbers.size < minCounterRows && other === undefined) return undefined
      return { heading: first.table.headings[first.column] ?? '', numbers, other }
    },
  }
}

function countFromOneDetector() {
  let last = 0
  let seen = 0
  let broken = false
  return {
    see(text: string) {
      if (broken || text === '') return
      const value = /^\d{1,7}$/.test(text) ? Number(text) : 0
      broken = value !== last + 1 && !(value === 1 && seen > 0)
      last = value
      seen += 1
    },
    counts: () => !broken && seen >= 3,
  }
}
