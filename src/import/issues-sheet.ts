import { Refused } from '../errors.ts'
import { columnOf } from '../workbook/cell.ts'
import { placeholderHeading } from '../workbook/cells-without-heading.ts'
import { headingKey, type Table } from '../workbook/headings.ts'
import { isShortened } from '../workbook/number.ts'
import type { SheetRow } from '../workbook/sheet-rows.ts'
import type { CellToWrite, SheetToWrite } from '../workbook/sheet.ts'
import type { CellIssue } from '../rules/table-rows.ts'
import type { FoundElsewhere, OtherSheet } from './other-sheets.ts'

interface OtherSheets {
  otherSheets: readonly OtherSheet[]
}

interface Elsewhere {
  elsewhere?: FoundElsewhere | undefined
}

/**
 * Whether a workbook shows that it is no whole roster: by its mark, by the column of reasons, or by tables on other
 * sheets.
 */
export function isPartOfRoster({
  marks,
  headings,
  otherSheets,
}: OtherSheets & { marks: ReadonlySet<string>; headings: readonly string[] }): boolean {
  const reasons = headingKey(reasonsHeading)
  const isMarked =
    marks.has(partOfRosterProperty) || headings.some((heading) => headingKey(heading) === reasons)
  return isMarked || otherSheets.some(({ holdsTable }) => holdsTable)
}

/** The refusal to delete by part of a roster: users who are missing from the part may stand in the rest. */
export function partialWorkbook(roster: OtherSheets & { file: string }, plan?: Elsewhere): Refused {
  const subject = describeOtherSheets(roster, plan) ?? `${roster.file} is part of a roster`
  return new Refused(
    'partial-workbook',
    `${subject}, so nobody in it is missing or extra, and nothing is deleted by it; nothing was changed.`,
    { hint: 'Leave out what deletes. If it is a whole roster after all: --whole-roster' },
  )
}

/** What the other sheets of the workbook hold, in words that a notice uses too; undefined where they hold nothing. */
export function describeOtherSheets({ otherSheets }: OtherSheets, plan?: Elsewhere): string | undefined {
  if (plan?.elsewhere) {
    const { sheet, who } = plan.elsewhere
    return `The sheet '${sheet}' of the workbook has ${who}, and the one that is read has not`
  }
  const [first, ...others] = otherSheets.filter(({ holdsTable }) => holdsTable)
  if (first === undefined) return undefined
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return `The sheet '${first.name}'${more} of the workbook ${others.length === 0 ? 'holds' : 'hold'} such a table too, and only one is read`
}

/** The heading of the reasons; in a workbook that is read back, it only shows that the sheet is part of a roster. */
export const reasonsHeading = 'Why it was held back'

/** The custom property that marks a workbook as part of a roster: who is not in the workbook is not missing. */
export const partOfRosterProperty = 'ssh-admin-part-of-roster'

/** The rows held back, unchanged, with the reasons: to be corrected and imported. */
export function issuesSheet(roster: OriginalSheet, issues: Iterable<CellIssue>): SheetToWrite {
  const oldReasonsColumn = roster.headings.at(-1) === reasonsHeading ? roster.headings.length - 1 : undefined
  const all = [...roster.headings, ...roster.laterHeadings]
  const width = Math.max(all.length + maxExtraCells(roster), 1)
  // All columns but the reasons of last time.
  const keptColumns = Array.from({ length: width }, (_, column) => column).filter(
    (column) => column !== oldReasonsColumn,
  )
  const headings = keptColumns.map((column, index) => all[column] || placeholderHeading(index))
  return {
    name: roster.sheet,
    columns: [
      ...headings.map((heading) => ({ heading, width: Math.min(40, Math.max(12, heading.length + 2)) })),
      { heading: reasonsHeading, width: 60 },
    ],
    rows: rowsHeldBack(roster, { issues, keptColumns }),
    wrapped: true,
    print: { landscape: true, title: 'Held back: correct the coloured cells, and import this workbook' },
  }
}

/** By how many cells the longest row that is held back as two in one extends beyond its headings. */
function maxExtraCells(roster: OriginalSheet): number {
  let max = 0
  for (const { row, issues } of roster.rows) {
    if (issues?.some(({ fault }) => fault.code === 'two-rows-in-one') !== true) continue
    const cells = roster.cells?.get(row)?.length ?? 0
    max = Math.max(max, cells - (roster.columnMapByRow.get(row)?.size ?? roster.headings.length))
  }
  return max
}

