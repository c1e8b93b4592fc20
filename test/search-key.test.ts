import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchKey } from '../src/search-key.ts'

describe('folding text for a search', () => {
  it('folds letter by letter what it would fold as a whole', () => {
    // A letter of another script takes the longer way, which reads the whole.
    const latin = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x24f }).map((code) => String.fromCodePoint(code)),
    })
    fc.assert(
      fc.property(latin, (text) => {
        expect(searchKey(text)).toBe(searchKey(`${text} 学`).slice(0, -2))
      }),
    )
  })

  it('knows no accents, no letter case, and letters that look like others', () => {
    expect(searchKey('Thảo Łukasz-ØSTER ß’s')).toBe("thao lukasz-oster ss's")
  })
})
