/** A cell that is written: text stays text, whatever it begins with; a text with more to it is an object. */
export type CellToWrite = string | number | null | undefined | AnnotatedCell

interface AnnotatedCell {
  text: string
  /** Coloured, so that the eye finds it. */
  marked?: boolean
  /** With a line through it. */
  struck?: boolean
  /** Beside the cell, as a comment. */
  note?: string
}

/** A table that is written: what its columns are called, and its rows, made as they are needed. */
export interface SheetToWrite {
  name: string
  columns: ColumnToWrite[]
  rows: Iterable<readonly CellToWrite[]> | AsyncIterable<readonly CellToWrite[]>
  /** Long texts go on below in their cells, rather than beneath the next one. */
  wrapped?: boolean
  print?: PrintSetup
}

/** A column that is written; `choices` become a drop-down list, `note` a hint beside the heading. */
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

/** A sheet made for paper: no headings, each row a form of its own that is cut off above and below. */
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

/** Letters of one look. */
export interface TextRun {
  text: string
  bold?: boolean
  size?: number
}

/** In every column read as no text but an error: without the line through it, what stood there would go in. */
const struckOutHere = '#STRUCK-OUT'

/** The text of a cell, for formats that know nothing else. */
export function textOfCell(cell: CellToWrite): string | number | null {
  if (typeof cell === 'object' && cell !== null) return cell.struck === true ? struckOutHere : cell.text
  return cell ?? null
}

const maxNameLength = 31

/** A name that Excel takes for a sheet: 31 letters, none of `[]:*?/\`, no apostrophe at either end, not 'History', and no other's. */
export function sheetName(title: string, taken: Iterable<string> = []): string {
  const others = new Set(Array.from(taken, (name) => name.toLowerCase()))
  const name = shortened(cleaned(title), maxNameLength) || 'Sheet'
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? '' : ` ${number}`
    const candidate = `${shortened(name, maxNameLength - ending.length)}${ending}`
    const lowerCase = candidate.toLowerCase()
    if (lowerCase !== 'history' && !others.has(lowerCase)) return candidate
  }
}

function cleaned(name: string): string {
  return name
    .replace(/[[\]:*?/\\]/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .replace(EDGES, '')
}

const EDGES = /^[\s']+|[\s']+$/g

/** Cut between two letters, never within one. */
function shortened(name: string, max: number): string {
  if (name.length <= max) return name
  let short = ''
  for (const letter of name) {
    if (short.length + letter.length > max) break
    short += letter
  }
  return short.replace(EDGES, '')
}