/** The position among all headings of a column of a row; a column beyond the row's own headings follows them all. */
function columnAmongAll(column: number, { row, roster }: { row: number; roster: OriginalSheet }): number {
  const { headings, laterHeadings, columnMapByRow } = roster
  const columnMap = columnMapByRow.get(row)
  const headingCount = columnMap?.size ?? headings.length
  if (column >= headingCount) return headings.length + laterHeadings.length + column - headingCount
  return columnMap?.get(column) ?? column
}

function* rowsHeldBack(
  roster: OriginalSheet,
  { issues, keptColumns }: { issues: Iterable<CellIssue>; keptColumns: readonly number[] },
): Generator<CellToWrite[]> {
  for (const rowIssues of groupByRow(issues)) {
    const row = rowIssues[0]?.row ?? 0
    const cells: (string | undefined)[] = []
    for (const [column, text] of (roster.cells?.get(row) ?? []).entries())
      cells[columnAmongAll(column, { row, roster })] = text
    const reasons = reasonsByColumn(rowIssues, { row, roster })
    yield [
      ...keptColumns.map((column) => issueCell(cells[column] ?? '', reasons.get(column))),
      rowIssues.map((issue) => `${issue.cell}: ${issueText(issue)}`).join('\n'),
    ]
  }
}

/** Groups issues by row; the issues of a row follow each other. */
function* groupByRow(issues: Iterable<CellIssue>): Generator<CellIssue[]> {
  let rowIssues: CellIssue[] = []
  for (const issue of issues) {
    if (rowIssues[0] && rowIssues[0].row !== issue.row) {
      yield rowIssues
      rowIssues = []
    }
    rowIssues.push(issue)
  }
  if (rowIssues.length > 0) yield rowIssues
}

/** What is wrong with each cell of a row, by the position of its column among all headings, from 0. */
function reasonsByColumn(
  issues: readonly CellIssue[],
  where: { row: number; roster: OriginalSheet },
): Map<number, CellReasons> {
  const reasons = new Map<number, CellReasons>()
  for (const issue of issues) {
    const index = columnOf(issue.cell.slice(issue.cell.lastIndexOf('!') + 1))
    const column = columnAmongAll(index, where)
    const earlier = reasons.get(column)
    reasons.set(column, {
      note: earlier === undefined ? issueText(issue) : `${earlier.note}\n${issueText(issue)}`,
      // Without the line through it, the text would be imported.
      struck: earlier?.struck === true || issue.code === 'struck-out',
    })
  }
  return reasons
}

/** What is wrong with a cell, in words, and whether it stays struck out. */
interface CellReasons {
  note: string
  struck: boolean
}

function issueCell(text: string, reasons: CellReasons | undefined): CellToWrite {
  return reasons === undefined ? text : { text, marked: true, ...reasons }
}

function issueText({ message, hint }: CellIssue): string {
  return hint ? `${message} – ${hint}` : message
}

/** The cells of rows, by row number. */
export interface CellsByRow {
  get: (row: number) => CellsOfRow | undefined
  set: (row: number, cells: CellsOfRow) => void
}

export function newCellsByRow(): CellsByRow {
  const rows = new Map<number, PackedCells>()
  return {
    get: (row) => {
      const packed = rows.get(row)
      return packed === undefined ? undefined : unpackCells(packed)
    },
    set: (row, cells) => {
      rows.set(row, packCells(cells))
    },
  }
}

/** A sheet as it stands, for a workbook of the rows held back. */
export interface OriginalSheet {
  sheet: string
  headings: readonly string[]
  /** The cells as they stand, by row number, where they are kept. */
  cells: Pick<CellsByRow, 'get'> | undefined
  /**
   * By row number, for rows below headings in another order: the position among all headings of each of their columns.
   */
  columnMapByRow: ReadonlyMap<number, ReadonlyMap<number, number>>
  /** Headings that stand only further down the sheet; their columns follow those of the others. */
  laterHeadings: readonly string[]
  /** The faults of its rows, as far as the cells alone show them. */
  rows: Iterable<{ row: number; issues?: readonly { fault: { code: string } }[] | undefined }>
}

/** A row as it is held in memory. */
interface OriginalRow extends Pick<SheetRow, 'number' | 'notes' | 'fault'> {
  cells: CellsOfRow
  /**
   * Whether a column's content may be shown otherwise or not at all: written as it is, the content would be imported.
   */
  isColumnHidden?: (column: number) => boolean
  /** Whether a column is read as the number that it holds, whatever its format adds or leaves out. */
  isColumnNumeric?: (column: number) => boolean
}

