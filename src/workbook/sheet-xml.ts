import { columnLetters, columnOf, maxColumns } from './cell.ts'
import { zipBomb } from './errors.ts'
import type { RawCell, RowMaker } from './sheet-rows.ts'
import { readXml, type TextSink } from './xml.ts'

// How a name is read, how it looks, and what other programs keep beside it are not part of the name.
const BESIDE_THE_TEXT = new Set(['rPh', 'rPr', 'phoneticPr', 'extLst'])

// What may stand between the rows and the last conditional format; from anything else on there is nothing to ask for.
const ASKED_FOR = new Set([
  'sheetCalcPr',
  'sheetProtection',
  'protectedRanges',
  'scenarios',
  'autoFilter',
  'sortState',
  'dataConsolidate',
  'customSheetViews',
  'mergeCells',
  'phoneticPr',
  'conditionalFormatting',
])

/** Reads a sheet with saxes: what is around its rows, and whatever the scanner does not know what to make of. */
export function readSheetXml(part: string, maker: RowMaker): TextSink {
  let state: 'before' | 'rows' | 'row' | 'cell' | 'after' | 'done' = 'before'
  const blank = { value: '', present: false, formula: undefined, shared: undefined }
  let cell: RawCell = { column: -1, type: '', style: 0, ...blank }
  let collecting: 'value' | 'formula' | undefined
  let skipped = 0
  /** How many elements are open behind the rows. */
  let open = 0
  /** The first column of which nothing was said yet, where such columns have no width. */
  let hiddenFrom: number | undefined
  /** The cells to which the rules that follow apply. */
  let conditional = ''

  const begin = (name: string, attributes: ReadonlyMap<string, string>) => {
    const inline = cell.type === 'inlineStr'
    if (name === 'v') cell.present = true
    if (name === 'f') {
      cell.formula ??= ''
      if (attributes.get('t') === 'shared') cell.shared = attributes.get('si')
      collecting = 'formula'
    } else if (name === (inline ? 't' : 'v')) collecting = 'value'
  }

  const readColumn = (attributes: ReadonlyMap<string, string>) => {
    const [first, last] = [Number(attributes.get('min')), Number(attributes.get('max'))]
    // Columns come in their order: those between two are as wide as the sheet says.
    if (hiddenFrom !== undefined && first > hiddenFrom) maker.hideColumns(hiddenFrom, first - 1)
    if (hiddenFrom !== undefined) hiddenFrom = last + 1
    if (isTrue(attributes.get('hidden')) || isZero(attributes.get('width'))) maker.hideColumns(first, last)
  }

  const xml = readXml(part, {
    open(name, attributes, isForeign) {
      if (state === 'done') return
      if (state === 'after') {
        open += 1
        if (open === 1 && !ASKED_FOR.has(name)) state = 'done'
        else if (open === 1) conditional = attributes.get('sqref') ?? ''
        else if (open === 2 && name === 'mergeCell') maker.merge(attributes.get('ref') ?? '')
        else if (open === 2 && name === 'cfRule')
          maker.formatByRule(conditional, { style: Number(attributes.get('dxfId') ?? -1) })
      } else if (skipped > 0) skipped += 1
      else if (isForeign) skipped = 1
      else if (state === 'before' && name === 'sheetData') {
        state = 'rows'
        if (hiddenFrom !== undefined) maker.hideColumns(hiddenFrom, maxColumns)
      } else if (state === 'before') {
        // Rows that are written are shown unless each says otherwise, whatever zeroHeight says of the others.
        if (name === 'sheetFormatPr' && isZero(attributes.get('defaultColWidth'))) hiddenFrom = 1
        else if (name === 'col') readColumn(attributes)
      } else if (state === 'rows' && name === 'row') {
        maker.begin(attributes.get('r'), isTrue(attributes.get('hidden')) || isZero(attributes.get('ht')))
        state = 'row'
      } else if (state === 'row' && name === 'c') {
        const reference = attributes.get('r')
        const column = reference === undefined ? -1 : columnOf(reference)
        const style = Number(attributes.get('s') ?? 0)
        const type = attributes.get('t') ?? ''
        cell = { column, type, style, ...blank }
        state = 'cell'
      } else if (state === 'cell' && !BESIDE_THE_TEXT.has(name)) begin(name, attributes)
      else skipped = 1
    },
    text(text) {
      if (collecting === 'value') cell.value += text
      else if (collecting === 'formula') cell.formula = (cell.formula ?? '') + text
    },
    close(name) {
      if (state === 'done') return
      if (state === 'after') {
        open -= 1
        if (open < 0) state = 'done'
      } else if (skipped > 0) skipped -= 1
      else if (name === 'v' || name === 't' || name === 'f') collecting = undefined
      else if (state === 'cell' && name === 'c') {
        maker.cell(cell)
        state = 'row'
      } else if (state === 'row' && name === 'row') {
        maker.finish()
        state = 'rows'
      } else if (state === 'rows' && name === 'sheetData') state = 'after'
    },
  })

  const extensions = extensionFormats(part, maker)
  return {
    // What follows is not asked for but for the extension list: links, drop-downs, printing.
    write: (text) => {
      if (state !== 'done') xml.write(text)
      if (state === 'after' || state === 'done') extensions.write(text)
    },
    end: () => {
      if (state !== 'after' && state !== 'done') xml.end()
      extensions.end()
    },
  }
}

