import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { book, MAIN } from '../workbook/book.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

interface FormattedCell {
  cell: string
  /** A number format; General without it. */
  code?: string
  type?: 'n' | 'b' | 'str' | 'inlineStr' | 's'
}

const headings = [
  'Centre number',
  'Centre name',
  'Email',
  'Country',
  'Postcode',
  'Town',
  'First name',
  'Last name',
]

/** Imports one row of cells under their formats; the styles and what stands behind the rows can be added to. */
async function importCells(
  cells: readonly FormattedCell[],
  { rules = '', behind = '' }: { rules?: string; behind?: string } = {},
) {
  const codes = [...new Set(cells.flatMap(({ code }) => code ?? []))]
  const escaped = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  const styles = `<numFmts>${codes.map((code, at) => `<numFmt numFmtId="${164 + at}" formatCode="${escaped(code)}"/>`).join('')}</numFmts><cellXfs><xf numFmtId="0"/>${codes.map((_, at) => `<xf numFmtId="${164 + at}"/>`).join('')}</cellXfs>${rules}`
  const xmlOf = ({ cell, code, type = 'inlineStr' }: FormattedCell, texts: string[]) => {
    const style = code === undefined ? 0 : codes.indexOf(code) + 1
    if (type === 'inlineStr') return `<c s="${style}" t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`
    if (type !== 's') return `<c s="${style}" t="${type}"><v>${escaped(cell)}</v></c>`
    return `<c s="${style}" t="s"><v>${texts.push(cell) - 1}</v></c>`
  }
  const texts: string[] = []
  const heads = headings.map((cell) => xmlOf({ cell }, texts)).join('')
  const row = cells.map((cell) => xmlOf(cell, texts)).join('')
  const sheet = `<worksheet xmlns="${MAIN}"><sheetData><row r="1">${heads}</row><row r="2">${row}</row></sheetData>${behind}</worksheet>`
  const shared = texts.map((text) => `<si><t>${escaped(text)}</t></si>`).join('')
  writeFileSync(world.path('centres.xlsx'), book({ sheet, styles, texts: shared }))
  const ran = await world.run(['centres', 'import', 'centres.xlsx', '--yes', '--json'])
  const { issues } = ran.json()
  const codesOf = issues.map(({ cell, code }: { cell: string; code: string }) => `${cell} ${code}`)
  return { issues, codes: codesOf }
}

/** An import that takes nothing over begins no store. */
const centresSaved = async () => {
  const listed = await world.run(['centres', 'list', '--json'])
  if (listed.exit === 0) return listed.json().centres
  expect(listed.error().code).toBe('store-missing')
  return []
}

const rest: readonly FormattedCell[] = [
  { cell: 'Nile View School' },
  { cell: 'a@a.example' },
  { cell: 'Egypt' },
]

describe('a text under a format that shows it otherwise', () => {
  it.each([
    ['"EG"@', '012', 'EG012'],
    ['@"A"', '777', '777A'],
    ['0;0;0;"X"@', '50538', 'X50538'],
    ['dd/mm/yyyy;@', 'EG001', 'EG001'],
    ['_-@_-', 'EG001', 'EG001'],
  ])('is the number that is shown: %s', async (code, cell, number) => {
    for (const type of ['s', 'str', 'inlineStr'] as const) {
      expect((await importCells([{ cell, code, type }, ...rest])).codes).toEqual([])
    }
    expect(await centresSaved()).toMatchObject([{ number }])
  })

  it('stands in the file of the rows held back as it is shown, where that may be its number', async () => {
    await importCells([{ cell: '012', code: '"EG "@' }, ...rest])
    const held = ['centres', 'import', 'centres.xlsx', '--yes', '--issues-out', 'held.csv']
    expect((await world.run(held)).exit).toBe(8)
    expect(readFileSync(world.path('held.csv'), 'utf8')).toContain('"EG 012","Nile View School"')
  })

  it.each([
    [';;;', 'EG555', 'Centre number is shown as nothing, and holds EG555'],
    ['"EG "@', '012', 'Centre number is shown as EG 012, and holds 012'],
  ])('is held back where %s shows no number, and both are named', async (code, cell, message) => {
    const { issues } = await importCells([{ cell, code }, ...rest])
    expect(issues).toMatchObject([{ cell: 'Centres!A2', code: 'shown-otherwise', message }])
    expect(await centresSaved()).toEqual([])
  })

  it('is no name, address or town', async () => {
    const { codes } = await importCells([
      { cell: 'EG001' },
      { cell: 'Nile View', code: '@" School"' },
      { cell: 'a', code: '@"@a.example"' },
      { cell: 'Egypt' },
      { cell: '1' },
      { cell: 'Cairo', code: ';;;' },
    ])
    expect(codes).toEqual([
      'Centres!B2 shown-otherwise',
      'Centres!C2 shown-otherwise',
      'Centres!F2 shown-otherwise',
    ])
  })
})

