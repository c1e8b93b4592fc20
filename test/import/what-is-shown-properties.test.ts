import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SSF } from 'xlsx'
import { readNumberCell } from '../../src/import/cells.ts'
import { customFormat, readNumber } from '../../src/workbook/number.ts'

const letters = fc.constantFrom('EG', 'A', 'No ', 'é', '-', ' ', '00', '7', '0', 'x.')
const literal = fc.oneof(
  letters.map((text) => `"${text}"`),
  fc.constantFrom('\\A', '\\-', '_)', '\\ ', ''),
)
const digits = fc.constantFrom('0', '000', '00000', '0####', '#', '#,##0', '0.00', '0,', '0,,', '00-000')
const plainSection = fc
  .tuple(fc.constantFrom('', '[Red]'), literal, digits, literal)
  .map((parts) => parts.join(''))
/** A format as somebody makes one who wants letters and zeros before a number. */
const format = fc
  .oneof(
    plainSection,
    fc.tuple(plainSection, plainSection).map((sections) => sections.join(';')),
    // What a condition shows that nothing else follows is not agreed upon.
    fc
      .tuple(fc.constantFrom('[>9]', '[<100]', '[>=5000]'), plainSection, plainSection)
      .map(([condition, first, second]) => `${condition}${first};${second}`),
  )
  .filter((code) => shownBySheetJs(code, 7) !== undefined)
// SheetJS is not to be relied on for 0, which is no centre's number.
const held = fc.oneof(
  fc.integer({ min: 1, max: 99_999 }),
  fc.constantFrom(7, 123, 50_538, 123_456_789, 1_000_000),
)

/** What another program says that the cell shows. */
function shownBySheetJs(code: string, value: number): string | undefined {
  try {
    return String(SSF.format(code, value)).trim()
  } catch {
    return undefined
  }
}

describe('a centre number in a cell with any number format', () => {
  it('is what the cell shows, or is held back with what it shows and what it holds', () => {
    fc.assert(
      fc.property(format, held, (code, value) => {
        const { text = '', note } = readNumber(String(value), customFormat(code))
        const read = readNumberCell(text, note)
        if ('number' in read) expect(read.number).toBe(shownBySheetJs(code, value)?.toUpperCase())
        else if (read.fault.code === 'shown-otherwise') {
          expect(note).toMatchObject({ kind: 'number', held: String(value) })
          expect(read.fault.message).toContain(`holds ${value}`)
        } else expect(['invalid-number', 'missing-number']).toContain(read.fault.code)
      }),
      { numRuns: 3000 },
    )
  })
})
