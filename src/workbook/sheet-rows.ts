import { copyOfText } from '../packed-texts.ts'
import { columnLetters, columnOf, maxColumns, maxRows } from './cell.ts'
import type { CellFault, CellNote } from './cell-faults.ts'
import { damaged, zipBomb } from './errors.ts'
import { changesWhatIsShown, type NumberFormat, readNumber, shownText } from './number.ts'
import { unescapeText } from './xml.ts'

/** One row of a sheet: its number as Excel shows it, its cells by 0-based column, and notes about them. */
export interface SheetRow {
  number: number
  cells: (string | undefined)[]
  notes?: Map<number, CellNote>
  /** Whether the row is hidden in the sheet. */
  hidden?: boolean
  /** Why nothing of the row is read, for instance because it may be two rows. */
  fault?: CellFault
  /** The columns of cells that are struck out, wholly or in part: people who read the sheet take these for gone. */
  struck?: Set<number>
}

/** The parts of a workbook to which the cells of a sheet refer. */
export interface Book {
  sharedStrings: { readonly length: number; at(position: number): string | undefined }
  formats: readonly NumberFormat[]
  /** The styles that show a text other than it is, with the codes of their formats. */
  textFormats?: ReadonlyMap<number, string>
  /** The conditional formats that show a number other than it is. */
  numberRules?: ReadonlySet<number>
  /** The styles that strike out the content of a cell. */
  struckStyles?: ReadonlySet<number>
  /** The positions of the shared texts of which a part is struck out. */
  struckTexts?: ReadonlySet<number>
  from1904: boolean
  /** Whether the workbook asks to be recalculated when it is opened: then a formula's 0 may stand for no result. */
  recalculates: boolean
}

/** A cell as the file has it; the scanner and the saxes reader both hand over this. */
export interface RawCell {
  /** 0-based; -1 when the file does not say. */
  column: number
  type: string
  style: number
  /** For an `inlineStr` only the text in `<is>`, for every other type only the text in `<v>`. */
  value: string
  /** Whether there is a `<v>`, empty or not. */
  present: boolean
  /** The formula's text, `''` where another cell holds the text; undefined for a cell without a formula. */
  formula: string | undefined
  /** The number of the formula that the cell shares with others, one of which holds the text. */
  shared: string | undefined
  /** The cells that an array formula fills, such as `C2:C15`; only its own cell where the formula spills. */
  array: string | undefined
  /** Whether a part of the cell's own text is struck out. */
  struck?: boolean
}

export type RowMaker = ReturnType<typeof rowMaker>

