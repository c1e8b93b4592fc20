import { resolve } from 'node:path'
import { firstFew, quotedHeading } from '../format-number.ts'
import { growHeapSlowly, manyRowsWithFaults } from '../heap-growth.ts'
import { isErrorWord } from '../error-words.ts'
import {
  type CellsOfRow,
  type OriginalSheet,
  originalSheetOf,
  packCells,
  type PackedCells,
  unpackCells,
} from '../import/original-sheet.ts'
import { reasonsHeading } from '../import/part-of-roster.ts'
import { cellName, cleanText, codeAsTyped, columnOf, trimCode } from '../workbook/cell.ts'
import {
  cellFault,
  type CellFault,
  type CellNote,
  emptyFormulaFault,
  errorCellFault,
  numberFault,
  plainTextFault,
  ruleFormatFault,
  shownOtherwiseFault,
  struckOutFault,
} from '../workbook/cell-faults.ts'
import { type ColumnSpec, hasHeadings, parseMap, type Table } from '../workbook/headings.ts'
import { openWorkbook, type Workbook } from '../workbook/read.ts'
import { type CellRange, isBlankRow, type SheetRow } from '../workbook/sheet-rows.ts'
import { readTable, tableNotices } from '../workbook/table.ts'
import { totalsRow } from '../workbook/totals-row.ts'
import type { Session } from '../cli/session.ts'
import type { Line } from '../cli/typed-line.ts'
import type { TableRowAsWritten } from '../rules/table-rows.ts'
import { headingsOf, type TableColumn, type TableFile, textsOf } from './table-file.ts'

/** A row that is not blank, by the fields of its table. */
export interface TableRow<Field extends string> extends TableRowAsWritten<Field> {
  /** The headings that apply to the row. */
  readonly table: Table
  textOf: (field: Field) => string
  /** Why the text of a cell could not be read, or cannot be trusted. */
  faultOf: (field: Field) => CellFault | undefined
  /** The kind of a cell that is not plain text. */
  noteOf: (field: Field) => CellNote | undefined
}

export interface ReadTable<Field extends string> {
  file: string
  digest: string
  rows: TableRow<Field>[]
  /** The sheet as it was read, for the workbook of the rows held back. */
  asWritten: () => OriginalSheet
}

/** Opens a workbook at the sheet with the table. */
export async function openTable(
  { file, sheet, map: mapped }: TableFile,
  specs: readonly ColumnSpec[],
  { argv, context: { cwd, stdin, signal } }: Session,
) {
  const map = parseMap(mapped, specs)
  if (webAddressPattern.test(file)) throw await webAddress(file, argv)
  const fits = (rows: SheetRow[]) => hasHeadings(rows, { specs, map })
  const path = file === '-' ? '-' : resolve(cwd, file)
  return { workbook: await openWorkbook(path, { sheet, stdin, signal, fits }), map }
}

const webAddressPattern = /^[a-z][a-z0-9+.-]+:\/\//i

