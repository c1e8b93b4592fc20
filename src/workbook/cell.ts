import { damaged } from './errors.ts'

export const maxColumns = 16_384
export const maxRows = 1_048_576
/** The last row in which the headings may stand. */
export const maxHeadingRow = 20

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
  if (column === 0 || column > maxColumns) throw damaged(`there is no cell ${reference.slice(0, 20)}`)
  return column - 1
}

/** `Centres!C14`, with the sheet's name in quotes where Excel quotes it; the column counts from 0, the row from 1. */
export function cellName(sheet: string, column: number, row: number): string {
  return `${quoteSheetName(sheet)}!${columnLetters(column)}${row}`
}

function quoteSheetName(sheet: string): string {
  const plain = /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(sheet)
  const looksLikeReference = /^([a-z]{1,3}\d+|r\d*c\d*|r\d*|c\d*)$/i.test(sheet)
  return plain && !looksLikeReference ? sheet : `'${sheet.replaceAll("'", "''")}'`
}

// Almost every cell is clean: one test saves all the work below.
const uncleanPattern = /[^\x21-\x7e\u00c0-\u02ff ]|^ | $| {2}/

const plainCodePattern = /^[\w ][\x20-\x7e]*$|^$/

// Text as typed on a keyboard, without curly quotes and long dashes.
const keyboardPattern = /^[\x20-\x7e]*$/

const blanksPattern = /[\s\u0085\u1680\u180e\u3164\uffa0\u2800]+/g
const invisiblePattern =
  /\u00ad|\u034f|[\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g
const controlsPattern = /[\p{Cc}\p{Cs}]/gu
// A joiner shapes Persian and Indic letters; anywhere but between two letters it is dirt.
const looseJoinersPattern = /(?<![\p{L}\p{M}])[\u200c\u200d]+|[\u200c\u200d]+(?![\p{L}\p{M}])/gu
const edgesPattern = /^[\s\p{Cc}\p{Cf}\p{Cs}\u3164\uffa0\u2800]+|[\s\p{Cc}\p{Cf}\p{Cs}\u3164\uffa0\u2800]+$/gu

/** Text as a person meant it: one kind of blank, nothing invisible, composed letters (NFC); accents stay. */
export function cleanText(text: string): string {
  if (text === '' || !uncleanPattern.test(text)) return text
  return text
    .replace(invisiblePattern, '')
    .replace(blanksPattern, ' ')
    .replace(controlsPattern, '')
    .replace(looseJoinersPattern, '')
    .replace(/ {2,}/g, ' ')
    .normalize('NFC')
    .trim()
}

/** `cleanText`, with quotes and dashes as on a keyboard: for numbers, codes and telephone numbers. */
export function cleanCode(text: string): string {
  const clean = cleanText(text)
  if (keyboardPattern.test(clean)) return clean
  return clean
    .replace(/[\u2018\u2019\u201a\u201b\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201e\u201f\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g, '-')
}

/**
 * A code without full-width forms (`００１２３`) and without the characters that stop a spreadsheet from changing the code:
 * `="00123"`, `'00123`.
 */
export function codeAsTyped(text: string): string {
  const clean = cleanCode(text)
  if (plainCodePattern.test(clean)) return clean
  return clean
    .replace(/[\uff01-\uff5e]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(/^="([^"]*)"$/, '$1')
    .replace(/^'+(?=[A-Za-z0-9])/, '')
    .trim()
}

/** Trims the ends only: an invisible character inside an address is a trick, and must remain so that it is refused. */
export function trimCode(text: string): string {
  if (!uncleanPattern.test(text)) return text
  return text.normalize('NFC').replace(edgesPattern, '')
}

// A spreadsheet program runs such a cell as a formula, full-width signs included; after an apostrophe it is text.
const formulaPattern = /^'*[=+\-@\t\r＝＋－＠]/
const escapedFormulaPattern = /^'+[=+\-@\t\r＝＋－＠]/

/** Puts an apostrophe before a text that a spreadsheet program would run as a formula; `unescapeFormula` removes it. */
export function escapeFormula(text: string): string {
  return formulaPattern.test(text) ? `'${text}` : text
}

/** Undoes `escapeFormula`: removes one apostrophe where at least one precedes the first character of a formula. */
export function unescapeFormula(text: string): string {
  return escapedFormulaPattern.test(text) ? text.slice(1) : text
}
