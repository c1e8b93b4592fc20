import { damaged } from './errors.ts'

export const MOST_COLUMNS = 16_384
export const MOST_ROWS = 1_048_576

/** 0 → A, 25 → Z, 26 → AA. */
export function columnLetters(column: number): string {
  let letters = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  }
  return letters
}

/** The 0-based column of a reference such as `C14`. */
export function columnOf(reference: string): number {
  const letters = /^([A-Za-z]{1,3})\d{1,7}$/.exec(reference)?.[1]
  let column = 0
  for (const letter of letters?.toUpperCase() ?? '') column = column * 26 + letter.charCodeAt(0) - 64
  if (column === 0 || column > MOST_COLUMNS) throw damaged(`there is no cell ${reference.slice(0, 20)}`)
  return column - 1
}

/** `Centres!C14`, with the sheet's name in quotes where Excel would quote it; the column counts from 0, the row from 1. */
export function cellName(sheet: string, column: number, row: number): string {
  return `${quoted(sheet)}!${columnLetters(column)}${row}`
}

function quoted(sheet: string): string {
  const plain = /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(sheet)
  const looksLikeReference = /^([a-z]{1,3}\d+|r\d*c\d*|r\d*|c\d*)$/i.test(sheet)
  return plain && !looksLikeReference ? sheet : `'${sheet.replaceAll("'", "''")}'`
}
