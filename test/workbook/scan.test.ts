import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { sharedStringsScanner, sharedStringsXml, scanSheet } from '../../src/workbook/read.ts'
import { rowMaker, type SheetRow } from '../../src/workbook/sheet-rows.ts'
import { readSheetXml } from '../../src/workbook/sheet-xml.ts'
import type { TextSink } from '../../src/workbook/xml.ts'
import { MAIN, sheetXml } from './book.ts'

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('a', 'Zoë', '_x000D_', ' b ', 'x]]', 'é\n', 'a longer text than thirteen'),
  )
  .map((value) => escaped(value.replace(/[^\P{Cc}\t\n]|[\ufffe\uffff]/gu, '')))
const gap = fc.constantFrom('', '', '', ' ', '\n', '\r\n  ')
const oddity = fc.constantFrom(
  '',
  '',
  '',
  '',
  '',
  '',
  '',
  '',
  '<!-- <c r="Z9"><v>9</v></c></row> -->',
  '<?pi </row>?>',
  '<x:ext xmlns:x="y"><v>5</v></x:ext>',
)

const value = fc.oneof(
  { weight: 4, arbitrary: fc.nat(1e6).map((number) => ['', `<v>${number}</v>`] as const) },
  {
    weight: 2,
    arbitrary: fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((number) => ['', `<v>${number}</v>`] as const),
  },
  { weight: 4, arbitrary: fc.nat(2).map((at) => [' t="s"', `<v>${at}</v>`] as const) },
  { weight: 4, arbitrary: text.map((words) => [' t="str"', `<f>A1&amp;"x"</f><v>${words}</v>`] as const) },
  {
    weight: 4,
    arbitrary: text.map(
      (words) => [' t="inlineStr"', `<is><t xml:space="preserve">${words}</t></is>`] as const,
    ),
  },
  {
    weight: 1,
    arbitrary: text.map(
      (words) =>
        [
          " t='inlineStr'",
          `<is><r><rPr><b/></rPr><t>${words}</t></r><r><t>b</t></r><rPh sb="0" eb="1"><t>k</t></rPh></is>`,
        ] as const,
    ),
  },
  {
    weight: 1,
    arbitrary: text.map((words) => [' t="str"', `<v><![CDATA[${words.replaceAll(']]', '')}]]></v>`] as const),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      [' t="e"', '<v>#N/A</v>'] as const,
      [' t="b"', '<v>1</v>'] as const,
      ['', '<f t="shared" si="0"/><v/>'] as const,
      ['', ''] as const,
      [' s="1" foo="a&gt;b>c"', '<v>46082</v>'] as const,
      [' t="str"', '<v>&#xe9;&#233;&quot;</v>'] as const,
    ),
  },
)
const row = fc.record({
  cells: fc.array(fc.tuple(value, gap, fc.boolean(), oddity)),
  between: gap,
  numbered: fc.boolean(),
  step: fc.integer({ min: 1, max: 9 }),
  odd: oddity,
  ghost: fc.boolean(),
  stop: fc.constantFrom('</row>', '</row>', '</row>', '</row >'),
})
const sheet = fc.array(row).map((rows) => {
  let number = 0
  return rows
    .map(({ cells, between, numbered, step, odd, ghost, stop }) => {
      number += numbered ? step : 1
      const start = numbered ? `<row r="${number}" spans='1:9'` : '<row'
      if (ghost && cells.length === 0) return `${between}${start}/>`
      const inside = cells.map(([[attributes, content], space, referenced, strange], at) => {
        const reference = referenced ? ` r="${String.fromCharCode(65 + (at % 26))}${number}"` : ''
        return content === ''
          ? `${space}<c${reference}${attributes} />`
          : `${space}<c${reference}${attributes}>${space}${content}${space}</c>${strange}`
      })
      return `${between}${start}>${odd}${inside.join('')}${between}${stop}`
    })
    .join('')
})

function rowsFrom(read: (onRow: (row: SheetRow) => void) => TextSink, pieces: string[]): unknown {
  const rows: SheetRow[] = []
  const sink = read((made) => rows.push(made))
  try {
    for (const piece of pieces) sink.write(piece)
    sink.end()
  } catch (error) {
    return { error: error instanceof Error ? error.message : error, before: rows.length > 0 }
  }
  return rows.map(({ number, cells, notes, hidden }) => [number, [...cells], notes, hidden])
}

