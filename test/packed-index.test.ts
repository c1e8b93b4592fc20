import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexOfNumbers, indexOfTexts } from '../src/packed-index.ts'
import { PackedTexts } from '../src/packed-texts.ts'

describe('an index of packed texts', () => {
  it('finds each where it stands, and nothing else', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 200 }), text, (texts, other) => {
        const list = new PackedTexts({ maxUnpacked: 0 })
        const index = indexOfTexts((position, sought) => list.isAt(position, sought))
        // More than are known as they are, so that those that follow are bytes.
        const all = [...Array.from({ length: 4200 }, (_, at) => `of the harbour ${at}`), ...texts]
        for (const [position, one] of all.entries()) {
          list.push(one)
          index.add(one, position)
        }
        expect(texts.map((one) => list.at(index.find(one)))).toEqual(texts)
        expect(index.find(other)).toBe(all.indexOf(other))
      }),
      { numRuns: 30 },
    )
  })

  it('finds each of a hundred thousand', () => {
    const texts = Array.from({ length: 100_000 }, (_, at) => `EG${at}`)
    const index = indexOfTexts((position, sought) => texts[position] === sought)
    for (const [position, text] of texts.entries()) index.add(text, position)
    expect(texts.every((text, position) => index.find(text) === position)).toBe(true)
    expect(index.find('EG100000')).toBe(-1)
  })
})

describe('an index of numbers', () => {
  it('finds each where it stands, and nothing else', () => {
    const number = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
    fc.assert(
      fc.property(fc.uniqueArray(number, { maxLength: 5000 }), number, (numbers, other) => {
        const index = indexOfNumbers((position, value) => numbers[position] === value)
        for (const [position, value] of numbers.entries()) index.add(value, position)
        expect(numbers.map((value) => index.find(value))).toEqual([...numbers.keys()])
        expect(index.find(other)).toBe(numbers.indexOf(other))
      }),
    )
  })
})
