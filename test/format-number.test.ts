import { expect, it } from 'vitest'
import { formatNumber } from '../src/format-number.ts'

it('writes numbers as English does', () => {
  for (const number of [0, 7, 999, 1000, 12_345, 100_000, 1_234_567, -1234])
    expect(formatNumber(number)).toBe(number.toLocaleString('en-GB'))
})
