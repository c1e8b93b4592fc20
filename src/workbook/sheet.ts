/** A cell to be written: text stays text, whatever it begins with; a text with formatting or a note is an object. */
export type CellToWrite = string | number | null | undefined | AnnotatedCell

interface AnnotatedCell {
  text: string
  /** Coloured, so that the eye finds it. */
  marked?: boolean
  /** Shown with a line through it. */
  struck?: boolean
  /** Shown as a comment beside the cell. */
  note?: string
}

/** A table to be written: its columns, and its rows, which are made as they are needed. */
export interface SheetToWrite {
  name: string
  columns: ColumnToWrite[]
  rows: Iterable<readonly CellToWrite[]> | AsyncIterable<readonly CellToWrite[]>
  /** Whether long texts wrap in their cells; otherwise the next cell hides the rest. */
  wrapped?: boolean
  print?: PrintSetup
}

/** A column to be written; `choices` become a drop-down list, `note` a hint beside the heading. */
interface ColumnToWrite {
  heading: string
  width?: number
  choices?: readonly string[]
  note?: string
}

export interface PrintSetup {
  landscape?: boolean
  title?: string
}

/** A sheet made for paper, without headings: each row is a form, to be cut out along the lines above and below. */
export interface FormsToWrite {
  name: string
  widths: readonly number[]
  forms: Iterable<Form>
  print?: PrintSetup
}

export interface Form {
  cells: readonly FormCell[]
  /** In points. */
  height: number
  /** Whether the next form begins on a page of its own. */
  endsPage: boolean
}

export interface FormCell {
  runs: readonly TextRun[]
  centred?: boolean
}

/** A stretch of text in one formatting. */
export interface TextRun {
  text: string
  bold?: boolean
  size?: number
}

/**
 * Stands for a struck-out text in CSV and JSON: every column reads it as an error, so the text itself is not imported.
 */
const struckOutPlaceholder = '#STRUCK-OUT'

/** The plain text of a cell, for formats without formatting. */
export function textOfCell(cell: CellToWrite): string | number | null {
  if (typeof cell === 'object' && cell !== null)
    return cell.struck === true ? struckOutPlaceholder : cell.text
  return cell ?? null
}

const maxNameLength = 31

/**
 * A name that Excel accepts for a sheet: 31 letters, none of `[]:*?/\`, no apostrophe at either end, not 'History', and
 * not taken by another sheet.
 */
export function sheetName(title: string, taken: Iterable<string> = []): string {
  const others = new Set(Array.from(taken, (name) => name.toLowerCase()))
  const name = truncateName(cleanName(title), maxNameLength) || 'Sheet'
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? '' : ` ${number}`
    const candidate = `${truncateName(name, maxNameLength - ending.length)}${ending}`
    const lowerCase = candidate.toLowerCase()
    if (lowerCase !== 'history' && !others.has(lowerCase)) return candidate
  }
}

function cleanName(name: string): string {
  return name
    .replace(/[[\]:*?/\\]/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .replace(edgesPattern, '')
}

const edgesPattern = /^[\s']+|[\s']+$/g

/** Cuts a name between two characters, never within a surrogate pair. */
function truncateName(name: string, max: number): string {
  if (name.length <= max) return name
  let short = ''
  for (const letter of name) {
    if (short.length + letter.length > max) break
    short += letter
  }
  return short.replace(edgesPattern, '')
}
