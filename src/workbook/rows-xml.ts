import { columnLetters } from './cell.ts'
import type { CellToWrite, SheetToWrite } from './sheet-to-write.ts'
import { escapeText } from './xml.ts'

const PIECE = 64 * 1024
const END_OF_ROWS = '</sheetData>'

/**
 * A sheet's XML with its rows put in, piece by piece as the disk takes them: exceljs makes an object of
 * every cell and looks its style up, which costs an import as much as reading its workbook does.
 */
export async function* withRows(
  empty: string,
  { columns, rows }: Pick<SheetToWrite, 'columns' | 'rows'>,
): AsyncGenerator<string> {
  const end = empty.indexOf(END_OF_ROWS)
  const style = /<col [^>]*style="(\d+)"/.exec(empty)?.[1] ?? '0'
  const letters = columns.map((_, column) => columnLetters(column))
  let piece = empty.slice(0, end)
  let number = 1
  for await (const cells of rows) {
    number += 1
    piece += rowXml(cells, { number, letters, style })
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield piece + empty.slice(end)
}

/** A row with nothing in it is left out; its number stays free. */
function rowXml(
  cells: readonly CellToWrite[],
  { number, letters, style }: { number: number; letters: readonly string[]; style: string },
): string {
  let xml = ''
  let blank = true
  for (let column = 0; column < letters.length; column++) {
    const cell = written(cells[column])
    const start = `<c r="${letters[column]}${number}" s="${style}"`
    if (cell === null) {
      xml += `${start}/>`
      continue
    }
    blank = false
    xml +=
      typeof cell === 'number'
        ? `${start}><v>${cell}</v></c>`
        : `${start} t="str"><v>${xmlText(cell)}</v></c>`
  }
  return blank ? '' : `<row r="${number}" spans="1:${letters.length}" x14ac:dyDescent="0.25">${xml}</row>`
}

/** What a cell holds in the file; a blank text is no cell. */
export function written(cell: CellToWrite): string | number | null {
  if (typeof cell === 'string') return cell === '' ? null : escapeText(cell)
  return cell ?? null
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function xmlText(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char) : text
}
