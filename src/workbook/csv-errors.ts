import { UnusableWorkbook } from './errors.ts'

/** A mark that does not close, or closes where rows may lie between. */
export function openQuote(row: number): UnusableWorkbook {
  return unreadable(
    row,
    'opens a quotation mark that does not close in the same row',
    'look at that row: take the mark away, or close it. If the cell is meant to have several lines, save the list as an .xlsx workbook',
  )
}

export function quoteBeforeText(row: number, text: string): UnusableWorkbook {
  return unreadable(
    row,
    `has text behind a closing quotation mark: ${text}`,
    'look at that row: inside a cell in quotation marks, a quotation mark is written twice ("")',
  )
}

export function tooManyColumns(row: number, max: number): UnusableWorkbook {
  return unreadable(row, `has more than ${max} columns`)
}

export function tooLong(row: number): UnusableWorkbook {
  return unreadable(row, 'has more than a million characters')
}

function unreadable(
  row: number,
  what: string,
  hint = 'open it in your spreadsheet program, look at that row, and save it as .xlsx',
): UnusableWorkbook {
  return new UnusableWorkbook('workbook-damaged', `the CSV file cannot be read: row ${row} ${what}`, {
    hint,
    details: { row },
  })
}
