/** A cell that is written: text stays text, whatever it begins with; a text with more to it is an object. */
export type CellToWrite = string | number | null | undefined | AnnotatedCell

export interface AnnotatedCell {
  text: string
  /** Coloured, so that the eye finds it. */
  marked?: boolean
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
export interface ColumnToWrite {
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

/** The text of a cell, for formats that know nothing else. */
export function textOfCell(cell: CellToWrite): string | number | null {
  if (typeof cell === 'object' && cell !== null) return cell.text
  return cell ?? null
}
