import { expect, it } from 'vitest'
import { grouped } from '../src/grouped.ts'

it('writes numbers as English does', () => {
  for (const number of [0, 7, 999, 1000, 12_345, 100_000, 1_234_567, -1234])
    expect(grouped(number)).toBe(number.toLocaleString('en-GB'))
})