/** The cells of a row as a person sees them, in their columns; content that could not be read stays visible. */
export function cellsAsShown(row: OriginalRow, { columns }: Pick<Table, 'columns'>): (string | undefined)[] {
  const cells = [...row.cells]
  const number = columns.get('number')
  for (const [column, note] of row.notes ?? []) {
    if (note.kind === 'error') cells[column] = note.value
    else if (note.kind === 'not-calculated' || note.kind === 'empty-formula') cells[column] = note.formula
    else if (note.kind === 'number' || note.kind === 'text') {
      // A telephone number keeps its digits; a centre number that is shown otherwise must not be imported as it is
      // held.
      const keepsDigits = column !== number && (note.shown === undefined || isShortened(note.shown))
      cells[column] = keepsDigits || row.isColumnNumeric?.(column) === true ? note.held : note.shown
    }
  }
  return row.isColumnHidden === undefined
    ? cells
    : cells.map((cell, column) => (row.isColumnHidden?.(column) ? undefined : cell))
}

/** Records which rows stand below headings in another order, and the position among all headings of their columns. */
export function trackLaterHeadings() {
  const laterHeadings: string[] = []
  const columnMapOf = new Map<Table, ReadonlyMap<number, number>>()
  const columnMapByRow = new Map<number, ReadonlyMap<number, number>>()
  const add = (
    row: number,
    { table, first }: { table: Table; first: Pick<Table, 'headings' | 'columns'> },
  ) => {
    const columnMap = columnMapOf.get(table) ?? mapColumns(first, { found: table, laterHeadings })
    columnMapOf.set(table, columnMap)
    columnMapByRow.set(row, columnMap)
  }
  return { laterHeadings, columnMapByRow, add }
}

/**
 * For each column below other headings, the column of the first headings with the same meaning, or a new one after
 * them.
 */
function mapColumns(
  first: Pick<Table, 'headings' | 'columns'>,
  { found, laterHeadings }: { found: Table; laterHeadings: string[] },
): Map<number, number> {
  const fields = new Map([...found.columns].map(([field, column]) => [column, field]))
  const columnMap = new Map<number, number>()
  for (const [column, heading] of found.headings.entries()) {
    const key = headingKey(heading)
    const field = fields.get(column)
    const sameColumn =
      (field === undefined ? undefined : first.columns.get(field)) ??
      first.headings.findIndex((other) => key !== '' && headingKey(other) === key)
    const laterIndex = laterHeadings.findIndex((other) => key !== '' && headingKey(other) === key)
    if (sameColumn >= 0) columnMap.set(column, sameColumn)
    else
      columnMap.set(
        column,
        first.headings.length + (laterIndex >= 0 ? laterIndex : laterHeadings.push(heading) - 1),
      )
  }
  return columnMap
}

/** A table whose rows are all in memory, each with the headings above it. */
export function originalSheetOf(
  rows: readonly { row: OriginalRow; table: Table }[],
  { sheet, first }: { sheet: string; first: Pick<Table, 'headings' | 'headingRow' | 'columns'> },
): OriginalSheet {
  const { laterHeadings, columnMapByRow, add } = trackLaterHeadings()
  for (const { row, table } of rows)
    if (table.headingRow !== first.headingRow) add(row.number, { table, first })
  const byNumber = new Map(rows.map((row) => [row.row.number, row]))
  const get = (number: number) => {
    const kept = byNumber.get(number)
    return kept && cellsAsShown(kept.row, kept.table)
  }
  const faulty = rows.flatMap(({ row: { number, fault } }) =>
    fault ? [{ row: number, issues: [{ fault }] }] : [],
  )
  return { sheet, headings: first.headings, laterHeadings, cells: { get }, columnMapByRow, rows: faulty }
}

/** The cells of a row as they stand, from the first column on; undefined where a cell is empty. */
export type CellsOfRow = readonly (string | undefined)[]

/** A row packed into one text: as lists of cells, a hundred thousand rows would take five times the memory. */
export type PackedCells = string | CellsOfRow

const separator = '\u0000'

export function packCells(cells: CellsOfRow): PackedCells {
  return cells.some((cell) => cell?.includes(separator)) ? cells : cells.join(separator)
}

export function unpackCells(packed: PackedCells): CellsOfRow {
  return typeof packed === 'string' ? packed.split(separator) : packed
}