function inPieces(whole: string, sizes: readonly number[]): string[] {
  const pieces: string[] = []
  let at = 0
  for (let turn = 0; at < whole.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 100
    pieces.push(whole.slice(at, at + size))
    at += size
  }
  return pieces
}

describe('the scanner', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('reads the texts of a list as programs write it without the help of saxes', () => {
    const slow = vi.spyOn(SaxesParser.prototype, 'write')
    const texts: string[] = []
    const scanner = sharedStringsScanner('texts', (found) => texts.push(found))
    scanner.write(
      `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<sst xmlns="${MAIN}" count="2" `,
    )
    scanner.write('uniqueCount="2"><si><t>Cairo</t></si><si><t xml:space="preserve"> Giza</t></si></sst>')
    scanner.end()
    expect(texts).toEqual(['Cairo', ' Giza'])
    expect(slow).not.toHaveBeenCalled()
  })

  it('reads the rows of a sheet as programs write them without the help of saxes', () => {
    const rows: SheetRow[] = []
    const book = { sharedStrings: ['Cairo'], formats: [], from1904: false, recalculates: false }
    const scanner = scanSheet(
      'sheet',
      rowMaker(book, (row) => rows.push(row)),
    )
    const slow = vi.spyOn(SaxesParser.prototype, 'write')
    scanner.write(`<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="${MAIN}"><sheetData>`)
    scanner.write(
      '<row r="1" spans="1:2"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>é</t></is></c></row>',
    )
    expect(rows.map(({ cells }) => [...cells])).toEqual([['Cairo', 'é']])
    expect(slow).not.toHaveBeenCalled()
  })

  it.each(['-1', '1', '0.5', 'x'])('refuses a reference to no text: %s', (reference) => {
    const book = { sharedStrings: ['Cairo'], formats: [], from1904: false, recalculates: false }
    const scanner = scanSheet(
      'sheet',
      rowMaker(book, () => undefined),
    )
    const cell = `<c r="A1" t="s"><v>${reference}</v></c>`
    const sheet = `<worksheet xmlns="${MAIN}"><sheetData><row r="1">${cell}</row></sheetData></worksheet>`
    expect(() => scanner.write(sheet)).toThrow('refers to a text that is not there')
  })

  it('reads any sheet as saxes does, however it is cut into pieces', () => {
    const refers = {
      sharedStrings: ['Cairo', 'Giza', 'İzmir'],
      formats: ['plain' as const, 'date' as const],
      from1904: false,
      recalculates: true,
    }
    fc.assert(
      fc.property(
        sheet,
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }),
        (rows, sizes) => {
          const whole = sheetXml(rows)
          const scanned = rowsFrom(
            (onRow) => scanSheet('sheet', rowMaker(refers, onRow)),
            inPieces(whole, sizes),
          )
          const parsed = rowsFrom((onRow) => readSheetXml('sheet', rowMaker(refers, onRow)), [whole])
          expect(scanned).toEqual(parsed)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('reads any shared strings as saxes does', () => {
    const item = fc
      .tuple(text, gap, fc.constantFrom('plain', 'plain', 'plain', 'space', 'rich', 'guide', 'empty', 'none'))
      .map(([words, space, kind]) => {
        if (kind === 'plain') return `${space}<si>${space}<t>${words}</t>${space}</si>`
        if (kind === 'space') return `<si><t xml:space="preserve">${words}</t></si>`
        if (kind === 'rich') return `<si><r><rPr/><t>${words}</t></r><r><t>x</t></r></si>`
        if (kind === 'guide') return `<si><t>${words}</t><rPh sb="0" eb="1"><t>kana</t></rPh></si>`
        return kind === 'empty' ? '<si><t/></si>' : '<si/>'
      })
    fc.assert(
      fc.property(
        fc.array(item),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
        (items, sizes) => {
          const whole = `<?xml version="1.0"?>\n<sst xmlns="${MAIN}" count="1" uniqueCount="1">${items.join('')}</sst>`
          const scanned: string[] = []
          const parsed: string[] = []
          const scanner = sharedStringsScanner('texts', (found) => scanned.push(found))
          for (const piece of inPieces(whole, sizes)) scanner.write(piece)
          scanner.end()
          const parser = sharedStringsXml('texts', (found) => parsed.push(found))
          parser.write(whole)
          parser.end()
          expect(scanned).toEqual(parsed)
        },
      ),
      { numRuns: 300 },
    )
  })
})
