import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CellObject, read, utils, write } from 'xlsx'
import { writeWorkbook } from '../../src/workbook/write.ts'
import { fileOf, rowsOf } from './book.ts'
import {
  expectedPeople,
  peopleIn,
  type ReferenceCell,
  referenceHeadings,
  referenceRows,
} from './reference-rows.ts'
import { headings, sixtyRows as rows } from './sixty-rows.ts'

describe('SheetJS', () => {
  it('reads what we write without a difference', async () => {
    const path = join(dirname(await fileOf('', 'beside')), 'a.xlsx')
    await writeWorkbook(path, [{ name: 'Centres', columns: headings.map((heading) => ({ heading })), rows }])
    const { Sheets } = read(await readFile(path))
    const sheet = Sheets.Centres
    expect(sheet && utils.sheet_to_json(sheet, { header: 1 })).toEqual([headings, ...rows])
  })

  it('writes what we read without a difference', async () => {
    const book = utils.book_new()
    utils.book_append_sheet(book, utils.aoa_to_sheet([headings, ...rows]), 'Centres')
    const bytes: unknown = write(book, { type: 'buffer', bookType: 'xlsx' })
    if (!Buffer.isBuffer(bytes)) throw new Error('no workbook was written')
    expect((await rowsOf(await fileOf(bytes))).map(({ cells }) => [...cells])).toEqual([headings, ...rows])
  })

  it('writes every kind of cell as it is read', async () => {
    const cellOf = (cell: ReferenceCell): CellObject => {
      switch (cell.kind) {
        case 'text':
          return { t: 's', v: cell.text }
        case 'number':
          return { t: 'n', v: cell.number, ...(cell.format === undefined ? {} : { z: cell.format }) }
        case 'formula':
          return { t: typeof cell.result === 'number' ? 'n' : 's', v: cell.result, f: cell.formula }
        case 'date':
          return { t: 'd', v: new Date(Date.UTC(cell.year, cell.month - 1, cell.day)), z: 'dd/mm/yyyy' }
      }
    }
    const book = utils.book_new()
    const cells = [
      referenceHeadings.map((text) => ({ t: 's' as const, v: text })),
      ...referenceRows.map((row) => row.map(cellOf)),
    ]
    utils.book_append_sheet(book, utils.aoa_to_sheet(cells), 'Centres 2026')
    const bytes: unknown = write(book, { type: 'buffer', bookType: 'xlsx' })
    if (!Buffer.isBuffer(bytes)) throw new Error('no workbook was written')
    expect(await peopleIn(await fileOf(bytes))).toEqual(expectedPeople)
  })
})
