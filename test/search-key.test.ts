import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchKey } from '../src/search-key.ts'

describe('folding text for a search', () => {
  it('folds letter by letter what it would fold as a whole', () => {
    // A Greek letter takes the longer way, which reads the whole.
    const characters = fc.oneof(
      fc.integer({ min: 0x20, max: 0x24f }),
      fc.integer({ min: 0x300, max: 0xffff }).filter((code) => code < 0xd800 || code > 0xdfff),
      fc.constantFrom(
        0x300,
        0x301,
        0x308,
        0x3099,
        0x653,
        0x654,
        0x1100,
        0x1161,
        0x11a8,
        0x3131,
        0x314f,
        0x3260,
      ),
      fc.constantFrom(0x130, 0x3a3, 0x212a, 0x1f600),
    )
    const texts = fc.string({ unit: characters.map((code) => String.fromCodePoint(code)) })
    fc.assert(
      fc.property(texts, (text) => {
        expect(searchKey(text)).toBe(searchKey(`${text} ω`).slice(0, -2))
      }),
      { numRuns: 2000 },
    )
  })

  it('knows no accents, no letter case, and letters that look like others', () => {
    expect(searchKey('Thảo Łukasz-ØSTER ß’s')).toBe("thao lukasz-oster ss's")
  })
})