/** Makes rows of raw cells; the only place that knows what a cell means. */
export function rowMaker(
  {
    sharedStrings,
    formats,
    textFormats,
    numberRules,
    struckStyles,
    struckTexts,
    from1904,
    recalculates,
  }: Book,
  onRow: (row: SheetRow) => void,
  facts: SheetFacts = newSheetFacts(),
) {
  let last = 0
  let row: SheetRow = { number: 0, cells: [] }
  let column = -1
  const arrays = unfilledArrays()
  /** The shared formulas by their number, with the cell that holds the text of each. */
  const sharedFormulas = new Map<string, { formula: string; row: number; column: number }>()

  const textOf = ({ type, style, value }: RawCell): string | undefined => {
    switch (type) {
      case 's': {
        if (value === '') return undefined
        const index = Number(value)
        const isThere = Number.isInteger(index) && index >= 0 && index < sharedStrings.length
        const text = isThere ? sharedStrings.at(index) : undefined
        if (text === undefined) throw damaged(`row ${row.number} refers to a text that is not there`)
        noteText(text, style)
        return text
      }
      case '':
      case 'n': {
        const { text, note } = readNumber(copyOfText(value), formats[style], from1904)
        if (note) setNote(row, column, note)
        return text
      }
      case 'b':
        if (value === '') return undefined
        setNote(row, column, { kind: 'boolean' })
        return /^\s*(1|true)\s*$/i.test(value) ? 'TRUE' : 'FALSE'
      case 'd':
        if (value !== '') setNote(row, column, { kind: 'date' })
        return copyOfText(value)
          .trim()
          .replace(/(\.\d+)?Z?$/, '')
          .replace(/T00:00:00$/, '')
      default: {
        const text = unescapeText(copyOfText(value))
        noteText(text, style)
        return text
      }
    }
  }

  /** The formula of a cell; a shared formula is moved to the position of the cell. */
  const formulaOf = ({ formula = '', shared }: RawCell): string => {
    const origin = formula === '' && shared !== undefined ? sharedFormulas.get(shared) : undefined
    if (origin === undefined) return formula
    return shiftFormula(origin.formula, { rows: row.number - origin.row, columns: column - origin.column })
  }

  const noteText = (held: string, style: number) => {
    const code = textFormats?.get(style)
    if (code === undefined || held === '') return
    setNote(row, column, { kind: 'text', shown: shownText(code, held), held })
  }

  return {
    begin(reference: string | undefined, hidden: boolean) {
      const number = reference === undefined ? last + 1 : Number(reference)
      if (!Number.isInteger(number) || number < 1 || number > maxRows)
        throw damaged(`it has a row number ${reference ?? number}`)
      if (number <= last) throw damaged(`row ${number} comes after row ${last}`)
      row = hidden ? { number, cells: [], hidden } : { number, cells: [] }
      column = -1
    },
    cell(cell: RawCell) {
      column = cell.column === -1 ? column + 1 : cell.column
      if (column >= maxColumns) throw damaged(`row ${row.number} has more than ${maxColumns} columns`)
      if (row.cells[column] !== undefined || row.notes?.has(column) === true)
        row.fault ??= duplicateCellFault(column)
      if (cell.shared !== undefined && cell.formula)
        sharedFormulas.set(copyOfText(cell.shared), {
          formula: copyOfText(cell.formula),
          row: row.number,
          column,
        })
      if (cell.type === 'e') {
        setNote(row, column, { kind: 'error', value: cell.value.trim() || '#ERROR' })
        if (cell.formula !== undefined) facts.calculatedColumns.add(column)
        return
      }
      const text = textOf(cell)
      if (cell.formula !== undefined) {
        const isCalculated = !maybeNotCalculated(cell)
        // A blank result does not prove that the formula was calculated.
        const isBlank = text === undefined || text.trim() === ''
        if (cell.array !== undefined)
          arrays.add(rangeOf(cell.array), { formula: `=${cell.formula}`, isCalculated, column })
        if (!isCalculated) facts.uncalculatedColumns.add(column)
        else if (!isBlank) facts.calculatedColumns.add(column)
        if (!isCalculated || isBlank) {
          const formula = `=${unescapeText(copyOfText(formulaOf(cell)))}`
          setNote(row, column, { kind: isCalculated ? 'empty-formula' : 'not-calculated', formula })
        }
      }
      if (cell.formula === undefined && recalculates && maybeNotCalculated(cell)) {
        const formula = arrays.formulaFor(row.number, column)
        if (formula !== undefined) {
          setNote(row, column, { kind: 'not-calculated', formula })
          facts.uncalculatedColumns.add(column)
        }
      }
      if (text === undefined || text === '') {
        if (cell.present) arrays.sayBlank(row.number, column)
        return
      }
      row.cells[column] = text
      if (isStruck(cell) && text.trim() !== '') {
        row.struck ??= new Set()
        row.struck.add(column)
      }
    },
    finish() {
      last = row.number
      for (const [empty, formula] of arrays.emptyIn(row)) {
        setNote(row, empty, { kind: 'not-calculated', formula })
        facts.uncalculatedColumns.add(empty)
      }
      onRow(row)
    },
    /** Hidden columns, counted from 1 as in the file. */
    hideColumns(first: number, last: number) {
      facts.hiddenColumns.push([first - 1, last - 1])
    },
    merge(reference: string) {
      const range = rangeOf(reference)
      if (range !== undefined) facts.merged.push(range)
    },
    /** A conditional format, by its number among the styles or by its own format code, and the cells it applies to. */
    formatByRule(references: string, format: { style: number } | { code: string }) {
      const changes = 'code' in format ? changesWhatIsShown(format.code) : numberRules?.has(format.style)
      if (changes !== true) return
      for (const reference of references.trim().split(/\s+/)) {
        const range = rangeOf(reference.includes(':') ? reference : `${reference}:${reference}`)
        if (range !== undefined) facts.formattedByRule.push(range)
      }
    },
  }

  function isStruck({ style, type, value, struck }: RawCell): boolean {
    if (struck === true || struckStyles?.has(style) === true) return true
    return type === 's' && struckTexts !== undefined && struckTexts.has(Number(value))
  }

  /**
   * Whether a formula may not have been calculated: it has no value, or the value 0 in a workbook that asks to be
   * recalculated. An empty text is a value where the cell has a `<v>` and no recalculation is asked for.
   */
  function maybeNotCalculated({ type, value, present }: RawCell): boolean {
    if (value === '') return type !== 'str' || !present || recalculates
    return recalculates && (type === '' || type === 'n') && Number(value) === 0
  }
}

