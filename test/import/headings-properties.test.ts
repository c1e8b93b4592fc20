import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { centreColumns } from '../../src/import/columns.ts'
import { UnusableWorkbook } from '../../src/workbook/errors.ts'
import { readTable } from '../../src/workbook/table.ts'
import { openWorkbook } from '../../src/workbook/read.ts'
import { fileOf } from '../workbook/book.ts'

const specs = centreColumns.map((spec) => ({ ...spec }))
const spellings: readonly ((heading: string) => string)[] = [
  (heading) => heading,
  (heading) => heading.toUpperCase(),
  (heading) => ` ${heading.toLowerCase()} *`,
  (heading) => `${heading} (required)`,
  (heading) => `${heading}:`,
  (heading) => `${heading} *`,
  (heading) => `1. ${heading}`,
  (heading) => `12) ${heading} (one per row)`,
  (heading) => `Required: ${heading}`,
  (heading) => `2.1 Optional – ${heading}`,
  (heading) => heading.replace(' ', '\n'),
]
/** A row of headings: each field once, under a name of its own, in some order, and columns that mean nothing. */
const headingRow = fc
  .tuple(
    fc.tuple(
      ...specs.map(({ field, heading, synonyms }) =>
        fc.tuple(fc.constantFrom(heading, ...synonyms), fc.constantFrom(...spellings)).map(([text, as]) => ({
          field: String(field),
          text: as(text),
        })),
      ),
    ),
    fc.subarray([
      { field: '', text: 'Fees' },
      { field: '', text: '' },
      { field: '', text: 'Remarks 2026' },
    ]),
  )
  .chain(([fields, others]) => {
    const all = [...fields, ...others]
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })
  })
const block = fc.record({ headings: headingRow, rows: fc.nat(4) })
const sheet = fc.record({
  above: fc.subarray(['Centres 2026', 'School', 'Please fill in: Email, Country', '']),
  blocks: fc.array(block, { minLength: 1, maxLength: 3 }),
})

describe('any headings, wherever and however often they stand', () => {
  it('never exchange columns: a cell is read as what its heading says, or the workbook is refused', async () => {
    await fc.assert(
      fc.asyncProperty(sheet, async ({ above, blocks }) => {
        let made = 0
        const lines: string[][] = above.map((text) => [text])
        for (const { headings, rows } of blocks) {
          lines.push(headings.map(({ text }) => text))
          for (let count = 0; count < rows; count++) {
            made += 1
            lines.push(headings.map(({ field }) => `${field || 'other'} ${made}`))
          }
        }
        const width = Math.max(...lines.map(({ length }) => length))
        const text = lines
          .map((cells) => Array.from({ length: width }, (_, at) => `"${cells[at] ?? ''}"`).join(','))
          .join('\r\n')
        const workbook = await openWorkbook(await fileOf(text, 'centres.csv'))
        let reported = 0
        try {
          await readTable(workbook, {
            specs,
            onRow: ({ cells }, { columns }) => {
              if (cells.every((cell) => cell === undefined)) return
              reported += 1
              for (const [field, column] of columns)
                expect(cells[column]).toMatch(new RegExp(`^${field} \\d+$`))
            },
          })
          expect(reported).toBe(made)
        } catch (error) {
          if (!(error instanceof UnusableWorkbook)) throw error
          // A heading with a line end may be half of one whose line was lost.
          expect(['workbook-same-heading', 'workbook-damaged']).toContain(error.code)
        }
      }),
      { numRuns: 300 },
    )
  })
})
