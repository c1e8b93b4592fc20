import { columnOf } from './cell.ts'
import type { RawCell, RowMaker } from './sheet-rows.ts'
import { readXml, type TextSink } from './xml.ts'

// How a name is read, how it looks, and what other programs keep beside it are not part of the name.
const BESIDE_THE_TEXT = new Set(['rPh', 'rPr', 'phoneticPr', 'extLst'])

// What may stand between the rows and the merged cells; from anything else on there are none.
const BEFORE_MERGED = new Set([
  'sheetCalcPr',
  'sheetProtection',
  'protectedRanges',
  'scenarios',
  'autoFilter',
  'sortState',
  'dataConsolidate',
  'customSheetViews',
  'mergeCells',
])

/** Reads a sheet with saxes: what is around its rows, and whatever the scanner does not know what to make of. */
export function readSheetXml(part: string, maker: RowMaker): TextSink {
  let place: 'before' | 'rows' | 'row' | 'cell' | 'after' | 'done' = 'before'
  let cell: RawCell = { column: -1, type: '', style: 0, value: '', present: false, formula: undefined }
  let collecting: 'value' | 'formula' | undefined
  let skipped = 0
  /** How many elements are open behind the rows. */
  let open = 0

  const begin = (name: string) => {
    const inline = cell.type === 'inlineStr'
    if (name === 'v') cell.present = true
    if (name === 'f') {
      cell.formula ??= ''
      collecting = 'formula'
    } else if (name === (inline ? 't' : 'v')) collecting = 'value'
  }

  const xml = readXml(part, {
    open(name, attributes) {
      if (place === 'done') return
      if (place === 'after') {
        open += 1
        if (open === 1 && !BEFORE_MERGED.has(name)) place = 'done'
        else if (open === 2 && name === 'mergeCell') maker.merge(attributes.get('ref') ?? '')
      } else if (skipped > 0) skipped += 1
      else if (place === 'before' && name === 'sheetData') place = 'rows'
      else if (place === 'before') {
        if (name === 'col' && isTrue(attributes.get('hidden')))
          maker.hideColumns(Number(attributes.get('min')), Number(attributes.get('max')))
      } else if (place === 'rows' && name === 'row') {
        maker.begin(attributes.get('r'), isTrue(attributes.get('hidden')))
        place = 'row'
      } else if (place === 'row' && name === 'c') {
        const reference = attributes.get('r')
        const column = reference === undefined ? -1 : columnOf(reference)
        const style = Number(attributes.get('s') ?? 0)
        const type = attributes.get('t') ?? ''
        cell = { column, type, style, value: '', present: false, formula: undefined }
        place = 'cell'
      } else if (place === 'cell' && !BESIDE_THE_TEXT.has(name)) begin(name)
      else skipped = 1
    },
    text(text) {
      if (collecting === 'value') cell.value += text
      else if (collecting === 'formula') cell.formula = (cell.formula ?? '') + text
    },
    close(name) {
      if (place === 'done') return
      if (place === 'after') {
        open -= 1
        if (open < 0 || name === 'mergeCells') place = 'done'
      } else if (skipped > 0) skipped -= 1
      else if (name === 'v' || name === 't' || name === 'f') collecting = undefined
      else if (place === 'cell' && name === 'c') {
        maker.cell(cell)
        place = 'row'
      } else if (place === 'row' && name === 'row') {
        maker.finish()
        place = 'rows'
      } else if (place === 'rows' && name === 'sheetData') place = 'after'
    },
  })

  return {
    // What follows the merged cells is not asked for: links, formats, printing.
    write: (text) => {
      if (place !== 'done') xml.write(text)
    },
    end: () => {
      if (place !== 'after' && place !== 'done') xml.end()
    },
  }
}

/** As XML Schema writes a boolean, and as some programs do. */
export function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true'
}
