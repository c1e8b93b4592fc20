import { existsSync } from 'node:fs'
import excel from 'exceljs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'
import { partsOf } from '../workbook/parts.ts'
import { line, writeCsv } from './workbook.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const lines = [
  line('EG001', 'amira@school.example'),
  line('EG002', 'not an address', { country: 'Atlantis' }),
]
const importing = (...flags: string[]) =>
  world.run(['centres', 'import', writeCsv(world, lines), '--json', '--issues-out', 'held.xlsx', ...flags])

describe('the workbook of the rows held back', () => {
  it('colours the offending cells, with the reason beside each', async () => {
    expect((await importing('--yes')).exit).toBe(8)
    const workbook = new excel.Workbook()
    await workbook.xlsx.readFile(world.path('held.xlsx'))
    const [page] = workbook.worksheets
    const columnOf = (heading: string) =>
      Array.from({ length: page?.columnCount ?? 0 }, (_, at) => at + 1).find(
        (column) => page?.getCell(1, column).text === heading,
      ) ?? 0
    const email = page?.getCell(2, columnOf('Email'))
    expect(email?.text).toBe('not an address')
    expect(email?.fill).toMatchObject({ fgColor: { argb: 'FFFFD9B3' } })
    expect(JSON.stringify(email?.note)).toContain('not an address')
    expect(page?.getCell(2, columnOf('Centre number')).fill).not.toMatchObject({
      fgColor: { argb: 'FFFFD9B3' },
    })
    const reasons = page?.getCell(2, columnOf('Why it was held back'))
    expect(reasons?.alignment).toMatchObject({ wrapText: true })
    expect(page?.pageSetup.orientation).toBe('landscape')
  })

  it('says in its properties that it is part of a roster', async () => {
    await importing('--yes')
    const parts = await partsOf(world.path('held.xlsx'))
    expect(parts.get('docProps/custom.xml')).toContain('name="ssh-admin-part-of-roster"')
    expect(parts.get('[Content_Types].xml')).toContain('/docProps/custom.xml')
  })

  it('is not written in a rehearsal, which says so', async () => {
    const { json } = await importing('--dry-run')
    expect(json()).toMatchObject({
      notices: expect.arrayContaining([expect.objectContaining({ code: 'issues-not-written' })]),
    })
    expect(existsSync(world.path('held.xlsx'))).toBe(false)
  })
})
