import { describe, expect, it } from 'vitest'
import { parseMap, type ColumnSpec, matchHeadings } from '../../src/workbook/headings.ts'
import { readTable } from '../../src/workbook/table.ts'
import { openWorkbook } from '../../src/workbook/read.ts'
import type { SheetRow } from '../../src/workbook/sheet-rows.ts'
import { fileOf } from './book.ts'

const specs: readonly ColumnSpec[] = [
  {
    field: 'number',
    heading: 'Centre number',
    synonyms: ['Centre No', 'Center number', 'Centre'],
    required: true,
  },
  { field: 'name', heading: 'Centre name', synonyms: ['School', 'Center name', 'Name'], required: true },
  { field: 'email', heading: 'Email', synonyms: ['E-mail address', 'Mail'], required: true },
  { field: 'town', heading: 'Town', synonyms: ['City'] },
]

const row = (number: number, ...cells: string[]): SheetRow => ({
  number,
  cells: cells.map((cell) => cell || undefined),
})

describe('finding the headings', () => {
  it('takes them in any order, letter case, spacing and punctuation', () => {
    const table = matchHeadings([row(1, ' E-MAIL *', 'Centre #', 'city\u00a0', 'school', 'Fees')], specs, {})
    expect(table).toEqual({
      headingRow: 1,
      columns: new Map([
        ['email', 0],
        ['number', 1],
        ['town', 2],
        ['name', 3],
      ]),
      headings: ['E-MAIL *', 'Centre #', 'city', 'school', 'Fees'],
      unknown: ['Fees'],
    })
  })

  it('looks below titles and notes', () => {
    const rows = [row(1, 'Centres 2026'), row(3, 'School'), row(6, 'Centre no.', 'School', 'Mail')]
    expect(matchHeadings(rows, specs, {}).headingRow).toBe(6)
  })

  it('lets the proper heading of a field outweigh the synonym of another', () => {
    const more = [{ field: 'person', heading: 'Name', synonyms: [] }, ...specs]
    expect(matchHeadings([row(1, 'Centre', 'School', 'Name', 'Email')], more, {}).columns.get('person')).toBe(
      2,
    )
  })

  it('names what is missing and what was found', () => {
    expect(() => matchHeadings([row(2, 'Centre No', 'City', 'Fees')], specs, {})).toThrow(
      expect.objectContaining({
        code: 'workbook-missing-column',
        message: 'the columns Centre name and Email are missing; row 2 has Centre No, City, Fees',
        details: { missing: ['Centre name', 'Email'], found: ['Centre No', 'City', 'Fees'] },
      }),
    )
  })

  it.each([
    [['Centre No', 'School', 'Email', 'email']],
    [['Centre No', 'School', 'Email', 'Notes', 'notes']],
    [['Centre No', 'School', 'Email', 'Centre name']],
  ])('refuses %j, which says one thing twice', (headings) => {
    expect(() => matchHeadings([row(1, ...headings)], specs, {})).toThrow(
      expect.objectContaining({ code: 'workbook-same-heading' }),
    )
  })

  it('says when there are none', () => {
    expect(() => matchHeadings([row(1, 'EG001', 'Cairo School')], specs, {})).toThrow(
      expect.objectContaining({
        code: 'workbook-no-headings',
        message: expect.stringContaining('EG001, Cairo School'),
      }),
    )
    expect(() => matchHeadings([], specs, {})).toThrow(
      expect.objectContaining({ code: 'workbook-no-headings' }),
    )
  })

  it('believes the map, and leaves the other column aside', () => {
    const map = parseMap(['org id=Centre Number', 'Official name = name'], specs)
    expect(map).toEqual({ 'org id': 'number', 'Official name': 'name' })
    const table = matchHeadings([row(1, 'Org ID', 'Official name', 'School', 'Email')], specs, map)
    expect(table.columns).toEqual(
      new Map([
        ['number', 0],
        ['name', 1],
        ['email', 3],
      ]),
    )
    expect(table.unknown).toEqual(['School'])
  })

  it('refuses a map that cannot be meant', () => {
    expect(() => parseMap(['Org ID'], specs)).toThrow(expect.objectContaining({ code: 'workbook-bad-map' }))
    expect(() => parseMap(['Org ID=Emial'], specs)).toThrow("there is no field 'Emial' (did you mean Email?)")
    expect(() => matchHeadings([row(1, 'Centre', 'School', 'Email')], specs, { Skool: 'name' })).toThrow(
      "there is no column 'Skool' (did you mean School?)",
    )
  })
})

describe('reading a table', () => {
  it('hands over the rows below the headings, however late those come', async () => {
    const text = `${'\n'.repeat(18)}Title\nCentre,School,Email\n${Array.from({ length: 30 }, (_, at) => `EG${at},S,e`).join('\n')}\n`
    const workbook = await openWorkbook(await fileOf(text, 'a.csv'))
    const numbers: number[] = []
    const table = await readTable(workbook, { specs, onRow: ({ number }) => numbers.push(number) })
    expect(table.headingRow).toBe(20)
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, at) => at + 21))
  })

  it('does not look further than the first twenty rows', async () => {
    const workbook = await openWorkbook(await fileOf(`${'x\n'.repeat(20)}Centre,School,Email\n`, 'a.csv'))
    await expect(readTable(workbook, { specs, onRow: () => {} })).rejects.toMatchObject({
      code: 'workbook-no-headings',
    })
  })
})
