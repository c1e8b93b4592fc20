import { createHash } from 'node:crypto'
import { open, readFile, truncate, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { openWorkbook } from '../../src/workbook/read.ts'
import type { SheetRow } from '../../src/workbook/sheet-rows.ts'
import { bookParts, fileOf } from './book.ts'
import { type Part, zip } from './zip.ts'

/** Beside the cells, so that the file is too large to be held. */
const picture: Part = {
  name: 'xl/media/picture.bmp',
  content: Buffer.alloc(17 * 1024 * 1024, 'PK\x05\x06 of a picture'),
  stored: true,
}

const texts = '<si><t>Giza</t></si><si><t>Cairo</t></si>'
const row = (number: number) =>
  `<row r="${number}"><c r="A${number}" t="s"><v>1</v></c><c r="C${number}"><v>${number}</v></c></row>`
const rows = Array.from({ length: 12_000 }, (_, at) => row(at + 1)).join('')

/** @param first whether it stands before the cells; behind them it moves the end */
const largeBook = (first: boolean, more: Part[] = []) => {
  const parts = [...bookParts({ rows, texts }), ...more]
  return zip(first ? [picture, ...parts] : [...parts, picture])
}

/** What is read when it is opened lies far from its cells. */
const cellsFirst = (of: string) => {
  const parts = bookParts({ rows: of, texts })
  const [sheet] = parts.filter(({ name }) => name.includes('sheet1'))
  return zip([...(sheet ? [sheet] : []), picture, ...parts.filter((part) => part !== sheet)])
}

async function read(path: string, stdin?: NodeJS.ReadableStream): Promise<SheetRow[]> {
  const workbook = await openWorkbook(path, { stdin })
  const found: SheetRow[] = []
  try {
    await workbook.readRows((each) => found.push(each))
  } finally {
    await workbook.close()
  }
  return found
}

async function overwrite(path: string, at: number, text: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(text, at)
  await file.close()
}

describe('a workbook that is too large to be held', () => {
  it.each([
    ['before its cells', largeBook(true)],
    ['behind them', largeBook(false)],
    ['behind them, with a tail', Buffer.concat([largeBook(false), Buffer.from('\r\n--boundary--\r\n')])],
    [
      'before them, which are stored',
      zip([picture, ...bookParts({ rows, texts }).map((part) => ({ ...part, stored: true }))]),
    ],
  ])('is read as one that is, with a picture %s', async (_, bytes) => {
    const path = await fileOf(bytes)
    const found = await read(path)
    expect(found).toHaveLength(12_000)
    expect(found).toEqual(await read('-', Readable.from([bytes])))
    const workbook = await openWorkbook(path)
    expect(workbook.digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)
    await workbook.close()
  })

  it('is refused where others write to it before its cells are read', async () => {
    const path = await fileOf(cellsFirst(rows))
    const workbook = await openWorkbook(path)
    const at = (await readFile(path)).indexOf('xl/worksheets/sheet1.xml')
    await overwrite(path, at + 100, 'changed')
    await expect(workbook.readRows(() => undefined)).rejects.toMatchObject({
      code: 'workbook-unreadable',
      message: `${path} was changed while it was read`,
    })
    await workbook.close()
  })

  it('is refused where others write another whole one over it, with sums of its own', async () => {
    const path = await fileOf(cellsFirst(rows))
    const workbook = await openWorkbook(path)
    await writeFile(path, cellsFirst(rows.replaceAll('<v>7</v>', '<v>8</v>')))
    await expect(workbook.readRows(() => undefined)).rejects.toMatchObject({ code: 'workbook-unreadable' })
    await workbook.close()
  })

  it('is refused where it is cut short meanwhile', async () => {
    const path = await fileOf(cellsFirst(rows))
    const workbook = await openWorkbook(path)
    await truncate(path, 100)
    await expect(workbook.readRows(() => undefined)).rejects.toMatchObject({ code: 'workbook-unreadable' })
    await workbook.close()
  })

  it('is told to be damaged where it is', async () => {
    const bytes = largeBook(true)
    await expect(read(await fileOf(bytes.subarray(0, -100)))).rejects.toMatchObject({
      code: 'workbook-damaged',
    })
    bytes.fill(
      0xff,
      bytes.indexOf('xl/worksheets/sheet1.xml') + 40,
      bytes.indexOf('xl/worksheets/sheet1.xml') + 60,
    )
    await expect(read(await fileOf(bytes))).rejects.toMatchObject({ code: 'workbook-damaged' })
  })

  it('ends with the signal', async () => {
    const path = await fileOf(largeBook(true))
    await expect(openWorkbook(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })

  it('which is no archive is told as any other', async () => {
    const path = await fileOf(Buffer.alloc(17 * 1024 * 1024), 'centres.xlsx')
    await expect(openWorkbook(path)).rejects.toMatchObject({ code: 'workbook-damaged' })
    const csv = await fileOf(`a,b\n${'1,2\n'.repeat(5_000_000)}`, 'centres.csv')
    const workbook = await openWorkbook(csv)
    expect(workbook.kind).toBe('csv')
    await workbook.close()
  })
})
