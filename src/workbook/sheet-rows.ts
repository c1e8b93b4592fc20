import { MOST_COLUMNS, MOST_ROWS } from './cell.ts'
import { detached } from './detached.ts'
import { damaged } from './errors.ts'
import { type NumberFormat, numberText } from './number.ts'
import { unescapeText } from './xml.ts'

/** One row of a sheet: its number as Excel shows it, its cells by 0-based column, and those that hold an error. */
export interface SheetRow {
  number: number
  cells: (string | undefined)[]
  /** Column → what stands in the cell instead of a value, such as `#N/A`. */
  errors?: Map<number, string>
}

/** What the cells of a sheet refer to. */
export interface Book {
  sharedStrings: readonly string[]
  formats: readonly NumberFormat[]
  from1904: boolean
}

/** A cell as the file has it; the scanner and the saxes reader both hand over this. */
export interface RawCell {
  /** 0-based; -1 when the file does not say. */
  column: number
  type: string
  style: number
  value: string
  formula: boolean
}

/** Puts raw cells together to rows: the one place that knows what a cell means. */
export interface RowMaker {
  begin(reference: string | undefined): void
  cell(cell: RawCell): void
  finish(): void
}

const NOT_CALCULATED = 'a formula without a result'

export function rowMaker(
  { sharedStrings, formats, from1904 }: Book,
  onRow: (row: SheetRow) => void,
): RowMaker {
  let last = 0
  let row: SheetRow = { number: 0, cells: [] }
  let column = -1

  const meaning = ({ type, style, value }: RawCell): string | undefined => {
    switch (type) {
      case 's': {
        if (value === '') return undefined
        const text = sharedStrings[Number(value)]
        if (text === undefined) throw damaged(`row ${row.number} refers to a text that is not there`)
        return text
      }
      case '':
      case 'n':
        return numberText(detached(value), formats[style], from1904)
      case 'b':
        return value === '' ? undefined : /^\s*(1|true)\s*$/i.test(value) ? 'TRUE' : 'FALSE'
      case 'd':
        return detached(value)
          .trim()
          .replace(/(\.\d+)?Z?$/, '')
          .replace(/T00:00:00$/, '')
      default:
        return unescapeText(detached(value))
    }
  }

  return {
    begin(reference) {
      const number = reference === undefined ? last + 1 : Number(reference)
      if (!Number.isInteger(number) || number < 1 || number > MOST_ROWS)
        throw damaged(`it has a row number ${reference ?? number}`)
      if (number <= last) throw damaged(`row ${number} comes after row ${last}`)
      row = { number, cells: [] }
      column = -1
    },
    cell(cell) {
      column = cell.column === -1 ? column + 1 : cell.column
      if (column >= MOST_COLUMNS) throw damaged(`row ${row.number} has more than ${MOST_COLUMNS} columns`)
      if (cell.type === 'e') {
        setError(row, column, cell.value.trim() || '#ERROR')
      } else if (cell.formula && cell.value === '' && (cell.type === '' || cell.type === 'n')) {
        setError(row, column, NOT_CALCULATED)
      } else {
        const text = meaning(cell)
        if (text !== undefined && text !== '') row.cells[column] = text
      }
    },
    finish() {
      last = row.number
      onRow(row)
    },
  }
}

function setError(row: SheetRow, column: number, error: string): void {
  row.errors ??= new Map()
  row.errors.set(column, error)
}

/** Nothing but blanks in it: no text, no number, no error. */
export function isBlankRow({ cells, errors }: SheetRow): boolean {
  if (errors !== undefined && errors.size > 0) return false
  // The cells of a row that reaches to XFD are mostly not there; only those that are get looked at.
  return !(cells.length > 64 ? Object.values(cells) : cells).some(
    (cell) => cell !== undefined && /[^\s\p{Cc}\p{Cf}\u2800\u3164\uffa0]/u.test(cell),
  )
}
