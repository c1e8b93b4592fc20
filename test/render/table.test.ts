import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { stylesOf } from '../../src/render/styles.ts'
import { columnsThatFit, table, type View } from '../../src/render/table.ts'

const screen = (width: number): View => ({
  isTerminal: true,
  width,
  chalk: stylesOf(0),
  now: new Date('2026-03-02T09:00:00Z'),
})

const headings = ['Number', 'Name', 'Town']
const long = 'The International School of the Upper Nile and of all the Lakes Beyond'

describe('a table', () => {
  it('shows each cell whole where there is room', () => {
    expect(table(headings, [['EG001', long, 'Cairo']], screen(120))).toBe(
      `Number  Name${' '.repeat(long.length - 4)}  Town\nEG001   ${long}  Cairo`,
    )
  })

  it('shortens the widest column at a narrow terminal, and leaves the others as they are', () => {
    const [heading, row] = table(headings, [['EG001', long, 'Cairo']], screen(60)).split('\n')
    expect(heading).toMatch(/^Number {2}Name +Town$/)
    expect(row).toBe(`EG001   ${long.slice(0, 44)}…  Cairo`)
  })

  it('cuts texts further before it cuts a moment, where there is hardly any room', () => {
    const rows = [['EG001', long, long, '2026-03-02 09:00', '3 days ago']]
    const named = ['Number', 'Name', 'Town', 'Changed', 'Signed in']
    for (const width of [38, 50, 60, 79]) {
      const line = table(named, rows, screen(width)).split('\n')[1] ?? ''
      expect(line).toContain('2026-03-02 09:00  3 days ago')
      expect(stringWidth(line)).toBeLessThanOrEqual(width)
    }
  })

  it('counts two columns for a Chinese letter', () => {
    const rows = [['EG001', '上海国际学校'.repeat(4), 'Cairo']]
    for (const line of table(headings, rows, screen(40)).split('\n'))
      expect(stringWidth(line)).toBeLessThanOrEqual(40)
    expect(table(headings, rows, screen(40))).toMatch(/EG001 {3}(上海国际学校){2}\S*… {1,3}Cairo/)
  })

  it('cuts nothing for a column that no row has anything in, or that says what is known', () => {
    const rows = [
      ['EG001', long.slice(0, 30), '', 'Egypt'],
      ['EG002', long, '', 'Egypt'],
    ]
    const named = ['Number', 'Name', 'Assigned to', 'Country']
    const dropOrder = [3, 2, 1]
    expect(columnsThatFit(named, rows, { width: 120, dropOrder, known: [3] })).toEqual([0, 1, 2, 3])
    expect(columnsThatFit(named, rows, { width: 90, dropOrder, known: [3] })).toEqual([0, 1, 3])
    expect(columnsThatFit(named, rows, { width: 80, dropOrder, known: [3] })).toEqual([0, 1])
    expect(columnsThatFit(named, rows, { width: 80, dropOrder })).toEqual([0, 1, 3])
  })

  it('has one line for each row, none wider than the terminal, whatever is in it', () => {
    const cell = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null))
    const rows = fc.array(fc.tuple(cell, cell, cell), { maxLength: 8 })
    fc.assert(
      fc.property(rows, fc.integer({ min: 20, max: 120 }), (some, width) => {
        const lines = table(headings, some, screen(width)).split('\n')
        expect(lines.length).toBe(some.length + 1)
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })
})
