import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellName, cleanCode, cleanText, columnLetters, columnOf, trimCode } from '../../src/workbook/cell.ts'
import { isBlankRow } from '../../src/workbook/sheet-rows.ts'

describe('cleaning a name', () => {
  it.each([
    ['Cairo\u00a0 School \n', 'Cairo School'],
    ['a\r\n\tb', 'a b'],
    ['\ufeffZoe\u0308', 'Zoë'],
    ['St\u200bMary\u2019s', 'StMary\u2019s'],
    ['co\u00adoperate', 'cooperate'],
    ['\u202eabc\u202c', 'abc'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['\u200cabc\u200d', 'abc'],
    ['क्\u200dष', 'क्\u200dष'],
    ['a\u0000b', 'ab'],
    ['e\u200b\u0301', 'é'],
    ['İzmir Öztürk', 'İzmir Öztürk'],
    ['\u3000東京\u3000', '東京'],
    ['a\ud800b', 'ab'],
  ])('makes %j into %j', (text, clean) => {
    expect(cleanText(text)).toBe(clean)
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => cleanText(cleanText(text)) === cleanText(text)),
    )
  })
})

describe('cleaning a code', () => {
  it('turns typographic quotes and dashes into those of a keyboard', () => {
    expect(cleanCode(' EG\u2013001\u2019 ')).toBe("EG-001'")
  })

  it('leaves what hides inside an address to be refused', () => {
    expect(trimCode('\u00a0\u200bamira@\u200bschool.example\ufeff ')).toBe('amira@\u200bschool.example')
  })
})

describe('naming a cell', () => {
  it.each([
    ['Centres', 'Centres!C14'],
    ['My sheet', "'My sheet'!C14"],
    ["Amira's", "'Amira''s'!C14"],
    ['2026', "'2026'!C14"],
    ['A1', "'A1'!C14"],
    ['Écoles', 'Écoles!C14'],
  ])('on sheet %j gives %j', (sheet, name) => {
    expect(cellName(sheet, 2, 14)).toBe(name)
  })

  it('counts columns as Excel does', () => {
    expect([0, 25, 26, 701, 702, 16_383].map(columnLetters)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA', 'XFD'])
    fc.assert(fc.property(fc.nat(16_383), (column) => columnOf(`${columnLetters(column)}1`) === column))
  })
})

describe('a blank row', () => {
  it('has nothing to see in any cell', () => {
    expect(isBlankRow({ number: 1, cells: [undefined, ' \u00a0', '\u200b'] })).toBe(true)
    expect(isBlankRow({ number: 1, cells: [undefined, '0'] })).toBe(false)
  })
})