/** The refusal of an address on the web, with the line for the file that it leads to. */
async function webAddress(address: string, argv: Line): Promise<Error> {
  const { UnusableWorkbook } = await import('../workbook/errors.ts')
  const { commandLine, replaceWord, shownWord } = await import('../cli/typed-line.ts')
  const [, file = 'FILE'] = /([^/?#]+\.(?:xlsx|csv))(?:[?#]|$)/i.exec(address) ?? []
  const line = commandLine(replaceWord(argv, argv.indexOf(address), file))
  const shown = shownWord(address)
  return new UnusableWorkbook('workbook-not-found', `${shown} is an address on the web, and no file`, {
    hint: `Download it with your browser, and then:\n  ${line}`,
    file: shown,
  })
}

/** Reads a table, and notifies people of peculiarities of its sheet; the rule reports mistakes in cells. */
export async function readTableFile<Field extends string>(
  tableFile: TableFile,
  columns: readonly TableColumn<Field>[],
  session: Session,
): Promise<ReadTable<Field>> {
  const { workbook, map } = await openTable(tableFile, columns, session)
  try {
    const rows: PackedRow<Field>[] = []
    const facts: SheetFacts<Field> = {
      columns,
      headingOf: headingsOf(columns),
      cleanCell: (text, { valueKind }) => {
        if (valueKind === 'address') return trimCode(text)
        return valueKind === undefined || valueKind === 'name' ? cleanText(text) : codeAsTyped(text)
      },
      cellIn: (column, row) => cellName(workbook.sheet, column, row),
      mergedAt: () => undefined,
      textIn: () => undefined,
      isCalculated: () => true,
      formattedByRule: [],
      unpacked: undefined,
    }
    const table = await readTable(workbook, {
      specs: columns,
      map,
      onRow: (row, table) => {
        if (isBlankRow(row)) return
        rows.push(new PackedRow<Field>(row, table, facts))
        if (rows.length === manyRowsWithFaults) growHeapSlowly()
      },
    })
    facts.mergedAt = (column, row) => table.covered.get(row)?.get(column)
    let rowsByNumber: Map<number, PackedRow<Field>> | undefined
    facts.textIn = (cell) => {
      rowsByNumber ??= new Map(rows.map((row) => [row.number, row]))
      const number = Number(/\d+$/.exec(cell)?.[0])
      return rowsByNumber.get(number)?.cells[columnOf(cell)]?.trim()
    }
    facts.isCalculated = (column) =>
      table.calculatedColumns.has(column) ||
      (workbook.savedByCalculator && !table.uncalculatedColumns.has(column))
    facts.formattedByRule = table.formattedByRule
    if (tableFile.sheet === undefined) await notifyOtherSheets(workbook, session)
    for (const notice of tableNotices(table)) session.notify(notice)
    await notifyUnknownColumns(table.unknown, { session, specs: columns, columns: table.columns })
    const rowsWithTable = () => rows.map((row) => ({ row, table: row.table }))
    return {
      file: workbook.file,
      digest: workbook.digest,
      rows,
      asWritten: () => originalSheetOf(rowsWithTable(), { sheet: workbook.sheet, first: table }),
    }
  } finally {
    await workbook.close()
  }
}

/** Facts that all rows of a sheet share. */
interface SheetFacts<Field extends string> {
  columns: readonly TableColumn<Field>[]
  headingOf: (field: Field) => string
  cleanCell: (text: string, column: TableColumn<Field>) => string
  /** The name of a cell: `Results!B4`. */
  cellIn: (column: number, row: number) => string
  /** The merged cell that covers a cell; undefined where none does. */
  mergedAt: (column: number, row: number) => string | undefined
  /** What a merged cell shows, by its name: `A2`. */
  textIn: (cell: string) => string | undefined
  /** Whether every formula of a column was calculated; an empty text is a result, too. */
  isCalculated: (column: number) => boolean
  /** Ranges whose conditional format may show a number differently. */
  formattedByRule: readonly CellRange[]
  /** A cache of the last row that was unpacked. */
  unpacked: { row: object; cells: CellsOfRow } | undefined
}

/**
 * A row in little memory, for tables of a hundred thousand rows: a class, whose methods are shared, with its cells
 * packed into one string. Closures and arrays for each row would take more memory than the cells.
 */
class PackedRow<Field extends string> implements TableRow<Field> {
  readonly number: number
  private readonly packed: PackedCells
  readonly notes?: NonNullable<SheetRow['notes']>
  readonly fault: SheetRow['fault']
  readonly struck?: NonNullable<SheetRow['struck']>
  readonly table: Table
  private readonly sheet: SheetFacts<Field>

  constructor({ number, cells, notes, fault, struck }: SheetRow, table: Table, sheet: SheetFacts<Field>) {
    this.number = number
    this.packed = packCells(cells)
    if (notes) this.notes = notes
    if (struck) this.struck = struck
    this.fault = fault
    this.table = table
    this.sheet = sheet
  }

  get row(): number {
    return this.number
  }

  get totalsFault() {
    const { columns } = this.sheet
    const found = totalsRow(this, 'none of the list')
    const field = columns.find((column) => this.textOf(column.field).trim() === found?.total) ?? columns[0]
    return found && field && { field: field.field, ...found.faultIn(this.textOf(field.field)) }
  }

  /** Computed on each access, like the faults, of which a sheet may have one in every cell. */
  get texts(): Record<Field, string> {
    const { columns, cleanCell } = this.sheet
    return textsOf(columns, (column) => cleanCell(this.textOf(column.field), column))
  }

  get faults() {
    const faults = this.sheet.columns.flatMap(({ field }) => {
      const fault = this.faultOf(field)
      return fault ? [{ field, ...fault }] : []
    })
    // A row whose cells are struck out gets only one fault for it.
    const struck = faults.find(({ code }) => code === 'struck-out')
    return faults.filter((fault) => fault.code !== 'struck-out' || fault === struck)
  }

  headingOf(field: Field): string {
    return this.sheet.headingOf(field)
  }

  textOf(field: Field): string {
    return this.textAt(this.columnOf(field))
  }

  noteOf(field: Field): CellNote | undefined {
    return this.notes?.get(this.columnOf(field))
  }

  cellOf(field: Field): string {
    return this.sheet.cellIn(this.table.columns.get(field) ?? 0, this.number)
  }

  faultOf(field: Field): CellFault | undefined {
    const { number, fault, sheet } = this
    const { columns } = this.table
    const column = this.columnOf(field)
    if (fault && column === Math.min(...columns.values())) return fault
    const merged = sheet.mergedAt(column, number)
    const note: CellNote | undefined =
      merged === undefined ? this.noteOf(field) : { kind: 'merged', cell: merged, text: sheet.textIn(merged) }
    const text = this.textAt(column).trim()
    if (note?.kind === 'empty-formula' && !sheet.isCalculated(column)) return emptyFormulaFault(note.formula)
    return (
      cellFault(note) ??
      (isErrorWord(text) ? errorCellFault(text) : undefined) ??
      (this.struck?.has(column) === true ? struckOutFault(text) : undefined) ??
      this.displayFault(field, note) ??
      (this.isFormattedByRule(column) ? ruleFormatFault(text) : undefined)
    )
  }

  /** The fault of a cell whose stored value differs from what it shows. */
  private displayFault(field: Field, note: CellNote | undefined): CellFault | undefined {
    if (note === undefined) return undefined
    const text = this.textOf(field)
    const valueKind = this.sheet.columns.find((column) => column.field === field)?.valueKind
    if (valueKind === undefined) return plainTextFault(note, text)
    return valueKind === 'number' ? numberFault(note, text) : shownOtherwiseFault(note, text)
  }

  /** Whether a conditional format may show the cell differently, which only happens to numbers. */
  private isFormattedByRule(column: number): boolean {
    const { number, notes, sheet } = this
    if (sheet.formattedByRule.length === 0) return false
    const isNumber = notes?.get(column)?.kind === 'date' || /^-?\d+(?:\.\d+)?%?$/.test(this.textAt(column))
    return (
      isNumber &&
      sheet.formattedByRule.some(
        ({ firstRow, lastRow, firstColumn, lastColumn }) =>
          number >= firstRow && number <= lastRow && column >= firstColumn && column <= lastColumn,
      )
    )
  }

  isColumnHidden(column: number): boolean {
    return this.sheet.mergedAt(column, this.number) !== undefined || this.isFormattedByRule(column)
  }

  isColumnNumeric(column: number): boolean {
    return this.sheet.columns.some(
      ({ field, valueKind }) =>
        valueKind === 'number' && this.columnOf(field) === column && this.faultOf(field) === undefined,
    )
  }

  get cells(): CellsOfRow {
    const { sheet, packed } = this
    if (sheet.unpacked?.row !== this) sheet.unpacked = { row: this, cells: unpackCells(packed) }
    return sheet.unpacked.cells
  }

  private textAt(column: number): string {
    return this.cells[column] ?? ''
  }

  private columnOf(field: Field): number {
    return this.table.columns.get(field) ?? -1
  }
}

/**
 * Notifies of columns that are ignored, and of what their headings may mean; but not of the reasons' column that we add
 * to workbooks of rows held back.
 */
export async function notifyUnknownColumns(
  headings: readonly string[],
  {
    session,
    ...table
  }: { session: Session; specs: readonly ColumnSpec[]; columns: ReadonlyMap<string, number> },
): Promise<void> {
  const unknown = headings.filter((heading) => heading !== reasonsHeading)
  if (unknown.length === 0) return
  const { likelyColumn, mapOption } = await import('../workbook/headings.ts')
  const notify = (message: string) => session.notify({ code: 'unknown-column', message })
  const others: string[] = []
  for (const heading of unknown) {
    const likely = likelyColumn(heading, table)
    const option = likely && mapOption(heading, likely.heading)
    if (likely === undefined) others.push(quotedHeading(heading))
    else notify(`The column ${quotedHeading(heading)} is left aside. If it is ${likely.heading}: ${option}`)
  }
  const [only, ...more] = others
  if (only === undefined) return
  notify(
    more.length === 0
      ? `The column ${only} is not one of ours; it is left aside.`
      : `${others.length} columns are not ours; they are left aside: ${firstFew(others, { max: maxColumnsNamed })}.`,
  )
}

const maxColumnsNamed = 8

/** Notifies that only one of several sheets is read, because rows on the others count as missing. */
export async function notifyOtherSheets(
  { sheet, otherSheets }: Pick<Workbook, 'sheet' | 'otherSheets'>,
  session: Session,
): Promise<void> {
  const { guideName } = await import('../import/sample.ts')
  const others = otherSheets.filter((name) => name !== guideName)
  if (others.length === 0) return
  session.notify({
    code: 'other-sheets',
    message: `Only the sheet '${sheet}' is read; for another: --sheet NAME (${others.join(', ')}).`,
  })
}
