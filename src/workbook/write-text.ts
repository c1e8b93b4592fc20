import { stringify } from 'csv-stringify/sync'
import { guarded } from './csv-guard.ts'
import { type CellToWrite, type SheetToWrite, textOfCell } from './sheet.ts'
import { put, writeNewFile } from './write-file.ts'

const ROWS_AT_ONCE = 1000

/**
 * Writes a sheet as CSV that Excel opens with its accents (UTF-8 with a byte order mark). A text that a spreadsheet
 * program would run as a formula gets an apostrophe in front, which `openWorkbook` takes away again.
 */
export async function writeCsv(path: string, sheet: SheetToWrite): Promise<void> {
  await writeNewFile(path, async (stream) => {
    await put(stream, '\ufeff')
    for await (const piece of csvText(sheet)) await put(stream, piece)
    stream.end()
  })
}

/** The same as text, a piece at a time and without the mark: for another program to read. */
export async function* csvText({ columns, rows }: SheetToWrite): AsyncGenerator<string> {
  const line = (cells: readonly CellToWrite[]) => columns.map((_, column) => csvCell(cells[column]))
  yield csv([line(columns.map(({ heading }) => heading))])
  let waiting: string[][] = []
  for await (const cells of rows) {
    waiting.push(line(cells))
    if (waiting.length < ROWS_AT_ONCE) continue
    yield csv(waiting)
    waiting = []
  }
  if (waiting.length > 0) yield csv(waiting)
}

function csvCell(cell: CellToWrite): string {
  const text = textOfCell(cell)
  // A line end ends a row, quoted or not, for whoever reads it again.
  if (typeof text === 'string') return guarded(text.replace(/\r\n|[\n\r]/g, ' '))
  return text === null ? '' : String(text)
}

// All in quotes: then no delimiter and no line break inside a text can be mistaken for one between cells.
function csv(lines: string[][]): string {
  return stringify(lines, { quoted: true, quoted_empty: false, record_delimiter: '\r\n' })
}

/** Writes a sheet as a JSON array of objects, their keys the headings; a cell with nothing in it is null. */
export async function writeJson(path: string, { columns, rows }: SheetToWrite): Promise<void> {
  await writeNewFile(path, async (stream) => {
    let text = '['
    let separator = '\n'
    for await (const cells of rows) {
      const record = Object.fromEntries(
        columns.map(({ heading }, column) => [heading, textOfCell(cells[column])]),
      )
      text += `${separator}  ${JSON.stringify(record)}`
      separator = ',\n'
      if (text.length < 65_536) continue
      await put(stream, text)
      text = ''
    }
    await put(stream, `${text}\n]\n`)
    stream.end()
  })
}
