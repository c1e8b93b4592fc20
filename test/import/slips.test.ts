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
  line('EG001', 'amira@school.example', { firstName: 'Amira', lastName: 'Haddad' }),
  line('EG001', 'nour@school.example', { firstName: 'Nour', lastName: 'Salem' }),
  line('EG002', 'long@school.example', { firstName: 'L'.repeat(100), lastName: 'O'.repeat(100) }),
]

async function imported(flags: readonly string[] = [], env: Record<string, string> = {}) {
  const ran = await world.run(
    ['centres', 'import', writeCsv(world, lines), '--yes', '--pins-out', 'pins.xlsx', ...flags],
    { env },
  )
  expect(ran.exit).toBe(0)
  const workbook = new excel.Workbook()
  await workbook.xlsx.readFile(world.path('pins.xlsx'))
  const list = workbook.getWorksheet('PINs')
  const slips = workbook.getWorksheet('Slips')
  return { list, slips, xml: (await partsOf(world.path('pins.xlsx'))).get('xl/worksheets/sheet2.xml') ?? '' }
}

describe('the slips of a PIN workbook', () => {
  it('are one for each person, with everything that they need', async () => {
    const { list, slips } = await imported()
    expect(slips?.rowCount).toBe(3)
    const [who, what, how] = [1, 2, 3].map((column) => slips?.getCell(1, column).text ?? '')
    expect(who).toContain('Amira Haddad\namira@school.example\n')
    expect(who).toContain('(EG001)')
    expect(what).toContain(String(list?.getCell('F2').value))
    expect(what).toContain('valid until 1 April 2026')
    expect(how?.match(/^\d\. /gm)).toHaveLength(3)
    expect(how?.split('\n')).toContain('https://support.cambridgeinternational.example')
  })

  it('have the address of the hub whole on a line of its own, in letters that are small enough for it', async () => {
    const { slips } = await imported()
    const column = slips?.getCell(1, 3)
    const runs = column?.value
    if (!runs || typeof runs !== 'object' || !('richText' in runs)) throw new Error('no runs')
    const address = runs.richText.find(({ text }) => text.includes('https://'))
    expect(address?.text).toBe('https://support.cambridgeinternational.example\n')
    expect(address?.font?.size).toBeGreaterThanOrEqual(6)
    expect(address?.font?.size).toBeLessThan(9)
  })

  it('part an address behind its signs only where no letters are small enough for it', async () => {
    const long = `https://support.cambridgeinternational.example/${'school-support-hub/'.repeat(3)}`
    const { slips } = await imported([], { SSH_ADMIN_BASE_URL: long })
    const lines = (slips?.getCell(1, 3).text ?? '').split('\n')
    const parts = lines.slice(
      1,
      lines.findIndex((one) => one.startsWith('2. ')),
    )
    expect(parts.join('')).toBe(long)
    expect(parts.length).toBeGreaterThan(1)
    for (const [at, part] of parts.entries()) if (at < parts.length - 1) expect(part).toMatch(/[/.-]$/)
  })

  it('have lines to cut along, and long names go on below within their slip', async () => {
    const { slips } = await imported()
    const cell = slips?.getCell(1, 1)
    expect(cell?.border).toMatchObject({ top: { style: 'dashed' }, bottom: { style: 'dashed' } })
    expect(cell?.alignment).toMatchObject({ wrapText: true })
    const [usual = 0, , long = 0] = [1, 2, 3].map((row) => slips?.getRow(row).height)
    expect(long).toBeGreaterThan(usual * 1.5)
  })

  it('begin each centre on a page of its own, and are not shrunk, which would drop the breaks', async () => {
    const { xml } = await imported()
    expect(xml).toContain(
      '<rowBreaks count="1" manualBreakCount="1"><brk id="2" max="16383" man="1"/></rowBreaks>',
    )
    expect(xml).not.toContain('fitToPage')
  })

  it('follow one another with --slips continuous', async () => {
    const { xml } = await imported(['--slips', 'continuous'])
    expect(xml).not.toContain('rowBreaks')
  })

  it('are made again for open PINs only', async () => {
    await imported()
    await world.run(['users', 'suspend', 'nour@school.example', '--yes'])
    const again = ['centres', 'pins', '1', '--out', 'again.xlsx', '--slips', 'continuous']
    expect((await world.run(again)).exit).toBe(0)
    const workbook = new excel.Workbook()
    await workbook.xlsx.readFile(world.path('again.xlsx'))
    expect(workbook.getWorksheet('Slips')?.rowCount).toBe(2)
    expect(workbook.getWorksheet('PINs')?.rowCount).toBe(4)
  })

  it('of more than 10,000 people are made when asked for, and both answers say so', {
    timeout: 120_000,
  }, async () => {
    const many = Array.from({ length: 10_001 }, (_, at) => line('EG001', `user${at}@school.example`))
    const ran = await world.run(['centres', 'import', writeCsv(world, many), '--yes', '--json'])
    const notice = expect.objectContaining({
      code: 'no-slips',
      message: expect.stringContaining('ssh-admin centres pins 1 --out slips.xlsx --slips by-centre'),
    })
    expect(ran.json().notices).toContainEqual(notice)
    expect((await partsOf(world.path('new-user-pins-1.xlsx'))).has('xl/worksheets/sheet2.xml')).toBe(false)
    const again = async (file: string, ...flags: string[]) =>
      (await world.run(['centres', 'pins', '1', '--out', file, '--json', ...flags])).json().notices
    expect(await again('all.xlsx')).toContainEqual(notice)
    expect(await again('all.csv')).not.toContainEqual(notice)
    expect(await again('slips.xlsx', '--slips', 'by-centre')).not.toContainEqual(notice)
    expect((await partsOf(world.path('slips.xlsx'))).has('xl/worksheets/sheet2.xml')).toBe(true)
  })

  it('know no other layout', async () => {
    expect((await world.run(['centres', 'pins', '1', '--out', 'a.xlsx', '--slips', 'diagonal'])).exit).toBe(2)
  })
})
