import { scanCells, scanner } from './scan.ts'
import type { RowMaker } from './sheet-rows.ts'
import { isTrue, isZero, readSheetXml } from './sheet-xml.ts'
import type { TextSink } from './xml.ts'

/** Reads the rows of a sheet: by scanning as long as it looks as every program writes it, else with saxes. */
export function scanSheet(part: string, maker: RowMaker): TextSink {
  return scanner({
    part,
    root: 'worksheet',
    container: 'sheetData',
    unit: 'row',
    read(tag, text, from, to) {
      maker.begin(tag.attribute('r'), isTrue(tag.attribute('hidden')) || isZero(tag.attribute('ht')))
      if (!scanCells(text, from, to, maker.cell)) return false
      maker.finish()
      return true
    },
    slow: () => readSheetXml(part, maker),
    around: true,
  })
}
