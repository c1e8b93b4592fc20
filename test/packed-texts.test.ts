import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PackedChoices, PackedNumbers, PackedTexts } from '../src/packed-texts.ts'
import { tooMuchText } from '../src/workbook/errors.ts'

function packed(texts: readonly string[]): PackedTexts {
  const list = new PackedTexts()
  for (const text of texts) list.push(text)
  return list
}

const listed = (list: PackedTexts) => Array.from({ length: list.length }, (_, at) => list.at(at))

/** Bytes outside the heap, once what earlier tests left is collected. */
function bytesOutsideTheHeap(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc()')
  return process.memoryUsage().arrayBuffers
}

/** More of them than are kept as they are. */
const many = Array.from({ length: 120_000 }, (_, at) => `School ${at}`)

describe('texts that are packed', () => {
  it('come back as they were, whatever they are', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(fc.array(text, { maxLength: 50 }), (texts) => {
        const list = packed([...many, ...texts])
        expect(listed(list).slice(many.length)).toEqual(texts)
      }),
      { numRuns: 20 },
    )
  })

  it('come back where half of a letter stands in one, and where one is longer than what holds many', () => {
    const odd = [
      '\ud83d',
      'École\udc00',
      'é'.repeat(9000),
      'x'.repeat(3_000_000),
      '',
      'Łódź',
      'Città',
      '学校',
    ]
    expect(listed(packed([...many, ...odd, ...odd])).slice(many.length)).toEqual([...odd, ...odd])
  })

  it('come back where half of a letter stands in one that was cut from a longer text', () => {
    const list = new PackedTexts({ areSlices: true })
    for (const text of ['EG\ud83d', '\udc00', 'École']) list.push(text)
    expect(listed(list)).toEqual(['EG\ud83d', '\udc00', 'École'])
  })

  it('are refused where they are more than any list needs, however short the file: a text may be shared by all cells', () => {
    const list = new PackedTexts({ maxUnpacked: 1, letterLimit: 1_500_000, tooManyLetters: tooMuchText })
    const fill = () => {
      for (let at = 0; at < 3000; at += 1) list.push(`${at} ${'x'.repeat(1000)}`)
    }
    expect(fill).toThrow(expect.objectContaining({ code: 'workbook-bomb' }))
  })

  it('come back where more than one piece is filled', () => {
    const long = Array.from({ length: 3000 }, (_, at) => `${at} ${'ß'.repeat(at)}`)
    expect(listed(packed([...many, ...long])).slice(many.length)).toEqual(long)
  })

  it('can be exchanged', () => {
    const list = packed([...many, 'A', 'B'])
    list.set(3, 'École')
    list.set(many.length, '学校')
    expect([list.at(2), list.at(3), list.at(many.length), list.at(many.length + 1)]).toEqual([
      'School 2',
      'École',
      '学校',
      'B',
    ])
  })

  it('lie outside the heap, but for the first', () => {
    const before = bytesOutsideTheHeap()
    const list = packed([...many, ...many.map((text) => `${text} ${'of the harbour '.repeat(8)}`)])
    expect(bytesOutsideTheHeap() - before).toBeGreaterThan(10_000_000)
    expect(list.at(many.length)).toMatch(/^School 0 of the harbour/)
  })

  it('are told from all others without being made', () => {
    const texts = ['School', 'school', 'Schools', 'École', 'Ecole', '学校', '学', '', 'x'.repeat(9000)]
    const list = packed([...many, ...texts])
    for (const [at, text] of texts.entries())
      expect(texts.filter((other) => list.isAt(many.length + at, other))).toEqual([text])
  })

  it('that come again are kept once', () => {
    const list = packed(Array.from({ length: 10_000 }, (_, at) => ['Egypt', 'Türkiye', ''][at % 3] ?? ''))
    expect(listed(list).slice(0, 4)).toEqual(['Egypt', 'Türkiye', '', 'Egypt'])
  })
})

describe('numbers that are packed', () => {
  it('come back as they were, and none that is larger than its place is taken', () => {
    const numbers = new PackedNumbers()
    for (const number of [0, 7, 2 ** 32 - 1]) numbers.push(number)
    expect([0, 1, 2].map((at) => numbers.at(at))).toEqual([0, 7, 2 ** 32 - 1])
    expect(() => numbers.push(2 ** 32)).toThrow(RangeError)
  })
})

describe('values of which there are few', () => {
  it('come back as they were', () => {
    const roles = new PackedChoices<string | null>(null)
    const pushed = Array.from({ length: 5000 }, (_, at) => ['coordinator', null, 'admin'][at % 3] ?? null)
    for (const role of pushed) roles.push(role)
    expect(pushed.map((_, at) => roles.at(at))).toEqual(pushed)
  })
})

describe('a list of very many texts', () => {
  it('keeps those that came first, too, however many come', () => {
    const of = (at: number) =>
      at % 1000 === 7
        ? `${at} ${'x'.repeat(9000)}`
        : at % 3 === 0
          ? `Towns ${at % 9}`
          : `École ${at} 東 ${at % 5 === 0 ? '\ud800' : ''}`
    const list = new PackedTexts()
    for (let at = 0; at < 160_000; at += 1) {
      list.push(of(at))
      if (at === 120_000) list.set(5, 'another')
    }
    const found = Array.from({ length: 160_000 }, (_, at) => list.at(at))
    expect(found.findIndex((text, at) => text !== (at === 5 ? 'another' : of(at)))).toBe(-1)
  })

  const texts = Array.from(
    { length: 5000 },
    (_, at) => `${at} ${'of the harbour '.repeat(500)}${at % 7 === 0 ? 'é東' : ''}`,
  )

  it('keeps each as it is, in blocks of many pieces', () => {
    const list = new PackedTexts({ maxUnpacked: 0 })
    for (const text of texts) list.push(text)
    expect(texts.every((text, at) => list.at(at) === text && list.isAt(at, text))).toBe(true)
  })

  it('gives its memory back when it is let go of, and not when the collector comes', async () => {
    const list = new PackedTexts({ maxUnpacked: 0 })
    for (const text of texts) list.push(text)
    const held = process.memoryUsage().arrayBuffers
    list.release()
    await setTimeout(50)
    expect(held - process.memoryUsage().arrayBuffers).toBeGreaterThan(35_000_000)
  })
})
