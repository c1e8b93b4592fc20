import { columnOf } from '../workbook/cell.ts'
import { placeholderHeading } from '../workbook/cells-without-heading.ts'
import type { CellToWrite, SheetToWrite } from '../workbook/sheet.ts'
import type { CellIssue } from '../rules/table-rows.ts'
import type { OriginalSheet } from './original-sheet.ts'
import { reasonsHeading } from './part-of-roster.ts'

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
