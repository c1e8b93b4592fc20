import { columnOf } from './cell.ts'
import type { RawCell, RowMaker } from './sheet-rows.ts'
import { readXml, type TextSink } from './xml.ts'

// How a name is read, how it looks, and what other programs keep beside it are not part of the name.
const BESIDE_THE_TEXT = new Set(['rPh', 'rPr', 'phoneticPr', 'extLst'])

/** Reads a sheet with saxes: for whatever the scanner does not know what to make of. */
export function readSheetXml(part: string, maker: RowMaker): TextSink {
  let place: 'before' | 'rows' | 'row' | 'cell' | 'after' = 'before'
  let cell: RawCell = { column: -1, type: '', style: 0, value: '', formula: false }
  let collecting = false
  let skipped = 0

  const xml = readXml(part, {
    open(name, attributes) {
      if (skipped > 0) skipped += 1
      else if (place === 'before' && name === 'sheetData') place = 'rows'
      else if (place === 'rows' && name === 'row') {
        maker.begin(attributes.get('r'))
        place = 'row'
      } else if (place === 'row' && name === 'c') {
        const reference = attributes.get('r')
        const column = reference === undefined ? -1 : columnOf(reference)
        const style = Number(attributes.get('s') ?? 0)
        cell = { column, type: attributes.get('t') ?? '', style, value: '', formula: false }
        place = 'cell'
      } else if (place === 'cell' && !BESIDE_THE_TEXT.has(name)) {
        if (name === 'v' || name === 't') collecting = true
        if (name === 'f') cell.formula = true
      } else if (place !== 'before' && place !== 'after') skipped = 1
    },
    text(text) {
      if (collecting) cell.value += text
    },
    close(name) {
      if (skipped > 0) skipped -= 1
      else if (name === 'v' || name === 't') collecting = false
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
    // What follows the rows is not asked for: links, formats, printing.
    write: (text) => {
      if (place !== 'after') xml.write(text)
    },
    end: () => {
      if (place !== 'after') xml.end()
    },
  }
}
