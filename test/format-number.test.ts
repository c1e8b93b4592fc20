import { expect, it } from 'vitest'
import { formatNumber, quotedHeading } from '../src/format-number.ts'

it('writes numbers as English does', () => {
  for (const number of [0, 7, 999, 1000, 12_345, 100_000, 1_234_567, -1234])
    expect(formatNumber(number)).toBe(number.toLocaleString('en-GB'))
})

it('quotes a heading whole, and cuts a long one where it shows', () => {
  expect(quotedHeading('Coordinator')).toBe("'Coordinator'")
  expect(quotedHeading('x'.repeat(40))).toBe(`'${'x'.repeat(40)}'`)
  expect(quotedHeading('x'.repeat(41))).toBe(`'${'x'.repeat(40)}…'`)
})