describe('a number', () => {
  const rule = (code: string) =>
    `<dxfs><dxf><font/></dxf><dxf><numFmt numFmtId="170" formatCode="${code}"/></dxf></dxfs>`
  const conditional = (cells: string, format: number) =>
    `<mergeCells><mergeCell ref="A8:A9"/></mergeCells><phoneticPr fontId="1"/><conditionalFormatting sqref="${cells}"><cfRule type="cellIs" dxfId="${format}" priority="1" operator="greaterThan"><formula>9</formula></cfRule></conditionalFormatting><pageMargins left="1"/>`

  it.each([
    ['A2:A9', 1, '&quot;EG&quot;000', ['Centres!A2 shown-otherwise']],
    ['C1 A2', 1, '&quot;EG&quot;000', ['Centres!A2 shown-otherwise']],
    ['A2:A9', 0, '&quot;EG&quot;000', []],
    ['B2:B9', 1, '&quot;EG&quot;000', []],
    ['A2:A9', 1, 'General', []],
  ])('to which a conditional format at %s applies, the %d., %s', async (cells, format, code, held) => {
    const { codes } = await importCells([{ cell: '50538', type: 'n' }, ...rest], {
      rules: rule(code),
      behind: conditional(cells, format),
    })
    expect(codes).toEqual(held)
  })

  it.each([
    ['A2:A9', '&quot;EG&quot;000', ['Centres!A2 shown-otherwise']],
    ['C1:C4 A2', '&quot;EG&quot;000', ['Centres!A2 shown-otherwise']],
    ['B2:B9', '&quot;EG&quot;000', []],
    ['A2:A9', 'General', []],
  ])('to which a format of the extension list at %s applies, %s', async (cells, code, held) => {
    const links = Array.from({ length: 3000 }, (_, at) => `<hyperlink ref="C${at + 2}" location="x"/>`).join(
      '',
    )
    const { codes } = await importCells([{ cell: '50538', type: 'n' }, ...rest], {
      behind: `<hyperlinks>${links}</hyperlinks><pageMargins left="1"/><extLst><ext xmlns:x14="x" uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"><x14:conditionalFormattings><x14:conditionalFormatting xmlns:xm="y"><x14:cfRule type="expression" priority="1" id="{0}"><xm:f>Other!A1=1</xm:f><x14:dxf><numFmt numFmtId="170" formatCode="${code}"/></x14:dxf></x14:cfRule><xm:sqref>${cells}</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>`,
    })
    expect(codes).toEqual(held)
  })

  it.each(['Infinity', '0x10', '1,234', '0b11'])('is not %s', async (cell) => {
    const { issues } = await importCells([{ cell, type: 'n' }, ...rest])
    expect(issues).toMatchObject([{ cell: 'Centres!A2', code: 'shown-otherwise', value: cell }])
  })

  it.each(['aaa', 'aaaa', 'bbbb', 'ggge', '[$-411]ge', 'e'])(
    'is a date under the format %s',
    async (code) => {
      const { issues } = await importCells([{ cell: '46082', type: 'n', code }, ...rest])
      expect(issues).toMatchObject([
        { code: 'invalid-number', message: 'Centre number is the date 2026-03-01' },
      ])
    },
  )
})

