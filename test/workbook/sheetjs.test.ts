import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read, utils, write } from 'xlsx'
import { writeWorkbook } from '../../src/workbook/write.ts'
import { fileOf, rowsOf } from './book.ts'

const headings = ['Centre number', 'Centre name', 'Email']
const names = [
  'École Élémentaire "Les Chênes"',
  'مدرسة النيل',
  '北京国际学校',
  'Ω & <Söhne>',
  "O'Brien’s",
  '=SUM(A1)',
  '-5',
  '0042',
  'नमस्ते विद्यालय',
  'two  blanks',
  '_xylophone school',
  '😀 Academy',
]
/** Sixty rows as offices have them. */
const rows = Array.from({ length: 60 }, (_, at) => [
  String(at * 37).padStart(5, '0'),
  `${names[at % names.length]} ${at}`,
  `user${at}+tag@école${at}.example`,
])

describe('SheetJS', () => {
  it('reads what we write without a difference', async () => {
    const path = join(dirname(await fileOf('', 'beside')), 'a.xlsx')
    await writeWorkbook(path, [{ name: 'Centres', columns: headings.map((heading) => ({ heading })), rows }])
    const { Sheets } = read(await readFile(path))
    const sheet = Sheets['Centres']
    expect(sheet && utils.sheet_to_json(sheet, { header: 1 })).toEqual([headings, ...rows])
  })

  it('writes what we read without a difference', async () => {
    const book = utils.book_new()
    utils.book_append_sheet(book, utils.aoa_to_sheet([headings, ...rows]), 'Centres')
    const bytes: unknown = write(book, { type: 'buffer', bookType: 'xlsx' })
    if (!Buffer.isBuffer(bytes)) throw new Error('no workbook was written')
    expect((await rowsOf(await fileOf(bytes))).map(({ cells }) => [...cells])).toEqual([headings, ...rows])
  })
})