/** As XML Schema writes a boolean, and as some programs do. */
export function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true'
}

/** A height or a width of nothing hides a row or a column as well. */
export function isZero(size: string | undefined): boolean {
  return size !== undefined && size.trim() !== '' && Number(size) === 0
}

/** A range of cells; rows count from 1, columns from 0. */
export interface CellRange {
  firstRow: number
  lastRow: number
  firstColumn: number
  lastColumn: number
}

/** What a sheet says of itself around its rows. */
export interface SheetFacts {
  /** 0-based, first and last, both included. */
  hiddenColumns: [first: number, last: number][]
  /** Of these only the first cell of each is seen. */
  merged: CellRange[]
  /** Where a conditional format may show a number otherwise. */
  formattedByRule: CellRange[]
  /** 0-based: those in which a formula has a result, so that an empty one is a result too. */
  calculatedColumns: Set<number>
  /** 0-based: those in which a formula has none. */
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

/** `A2:B4`; undefined for what is no range. */
export function rangeOf(reference: string): CellRange | undefined {
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

/** The cells of a table that lie beneath a merged one. */
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

/** What is known of a cell beside its text, where it is not simply a text or a number. */
export type CellNote =
  | { kind: 'error'; value: string }
  /** A formula without a value; or with the value 0, in a workbook that asks to be recalculated. */
  | { kind: 'not-calculated'; formula: string }
  /** A formula whose value is an empty text: what it says, or a place that nobody has filled yet. */
  | { kind: 'empty-formula'; formula: string }
  /** Beneath a merged cell, whose text stands in `cell`: what is in it nobody sees. */
  | { kind: 'merged'; cell: string }
  | { kind: 'date' }
  | { kind: 'boolean' }
  /** Its format shows the number otherwise than it is; undefined where that cannot be told. */
  | { kind: 'number'; shown: string | undefined; held: string }
  /** The same of a text. */
  | { kind: 'text'; shown: string | undefined; held: string }
  /** A number cell that holds something else. */
  | { kind: 'no-number' }

/** What is wrong in a cell, worded to follow the name of its column. */
export interface CellFault {
  code: 'error-cell' | 'not-calculated' | 'merged' | 'shown-otherwise' | 'two-rows-in-one' | 'cell-twice'
  value: string
  message: string
  hint: string
}

/** Why a cell has no text that could be read. */
export function cellFault(note: CellNote | undefined): CellFault | undefined {
  if (note === undefined) return undefined
  if (note.kind === 'error') return errorCell(note.value)
  if (note.kind === 'not-calculated') return notCalculated(note.formula)
  if (note.kind === 'merged') {
    return {
      code: 'merged',
      value: '',
      message: `is merged with ${note.cell}`,
      hint: 'Undo the merging, and fill in every row.',
    }
  }
  return undefined
}

/** Of a formula without a value, and of one that says nothing where something must be said. */
export function notCalculated(formula: string): CellFault {
  return {
    code: 'not-calculated',
    value: formula,
    message: 'is a formula that was not calculated',
    hint: 'Open it in your spreadsheet program, recalculate, and save.',
  }
}

const asText = 'Format the column as text, and type it again.'

/** Why a cell does not say what it shows: both are named. */
export function shownOtherwise(
  note: CellNote | undefined,
  text: string,
  hint: string = asText,
): CellFault | undefined {
  if (note?.kind === 'no-number')
    return { code: 'shown-otherwise', value: text, message: `holds ${text} as a number, which is none`, hint }
  if (note?.kind !== 'number' && note?.kind !== 'text') return undefined
  const { shown, held } = note
  if (shown === held.trim()) return undefined
  return {
    code: 'shown-otherwise',
    value: shown ?? held,
    message:
      shown === undefined
        ? `holds ${held}, and what its format shows cannot be told`
        : `is shown as ${shown === '' ? 'nothing' : shown}, and holds ${held}`,
    hint,
  }
}

/** The same of a cell of plain text, where a date or a yes or no has no place either. */
export function notAsShown(note: CellNote | undefined, text: string): CellFault | undefined {
  if (note?.kind !== 'date' && note?.kind !== 'boolean') return shownOtherwise(note, text)
  const what = note.kind === 'date' ? 'a date, which its format may show otherwise' : 'a yes or no'
  return { code: 'shown-otherwise', value: text, message: `holds ${text}, ${what}`, hint: asText }
}

/** The error words of a spreadsheet, whatever kind of cell or file they stand in. */
export function errorCell(value: string): CellFault {
  return {
    code: 'error-cell',
    value,
    message: `is ${value}, which is an error of a formula, not a value`,
    hint: 'Mend the formula, or type the value.',
  }
}

const maxLength = 4 * 1024 * 1024
const startOfFormats = /<(?:\w+:)?extLst[\s>]/
/** As long as what may be cut at the border of two pieces. */
const overlap = 64

/** Looks for conditional formats in what follows the rows, without reading the rest: links and drop-downs may be many. */
function extensionFormats(part: string, maker: RowMaker): TextSink {
  let text = ''
  let found = false
  return {
    write(piece) {
      text += piece
      if (!found) {
        const at = text.search(startOfFormats)
        found = at >= 0
        text = found ? text.slice(at) : text.slice(-overlap)
      }
      if (text.length > maxLength)
        throw zipBomb(`${part} has an extension list of more than ${maxLength} characters`)
    },
    end() {
      if (!found) return
      const formats = /<((?:\w+:)?conditionalFormatting)[\s>].*?<\/\1>/gs
      for (const [format] of text.matchAll(formats)) readFormat(part, format, maker)
    },
  }
}

/** The cells to which it applies, and the codes of its number formats. */
function readFormat(part: string, text: string, maker: RowMaker): void {
  let references = ''
  const codes: string[] = []
  let inReferences = false
  const xml = readXml(part, {
    open(name, attributes) {
      inReferences = name === 'sqref'
      if (name === 'numFmt') codes.push(attributes.get('formatCode') ?? '')
    },
    text(piece) {
      if (inReferences) references += piece
    },
    close() {
      inReferences = false
    },
  })
  xml.write(text)
  xml.end()
  for (const code of codes) maker.formatByRule(references, { code })
}