/** How many columns of an array are looked at; a table has fewer. */
const maxArrayWidth = 64
/** How many arrays are looked at in one row; arrays do not overlap. */
const maxArrays = 64

/**
 * Keeps the array formulas whose cells are to be filled. These cells have no formula of their own: those without a
 * result have not been calculated. A formula that spills names only its own cell: while it has no result, it may fill
 * any cell below.
 */
function unfilledArrays() {
  let ranges: { range: CellRange; formula: string }[] = []
  const spillingColumns = new Map<number, string>()
  let blanks: { row: number; columns: Set<number> } | undefined
  return {
    add(
      range: CellRange | undefined,
      { formula, isCalculated, column }: { formula: string; isCalculated: boolean; column: number },
    ) {
      if (range !== undefined) ranges = [...ranges.slice(1 - maxArrays), { range, formula }]
      if (isCalculated) return
      const { firstColumn, lastColumn } = range ?? { firstColumn: column, lastColumn: column }
      for (const one of columnsOf({ firstColumn, lastColumn }))
        if (!spillingColumns.has(one)) spillingColumns.set(one, formula)
    },
    /** The formula that would fill a cell. */
    formulaFor(row: number, column: number): string | undefined {
      return ranges.find(({ range: { firstRow, lastRow, firstColumn, lastColumn } }) => {
        return row >= firstRow && row <= lastRow && column >= firstColumn && column <= lastColumn
      })?.formula
    },
    /** Records an empty text, which is a result. */
    sayBlank(row: number, column: number) {
      if (ranges.length === 0) return
      if (blanks?.row !== row) blanks = { row, columns: new Set() }
      blanks.columns.add(column)
    },
    /** The cells of a row that a formula would fill, each with the formula's text; none in a blank row. */
    *emptyIn(row: SheetRow): Generator<[column: number, formula: string]> {
      if ((ranges.length === 0 && spillingColumns.size === 0) || isBlankRow(row)) return
      ranges = ranges.filter(({ range: { lastRow } }) => lastRow >= row.number)
      const formulas = new Map(spillingColumns)
      for (const { range, formula } of ranges)
        for (const column of columnsOf(range)) formulas.set(column, formula)
      for (const [column, formula] of formulas) {
        if (row.cells[column] !== undefined || row.notes?.has(column) === true) continue
        if (blanks?.row !== row.number || !blanks.columns.has(column)) yield [column, formula]
      }
    },
  }
}

function columnsOf({ firstColumn, lastColumn }: Pick<CellRange, 'firstColumn' | 'lastColumn'>): number[] {
  const width = Math.min(maxArrayWidth, lastColumn - firstColumn + 1)
  return Array.from({ length: Math.max(0, width) }, (_, at) => firstColumn + at)
}

/** The fault of a row that has a cell twice: nobody can tell which of the two a spreadsheet program shows. */
function duplicateCellFault(column: number): CellFault {
  return {
    code: 'cell-twice',
    value: '',
    message: `stands in a row that has its cell in column ${columnLetters(column)} twice`,
    hint: 'Open it in your spreadsheet program, look at that row, and save.',
  }
}

function setNote(row: SheetRow, column: number, note: CellNote): void {
  row.notes ??= new Map()
  row.notes.set(column, note)
}

/** Whether a row has nothing but blanks: no text, no number, no error. */
export function isBlankRow(row: SheetRow): boolean {
  const { notes } = row
  if (notes !== undefined && [...notes.values()].some(({ kind }) => kind !== 'empty-formula')) return false
  return !cellsOf(row).some(isFilled)
}

/** A row, of which only the cells matter. */
export interface CellsOfRow {
  readonly cells: readonly (string | undefined)[]
}

/**
 * The cells of a row. A row that reaches to column XFD is a sparse array, of which only the cells that exist are
 * returned.
 */
