import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { writeWorkbook } from '../../src/workbook/write.ts'
import { newWorld } from '../world.ts'
import { fileOf, rowsOf } from './book.ts'
import { expectedPeople, peopleIn, referenceHeadings, referenceRows } from './reference-rows.ts'
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

/** What LibreOffice makes of a workbook, in a folder beside it. */
async function byLibreOffice(path: string, to: string): Promise<string> {
  const folder = dirname(path)
  const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`
  await execa('soffice', [profile, '--headless', '--convert-to', to, '--outdir', join(folder, 'out'), path])
  return join(folder, 'out')
}

/** What Gnumeric makes of it. */
async function byGnumeric(path: string, name: string): Promise<string> {
  const to = join(dirname(path), name)
  await execa('ssconvert', ['--recalc', path, to])
  return to
}

/** Commas, quotation marks, UTF-8, cells as they are shown. */
const asShown = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true'

describe.skipIf(!libreOffice)('LibreOffice', () => {
  const convert = byLibreOffice

  it('reads what we write without a difference', { timeout: PATIENCE }, async () => {
    const folder = await convert(await written(), asShown)
    expect(await cellsOf(join(folder, 'ours.csv'))).toEqual(expected)
  })

  it('writes what we read without a difference', { timeout: PATIENCE }, async () => {
    const folder = await convert(await written(), 'xlsx:Calc MS Excel 2007 XML')
    expect(await cellsOf(join(folder, 'ours.xlsx'))).toEqual(expected)
  })
})

describe.skipIf(!gnumeric)('Gnumeric', () => {
  const convert = byGnumeric

  it('reads what we write without a difference', { timeout: PATIENCE }, async () => {
    expect(await cellsOf(await convert(await written(), 'theirs.csv'))).toEqual(expected)
  })

  it('writes what we read without a difference', { timeout: PATIENCE }, async () => {
    expect(await cellsOf(await convert(await written(), 'theirs.xlsx'))).toEqual(expected)
  })
})

/** The path of a workbook that a script in Python wrote, which is told where and which rows. */
async function writtenBy(python: string, script: string, rows: unknown = expected): Promise<string> {
  const path = join(dirname(await fileOf('', 'beside')), 'theirs.xlsx')
  await execa(python, ['-c', script, path], { input: JSON.stringify(rows) })
  return path
}

/** Rows of texts, numbers under formats, formulas and dates. */
const everyKind = { headings: referenceHeadings, rows: referenceRows }

const byOpenpyxl = `
import datetime, json, sys, openpyxl
told = json.load(sys.stdin)
book = openpyxl.Workbook()
sheet = book.active
sheet.append(told['headings'])
for at, row in enumerate(told['rows'], 2):
    for column, given in enumerate(row, 1):
        cell = sheet.cell(at, column)
        if given['kind'] == 'text':
            cell.value = given['text']
            cell.data_type = 's'
        elif given['kind'] == 'number':
            cell.value = given['number']
            cell.number_format = given.get('format', 'General')
        elif given['kind'] == 'formula':
            cell.value = '=' + given['formula']
        else:
            cell.value = datetime.date(given['year'], given['month'], given['day'])
book.save(sys.argv[1])`

const byXlsxWriter = (results: 'with results' | 'without results') => `
import datetime, json, sys, xlsxwriter
told = json.load(sys.stdin)
book = xlsxwriter.Workbook(sys.argv[1])
sheet = book.add_worksheet('Centres 2026')
date = book.add_format({'num_format': 'dd/mm/yyyy'})
sheet.write_row(0, 0, told['headings'])
for at, row in enumerate(told['rows'], 1):
    for column, given in enumerate(row):
        if given['kind'] == 'text':
            sheet.write_string(at, column, given['text'])
        elif given['kind'] == 'number':
            sheet.write_number(at, column, given['number'], book.add_format({'num_format': given.get('format', 'General')}))
        elif given['kind'] == 'formula':
            sheet.write_formula(at, column, '=' + given['formula'], None, ${results === 'with results' ? "given['result']" : "''"})
        else:
            sheet.write_datetime(at, column, datetime.datetime(given['year'], given['month'], given['day']), date)
book.close()`

describe.skipIf(withXlsxWriter === undefined || withOpenpyxl === undefined)('every kind of cell', () => {
  const written = {
    'XlsxWriter with results': () => writtenBy(withXlsxWriter ?? '', byXlsxWriter('with results'), everyKind),
    'XlsxWriter without results': () =>
      writtenBy(withXlsxWriter ?? '', byXlsxWriter('without results'), everyKind),
    openpyxl: () => writtenBy(withOpenpyxl ?? '', byOpenpyxl, everyKind),
  }

  it('is read as XlsxWriter writes it', { timeout: PATIENCE }, async () => {
    expect(await peopleIn(await written['XlsxWriter with results']())).toEqual(expectedPeople)
  })

  it.each(['XlsxWriter without results', 'openpyxl'] as const)(
    'is read as %s writes it, but for formulas, which nobody has calculated',
    { timeout: PATIENCE },
    async (writer) => {
      const { rows, issues } = await peopleIn(await written[writer]())
      const formulas = referenceRows.flatMap((cells, at) => {
        const fieldAt: Record<number, string> = { 0: 'number', 4: 'email' }
        return cells.flatMap(({ kind }, column) =>
          kind === 'formula' ? [`${at + 2} ${fieldAt[column]} not-calculated`] : [],
        )
      })
      expect(issues).toEqual(formulas)
      const without = expectedPeople.rows.map((row, at) =>
        row.map((text, column) => (referenceRows[at]?.[column]?.kind === 'formula' ? '' : text)),
      )
      expect(rows).toEqual(without)
    },
  )

  it.skipIf(!libreOffice).each(['XlsxWriter without results', 'openpyxl'] as const)(
    'of %s is read whole once LibreOffice has saved it, as .xlsx and as CSV',
    { timeout: PATIENCE },
    async (writer) => {
      const path = await written[writer]()
      const folder = await byLibreOffice(path, 'xlsx:Calc MS Excel 2007 XML')
      expect(await peopleIn(join(folder, 'theirs.xlsx'))).toEqual(expectedPeople)
      await byLibreOffice(join(folder, 'theirs.xlsx'), asShown)
      expect(await peopleIn(join(folder, 'out', 'theirs.csv'))).toEqual(expectedPeople)
    },
  )

  it.skipIf(!gnumeric).each(['XlsxWriter without results', 'openpyxl'] as const)(
    'of %s is read whole once Gnumeric has saved it, as .xlsx and as CSV',
    { timeout: PATIENCE },
    async (writer) => {
      const path = await written[writer]()
      expect(await peopleIn(await byGnumeric(path, 'saved.xlsx'))).toEqual(expectedPeople)
      // Its shorter way to CSV writes what a cell holds, without its zeros.
      const csv = join(dirname(path), 'saved.csv')
      const options = ['-T', 'Gnumeric_stf:stf_assistant', '-O', "separator=, format=preserve quote='\"'"]
      await execa('ssconvert', ['--recalc', ...options, path, csv])
      expect(await peopleIn(csv)).toEqual(expectedPeople)
    },
  )
})

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

describe.skipIf(withXlsxWriter === undefined)('what we export', () => {
  const saving = {
    LibreOffice: async (path: string) => {
      await byLibreOffice(path, 'xlsx:Calc MS Excel 2007 XML')
      return join('out', 'exported.xlsx')
    },
    Gnumeric: async (path: string) => {
      await byGnumeric(path, 'saved.xlsx')
      return 'saved.xlsx'
    },
    openpyxl: async (path: string) => {
      const script = 'import sys, openpyxl; openpyxl.load_workbook(sys.argv[1]).save(sys.argv[2])'
      await execa(withOpenpyxl ?? '', ['-c', script, path, join(dirname(path), 'saved.xlsx')])
      return 'saved.xlsx'
    },
  }
  const isInstalled = { LibreOffice: libreOffice, Gnumeric: gnumeric, openpyxl: withOpenpyxl !== undefined }

  for (const program of ['LibreOffice', 'Gnumeric', 'openpyxl'] as const)
    it.skipIf(!isInstalled[program])(
      `changes nothing once ${program} has saved it`,
      { timeout: PATIENCE },
      async () => {
        const world = newWorld()
        try {
          const imports = ['centres', 'import', '--yes', '--json']
          const file = await writtenBy(withXlsxWriter ?? '', byXlsxWriter('with results'), everyKind)
          expect((await world.run([...imports, file])).exit).toBe(0)
          await world.run(['centres', 'export', 'exported.xlsx', '--json'])
          const saved = await saving[program](world.path('exported.xlsx'))
          const again = await world.run([...imports, saved, '--delete-missing', '--delete-extra'])
          expect(again.exit).toBe(0)
          expect(again.json()).toMatchObject({
            rows: { read: 60, accepted: 60 },
            centres: { created: 0, renamed: 0, unchanged: 30, deleted: 0 },
            users: { created: 0, unchanged: 60, deleted: 0 },
            issues: [],
          })
        } finally {
          await world.close()
        }
      },
    )
})
