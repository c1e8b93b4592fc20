import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { writeWorkbook } from '../../src/workbook/write.ts'
import { fileOf, rowsOf } from './book.ts'
import { headings, sixtyRows } from './sixty-rows.ts'

const expected = [headings, ...sixtyRows]
const PATIENCE = 300_000

/** A workbook of ours in a folder of its own. */
async function written(): Promise<string> {
  const path = join(dirname(await fileOf('', 'beside')), 'ours.xlsx')
  const columns = headings.map((heading) => ({ heading }))
  await writeWorkbook(path, [{ name: 'Centres', columns, rows: sixtyRows }])
  return path
}

async function cellsOf(path: string): Promise<string[][]> {
  return (await rowsOf(path)).map(({ cells }) => cells.map((cell) => cell ?? ''))
}

async function isThere(program: string, ...args: string[]): Promise<boolean> {
  return (await execa(program, args, { reject: false })).exitCode === 0
}

async function pythonWith(library: string): Promise<string | undefined> {
  for (const python of ['python3', '/usr/bin/python3'])
    if (await isThere(python, '-c', `import ${library}`)) return python
  return undefined
}

const libreOffice = await isThere('soffice', '--version')
const gnumeric = await isThere('ssconvert', '--version')
const withOpenpyxl = await pythonWith('openpyxl')
const withXlsxWriter = await pythonWith('xlsxwriter')

describe.skipIf(!libreOffice)('LibreOffice', () => {
  const convert = async (path: string, to: string) => {
    const folder = dirname(path)
    const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`
    await execa('soffice', [profile, '--headless', '--convert-to', to, '--outdir', join(folder, 'out'), path])
    return join(folder, 'out')
  }

  it('reads what we write without a difference', { timeout: PATIENCE }, async () => {
    // Commas, quotation marks, UTF-8, cells as they are shown.
    const folder = await convert(await written(), 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true')
    expect(await cellsOf(join(folder, 'ours.csv'))).toEqual(expected)
  })

  it('writes what we read without a difference', { timeout: PATIENCE }, async () => {
    const folder = await convert(await written(), 'xlsx:Calc MS Excel 2007 XML')
    expect(await cellsOf(join(folder, 'ours.xlsx'))).toEqual(expected)
  })
})

describe.skipIf(!gnumeric)('Gnumeric', () => {
  const convert = async (path: string, name: string) => {
    const to = join(dirname(path), name)
    await execa('ssconvert', [path, to])
    return to
  }

  it('reads what we write without a difference', { timeout: PATIENCE }, async () => {
    expect(await cellsOf(await convert(await written(), 'theirs.csv'))).toEqual(expected)
  })

  it('writes what we read without a difference', { timeout: PATIENCE }, async () => {
    expect(await cellsOf(await convert(await written(), 'theirs.xlsx'))).toEqual(expected)
  })
})

/** The path of a workbook that a script in Python wrote, which is told where and which rows. */
async function writtenBy(python: string, script: string): Promise<string> {
  const path = join(dirname(await fileOf('', 'beside')), 'theirs.xlsx')
  await execa(python, ['-c', script, path], { input: JSON.stringify(expected) })
  return path
}

describe.skipIf(withOpenpyxl === undefined)('openpyxl', () => {
  it('reads what we write without a difference', { timeout: PATIENCE }, async () => {
    const script = `
import json, sys, openpyxl
rows = openpyxl.load_workbook(sys.argv[1]).active.iter_rows(values_only=True)
print(json.dumps([list(row) for row in rows]))`
    const { stdout } = await execa(withOpenpyxl ?? '', ['-c', script, await written()])
    expect(z.array(z.array(z.string())).parse(JSON.parse(stdout))).toEqual(expected)
  })

  it('writes what we read without a difference', { timeout: PATIENCE }, async () => {
    const script = `
import json, sys, openpyxl
book = openpyxl.Workbook()
for at, row in enumerate(json.load(sys.stdin), 1):
    for column, text in enumerate(row, 1):
        cell = book.active.cell(at, column, text)
        cell.data_type = 's'
book.save(sys.argv[1])`
    expect(await cellsOf(await writtenBy(withOpenpyxl ?? '', script))).toEqual(expected)
  })
})

describe.skipIf(withXlsxWriter === undefined)('XlsxWriter, which only writes', () => {
  it.each(['False', 'True'])(
    'writes what we read without a difference, in constant memory: %s',
    { timeout: PATIENCE },
    async (constant) => {
      const script = `
import json, sys, xlsxwriter
book = xlsxwriter.Workbook(sys.argv[1], {'constant_memory': ${constant}})
sheet = book.add_worksheet('Centres')
for at, row in enumerate(json.load(sys.stdin)):
    for column, text in enumerate(row):
        sheet.write_string(at, column, text)
book.close()`
      expect(await cellsOf(await writtenBy(withXlsxWriter ?? '', script))).toEqual(expected)
    },
  )
})
