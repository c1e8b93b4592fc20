import { describe, expect, it } from 'vitest'
import { guarded, unguarded } from '../../src/workbook/cell.ts'

const first = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']

describe('a text that a spreadsheet program would run', () => {
  it.each(first)('is kept from it, and read back as it was: %j', (sign) => {
    for (const text of [`${sign}1+1`, `'${sign}1`, `''${sign}1`]) {
      expect(guarded(text)).toBe(`'${text}`)
      expect(unguarded(guarded(text))).toBe(text)
    }
  })

  it.each(['amira@school.example', "'quoted'", 'a=b', '1-2', ''])('is not %j', (text) => {
    expect([guarded(text), unguarded(text)]).toEqual([text, text])
  })
})
