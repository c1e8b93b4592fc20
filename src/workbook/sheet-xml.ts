import { columnOf, maxColumns } from './cell.ts'
import { zipBomb } from './errors.ts'
import type { RawCell, RowMaker } from './sheet-rows.ts'
import { readXml, type TextSink } from './xml.ts'

// Phonetic guides, formatting, and the data that other programs keep beside a text are not part of the text.
const nonTextElements = new Set(['rPh', 'rPr', 'phoneticPr', 'extLst'])

// The elements that may stand between the rows and the last conditional format; reading stops at any other element.
const elementsBeforeFormats = new Set([
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

/** Reads a sheet with saxes: the parts around its rows, and everything that the scanner cannot read. */
export function readSheetXml(part: string, maker: RowMaker): TextSink {
  let state: 'before' | 'rows' | 'row' | 'cell' | 'after' | 'done' = 'before'
  const emptyCell = { value: '', present: false, formula: undefined, shared: undefined, array: undefined }
  let cell: RawCell = { column: -1, type: '', style: 0, ...emptyCell }
  let collecting: 'value' | 'formula' | undefined
  let skipped = 0
  /** How many elements are open after the rows. */
  let depthAfterRows = 0
  /** Whether the next part of a cell's own text is struck out. */
  let isStriking = false
  /** The first column that was not described yet, where columns without a description have no width. */
  let hiddenFrom: number | undefined
  /** The cells to which the next rules apply. */
  let conditional = ''

  const beginText = (name: string, attributes: ReadonlyMap<string, string>) => {
    const inline = cell.type === 'inlineStr'
    if (name === 'v') cell.present = true
    if (name === 'f') {
      cell.formula ??= ''
      if (attributes.get('t') === 'shared') cell.shared = attributes.get('si')
      if (attributes.get('t') === 'array') cell.array = attributes.get('ref') ?? ''
      collecting = 'formula'
    } else if (name === (inline ? 't' : 'v')) collecting = 'value'
  }

  const readColumn = (attributes: ReadonlyMap<string, string>) => {
    const [first, last] = [Number(attributes.get('min')), Number(attributes.get('max'))]
    // Columns are described in order; columns between two described ones have the sheet's default width.
    if (hiddenFrom !== undefined && first > hiddenFrom) maker.hideColumns(hiddenFrom, first - 1)
    if (hiddenFrom !== undefined) hiddenFrom = last + 1
    if (isTrue(attributes.get('hidden')) || isZero(attributes.get('width'))) maker.hideColumns(first, last)
  }

  const xml = readXml(part, {
    open(name, attributes, isForeign) {
      if (state === 'done') return
      if (state === 'after') {
        depthAfterRows += 1
        if (depthAfterRows === 1 && !elementsBeforeFormats.has(name)) state = 'done'
        else if (depthAfterRows === 1) conditional = attributes.get('sqref') ?? ''
        else if (depthAfterRows === 2 && name === 'mergeCell') maker.merge(attributes.get('ref') ?? '')
        else if (depthAfterRows === 2 && name === 'cfRule')
          maker.formatByRule(conditional, { style: Number(attributes.get('dxfId') ?? -1) })
      } else if (skipped > 0) {
        skipped += 1
        if (isStrikingOut(name, attributes)) isStriking = true
      } else if (isForeign) skipped = 1
      else if (state === 'before' && name === 'sheetData') {
        state = 'rows'
        if (hiddenFrom !== undefined) maker.hideColumns(hiddenFrom, maxColumns)
      } else if (state === 'before') {
        // A row in the file is visible unless the row itself says otherwise; zeroHeight counts only for the other rows.
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
        cell = { column, type, style, ...emptyCell }
        isStriking = false
        state = 'cell'
      } else if (state === 'cell' && !nonTextElements.has(name)) {
        if (name === 'r') isStriking = false
        beginText(name, attributes)
      } else skipped = 1
    },
    text(text) {
      if (collecting === 'value') {
        cell.value += text
        if (isStriking && text.trim() !== '') cell.struck = true
      } else if (collecting === 'formula') cell.formula = (cell.formula ?? '') + text
    },
    close(name) {
      if (state === 'done') return
      if (state === 'after') {
        depthAfterRows -= 1
        if (depthAfterRows < 0) state = 'done'
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
    // After the conditional formats only the extension list is read, and no links, drop-downs or print settings.
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

/** Whether an attribute is true: XML Schema allows both `1` and `true`. */
export function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true'
}

/** Whether an element of the formatting puts a line through the letters. */
export function isStrikingOut(name: string, attributes: ReadonlyMap<string, string>): boolean {
  return name === 'strike' && !/^(?:0|false|off)$/.test(attributes.get('val') ?? '')
}

/** Whether a height or width is zero, which hides a row or a column too. */
export function isZero(size: string | undefined): boolean {
  return size !== undefined && size.trim() !== '' && Number(size) === 0
}

const maxLength = 4 * 1024 * 1024
const startOfFormats = /<(?:\w+:)?extLst[\s>]/
/** Longer than a start tag that may be cut at the border of two pieces. */
const maxTagOverlap = 64

/**
 * Looks for conditional formats in the extension list after the rows, without parsing the rest: there may be many links
 * and drop-downs.
 */
function extensionFormats(part: string, maker: RowMaker): TextSink {
  let text = ''
  let found = false
  return {
    write(piece) {
      text += piece
      if (!found) {
        const at = text.search(startOfFormats)
        found = at >= 0
        text = found ? text.slice(at) : text.slice(-maxTagOverlap)
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

/** Hands over a conditional format: the cells to which it applies, and the codes of its number formats. */
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
