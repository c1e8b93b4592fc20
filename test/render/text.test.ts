import { describe, expect, it } from 'vitest'
import { relativeTime, count, listLines } from '../../src/render/text.ts'
import { plainTime } from '../../src/plain-time.ts'

const now = new Date('2026-03-02T09:00:00.000Z')

describe('how long ago', () => {
  it.each([
    ['2026-03-02T08:59:31.000Z', 'just now'],
    ['2026-03-02T08:59:00.000Z', '1 minute ago'],
    ['2026-03-02T08:15:00.000Z', '45 minutes ago'],
    ['2026-03-02T08:00:00.000Z', '1 hour ago'],
    ['2026-03-01T10:00:00.000Z', '23 hours ago'],
    ['2026-03-01T09:00:00.000Z', '1 day ago'],
    ['2026-02-01T09:00:00.000Z', '29 days ago'],
    ['2026-01-31T09:00:00.000Z', '2026-01-31'],
    ['2026-03-03T09:00:00.000Z', '2026-03-03'],
  ])('%s is %s', (iso, words) => {
    expect(relativeTime(iso, now)).toBe(words)
  })
})

describe('words for numbers and lists', () => {
  it.each([
    ['country', '8 countries'],
    ['entry', '8 entries'],
    ['day', '8 days'],
  ])('say more than one %s as it is spelt', (singular, words) => {
    expect(count(8, singular)).toBe(words)
  })

  it('count with separators, and one as one', () => {
    expect([count(1, 'centre'), count(0, 'centre'), count(1200, 'centre')]).toEqual([
      '1 centre',
      '0 centres',
      '1,200 centres',
    ])
  })

  it('show so many, and say how many more there are', () => {
    expect(listLines('Gone:', [], 2)).toEqual([])
    expect(listLines('Gone:', ['a', 'b'], 2)).toEqual(['Gone:', '    a', '    b'])
    expect(listLines('Gone:', ['a', 'b', 'c'], 2)).toEqual(['Gone:', '    a', '    b', '    … and 1 more'])
  })

  it('say a time in UTC', () => {
    expect(plainTime('2026-03-02T09:00:00.000Z')).toBe('2026-03-02 09:00 UTC')
  })
})
