import { columnLetters, columnOf, maxColumns, maxRows } from './cell.ts'

const texts = /("(?:[^"]|"")*"|'(?:[^']|'')*')/
const reference = /(?<![\p{L}\p{N}_.$])(\$?)([A-Z]{1,3})(\$?)(\d{1,7})(?![\p{L}\p{N}_.(])/giu

/** What a formula says a number of rows and columns further on: `A2&$B$1`, one row down, is `A3&$B$1`. */
export function formulaAt(formula: string, { rows, columns }: { rows: number; columns: number }): string {
  const shifted = (part: string) =>
    part.replace(reference, (_, fixedColumn: string, letters: string, fixedRow: string, number: string) => {
      const column = columnOf(`${letters}1`) + (fixedColumn === '' ? columns : 0)
      const row = Number(number) + (fixedRow === '' ? rows : 0)
      if (column < 0 || column >= maxColumns || row < 1 || row > maxRows) return '#REF!'
      return `${fixedColumn}${columnLetters(column)}${fixedRow}${row}`
    })
  // Every second part is a text, or the name of a sheet.
  return formula
    .split(texts)
    .map((part, at) => (at % 2 === 0 ? shifted(part) : part))
    .join('')
}
