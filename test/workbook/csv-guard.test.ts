import { describe, expect, it } from 'vitest'
import { escapeFormula, unescapeFormula } from '../../src/workbook/cell.ts'

const first = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']

describe('a text that a spreadsheet program would run', () => {
  it.each(first)('is kept from it, and read back as it was: %j', (sign) => {
    for (const text of [`${sign}1+1`, `'${sign}1`, `''${sign}1`]) {
      expect(escapeFormula(text)).toBe(`'${text}`)
      expect(unescapeFormula(escapeFormula(text))).toBe(text)
    }
  })

  it.each(['amira@school.example', "'quoted'", 'a=b', '1-2', ''])('is not %j', (text) => {
    expect([escapeFormula(text), unescapeFormula(text)]).toEqual([text, text])
  })
})