describe('a postcode, a town or a first name', () => {
  it.each([
    ['12345', '000\\ 00', '123 45'],
    ['123456789', '00000\\-0000', '12345-6789'],
    ['1234', '0000" AB"', '1234 AB'],
    ['417', '00000', '00417'],
  ])('is what the cell shows: %s under %s', async (cell, code, postcode) => {
    const { codes } = await importCells([{ cell: 'EG001' }, ...rest, { cell, code, type: 'n' }])
    expect(codes).toEqual([])
    expect((await world.run(['centres', 'show', 'EG001', '--json'])).json()).toMatchObject({ postcode })
  })

  it('is held back where it is a date, a yes or no, or shown shortened', async () => {
    const date = { cell: '46082', code: 'd\\-m', type: 'n' } as const
    const held = async (...more: FormattedCell[]) =>
      (await importCells([{ cell: 'EG001' }, ...rest, ...more])).codes
    expect(await held(date)).toEqual(['Centres!E2 shown-otherwise'])
    expect(await held({ cell: '1', type: 'b' })).toEqual(['Centres!E2 shown-otherwise'])
    expect(await held({ cell: '1234567890123', type: 'n' })).toEqual(['Centres!E2 shown-otherwise'])
    expect(await held({ cell: '1' }, date)).toEqual(['Centres!F2 shown-otherwise'])
    const anna = { cell: '5', code: '"Anna "0', type: 'n' } as const
    for (const name of [anna, date]) {
      expect(await held({ cell: '1' }, { cell: 'Cairo' }, name, { cell: 'Haddad' })).toEqual([
        'Centres!G2 shown-otherwise',
      ])
    }
  })
})

describe('a number of many digits', () => {
  it.each(['0', '#', '00'])('is shown whole under the format %s, and is the number', async (code) => {
    expect((await importCells([{ cell: '123456789012', type: 'n', code }, ...rest])).codes).toEqual([])
    expect(await centresSaved()).toMatchObject([{ number: '123456789012' }])
  })

  it('keeps its digits in the workbook of the rows held back; a centre number that was shortened is not made good', async () => {
    const { codes } = await importCells([
      { cell: '123456789012', type: 'n' },
      { cell: 'Nile View School' },
      { cell: 'a@a.example' },
      { cell: 'Egypt' },
      { cell: '447911123456', type: 'n' },
    ])
    expect(codes).toEqual(['Centres!A2 shown-otherwise'])
    await world.run(['centres', 'import', 'centres.xlsx', '--yes', '--issues-out', 'held.csv'])
    const written = readFileSync(world.path('held.csv'), 'utf8')
    expect(written).toContain('447911123456')
    expect(written).not.toMatch(/^123456789012,/m)
  })

  it('stays in the workbook of the rows held back where nobody can tell what its format shows', async () => {
    await importCells([
      { cell: '50538', type: 'n', code: 't0' },
      { cell: 'Nile View School' },
      { cell: 'a@a.example' },
      { cell: 'Egypt' },
      { cell: '447911123456', type: 'n', code: 't0' },
    ])
    await world.run(['centres', 'import', 'centres.xlsx', '--yes', '--issues-out', 'held.csv'])
    const written = readFileSync(world.path('held.csv'), 'utf8')
    expect(written).toContain('447911123456')
    expect(written).not.toMatch(/^50538,/m)
  })
})

describe('a number under a format that is no number of a centre', () => {
  it.each(['[h]', '[mm]', '[s]', '[DBNum1]0', '[$-2000000]0', '[$-1E000000]0'])('%s', async (code) => {
    const { codes } = await importCells([{ cell: '50538', type: 'n', code }, ...rest])
    expect(codes).toEqual(['Centres!A2 shown-otherwise'])
  })

  it.each(['[$-409]0', '[$-1010000]0'])('is one under %s, which has the digits of English', async (code) => {
    expect((await importCells([{ cell: '50538', type: 'n', code }, ...rest])).codes).toEqual([])
  })
})

it('a name that is a number tells what is shown beside what is held', async () => {
  const { issues } = await importCells([
    { cell: 'EG001' },
    { cell: '5', type: 'n', code: '"School "0' },
    { cell: 'a@a.example' },
    { cell: 'Egypt' },
  ])
  expect(issues).toMatchObject([
    { code: 'shown-otherwise', message: 'Centre name is shown as School 5, and holds 5' },
  ])
})