export function cellsOf({ cells }: CellsOfRow): readonly (string | undefined)[] {
  return cells.length > 64 ? Object.values(cells) : cells
}

/** Whether a cell contains anything visible. */
export function isFilled(cell: string | undefined): boolean {
  return cell !== undefined && /[^\s\p{Cc}\p{Cf}\u2800\u3164\uffa0]/u.test(cell)
}

/** A range of cells; rows count from 1, columns from 0. */
export interface CellRange {
  firstRow: number
  lastRow: number
  firstColumn: number
  lastColumn: number
}

/** What is known about a sheet beside its rows. */
export interface SheetFacts {
  /** 0-based, first and last, both included. */
  hiddenColumns: [first: number, last: number][]
  /** The merged ranges, of each of which only the first cell is seen. */
  merged: CellRange[]
  /** Where a conditional format may show a number otherwise. */
  formattedByRule: CellRange[]
  /** 0-based: the columns in which a formula has a result, so that an empty result is a result too. */
  calculatedColumns: Set<number>
  /** 0-based: the columns in which a formula has no result. */
  uncalculatedColumns: Set<number>
}

export function newSheetFacts(): SheetFacts {
  return {
    hiddenColumns: [],
    merged: [],
    formattedByRule: [],
    calculatedColumns: new Set(),
    uncalculatedColumns: new Set(),
  }
}

/** The range of a reference such as `A2:B4`; undefined for any other text. */
function rangeOf(reference: string): CellRange | undefined {
  const [, firstCell, firstRow, lastCell, lastRow] =
    /^\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(reference.trim().toUpperCase()) ?? []
  if (firstCell === undefined || lastCell === undefined) return undefined
  return {
    firstRow: Number(firstRow),
    lastRow: Number(lastRow),
    firstColumn: columnOf(`${firstCell}1`),
    lastColumn: columnOf(`${lastCell}1`),
  }
}

/** Row → column → the cell that is seen instead, such as `A2`. */
export type CoveredCells = ReadonlyMap<number, ReadonlyMap<number, string>>

const maxCovered = 2_000_000

/** The cells of a table that are covered by a merged one. */
export function coveredCells(
  merged: readonly CellRange[],
  { columns, rows: [from, to] }: { columns: readonly number[]; rows: [from: number, to: number] },
): CoveredCells {
  const covered = new Map<number, Map<number, string>>()
  let count = 0
  for (const { firstRow, lastRow, firstColumn, lastColumn } of merged) {
    const within = columns.filter((column) => column >= firstColumn && column <= lastColumn)
    if (within.length === 0) continue
    for (let row = Math.max(firstRow, from); row <= Math.min(lastRow, to); row++) {
      const cells = covered.get(row) ?? new Map<number, string>()
      for (const column of within) {
        if (row === firstRow && column === firstColumn) continue
        cells.set(column, `${columnLetters(firstColumn)}${firstRow}`)
        count += 1
      }
      if (cells.size > 0) covered.set(row, cells)
      if (count > maxCovered) throw zipBomb(`more than ${maxCovered} of its cells are merged with others`)
    }
  }
  return covered
}

const quotedTextPattern = /("(?:[^"]|"")*"|'(?:[^']|'')*')/
const referencePattern = /(?<![\p{L}\p{N}_.$])(\$?)([A-Z]{1,3})(\$?)(\d{1,7})(?![\p{L}\p{N}_.(])/giu

/** A formula as moved by a number of rows and columns: `A2&$B$1`, one row down, is `A3&$B$1`. */
function shiftFormula(formula: string, { rows, columns }: { rows: number; columns: number }): string {
  const shiftReferences = (part: string) =>
    part.replace(
      referencePattern,
      (_, fixedColumn: string, letters: string, fixedRow: string, number: string) => {
        const column = columnOf(`${letters}1`) + (fixedColumn === '' ? columns : 0)
        const row = Number(number) + (fixedRow === '' ? rows : 0)
        if (column < 0 || column >= maxColumns || row < 1 || row > maxRows) return '#REF!'
        return `${fixedColumn}${columnLetters(column)}${fixedRow}${row}`
      },
    )
  // Every second part is a quoted text, or the quoted name of a sheet.
  return formula
    .split(quotedTextPattern)
    .map((part, at) => (at % 2 === 0 ? shiftReferences(part) : part))
    .join('')
}
