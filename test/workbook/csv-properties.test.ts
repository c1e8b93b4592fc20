import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../../src/workbook/csv.ts'
import { UnusableWorkbook } from '../../src/workbook/errors.ts'

const headings = ['Centre number', 'Centre name', 'Email', 'Country']
const lineEnd = fc.constantFrom('\r\n', '\n', '\r')
const word = fc.constantFrom('Nile', 'a@x.example', '5" pipe', 'El "Nour"', ' two words ', '', 'Cairo, Giza')
/** A cell as people break it with Alt+Enter: no line behind the first has a comma. */
const broken = fc
  .tuple(
    fc.constantFrom('12 Nile Street', 'Nile Street, 12', ''),
    fc.array(fc.constantFrom('Cairo', '"El Nour"', '', 'b@x.example')),
  )
  .map(([first, more]) => [first, ...more].join('\n'))
const plainCells = fc.tuple(word, word, word)
const cells = fc.tuple(word, fc.oneof(word, broken), word)

interface Written {
  cells: readonly string[]
  /** Of the row, and of the lines of its cells. */
  end: string
  quoted: boolean
}
const written = (of: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Written> =>
  fc.record({ cells: of, end: lineEnd, quoted: fc.boolean() })

function lineOf({ cells: texts, end, quoted }: Written): string {
  const all = texts.map((text) =>
    quoted || /[",\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""').replace(/\n/g, end)}"` : text,
  )
  return all.join(',') + end
}

const numbered = (rows: readonly Written[]): Written[] =>
  rows.map((row, at) => ({ ...row, cells: [`EG${100 + at}`, ...row.cells] }))

async function read(text: string): Promise<string[][]> {
  const rows: string[][] = []
  await readCsv(Buffer.from(text), ({ cells: found }) => {
    rows.push(Array.from(found, (cell) => cell ?? ''))
  })
  return rows
}

describe('reading any CSV', () => {
  it('gives every cell back, whatever ends its lines, in quotation marks and out of them', () =>
    fc.assert(
      fc.asyncProperty(fc.array(written(cells)), async (rows) => {
        const all = numbered(rows)
        const text = `${headings.join(',')}\n${all.map(lineOf).join('')}`
        expect(await read(text)).toEqual([headings, ...all.map((row) => row.cells)])
      }),
      { numRuns: 400 },
    ))

  const strays = fc.array(fc.tuple(fc.nat(), fc.constantFrom('"', '"', '"', '""', '\n', '\r', '"\n')), {
    maxLength: 4,
  })
  it.each([
    ['of one line each', plainCells],
    ['of several lines too', cells],
  ])('never swallows a row, wherever quotation marks and line ends are added to cells %s', (_, kind) =>
    fc.assert(
      fc.asyncProperty(fc.array(written(kind), { minLength: 1 }), strays, async (rows, added) => {
        let text = `${headings.join(',')}\n${numbered(rows).map(lineOf).join('')}`
        for (const [place, what] of added) {
          const at = place % (text.length + 1)
          text = text.slice(0, at) + what + text.slice(at)
        }
        try {
          for (const row of await read(text)) {
            const numbers = row.join(',').match(/EG1\d\d/g) ?? []
            expect(new Set(numbers).size).toBeLessThanOrEqual(1)
          }
        } catch (error) {
          if (!(error instanceof UnusableWorkbook)) throw error
          expect(error).toMatchObject({ code: 'workbook-damaged', details: { row: expect.any(Number) } })
        }
      }),
      { numRuns: 2000 },
    ),
  )

  it('never swallows a number whose row goes on in another line', async () => {
    const rows = ['EG103,Nile,a@x.example,"Egypt', 'EG104"', ',Al Nour,b@x.example,Egypt']
    await expect(read([headings.join(','), ...rows, ''].join('\n'))).rejects.toMatchObject({
      code: 'workbook-damaged',
      details: { row: 2 },
    })
  })

  it('never swallows a row between a mark that opens a cell and one that closes another further down', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('Nile', 'Al Nour'), fc.constantFrom('a@x.example', ''), lineEnd), {
          minLength: 3,
          maxLength: 8,
        }),
        fc.nat(),
        fc.nat(),
        fc.nat(3),
        fc.nat(3),
        async (rows, opening, length, from, to) => {
          const opens = opening % (rows.length - 1)
          const closes = opens + 1 + (length % (rows.length - opens - 1))
          const text = rows
            .map(([name, email, end], at) => {
              const marked = [`EG${100 + at}`, name, email, 'Egypt'].map((cell, column) => {
                if (at === opens && column === from) return `"${cell}`
                return at === closes && column === to ? `${cell}"` : cell
              })
              return marked.join(',') + end
            })
            .join('')
          await expect(read(`${headings.join(',')}\n${text}`)).rejects.toMatchObject({
            code: 'workbook-damaged',
            details: { row: opens + 2 },
          })
        },
      ),
      { numRuns: 500 },
    ))
})
