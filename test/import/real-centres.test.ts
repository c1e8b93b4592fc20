import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'csv-parse/sync'
import { openWorkbook } from '../../src/workbook/read.ts'
import { newWorld, type World } from '../world.ts'
import { type Line, writeXlsx } from './workbook.ts'

const directory = new URL('../../../shared/data/cambridge-centres.csv', import.meta.url)

interface Entry {
  country: string
  city: string
  centre: string
}

/** The real names and places, with invented numbers and reserved addresses. */
function realCentres(): Line[] {
  const entries: Entry[] = parse(readFileSync(directory), { columns: true, bom: true })
  return entries.flatMap(({ country, city, centre }, at) => {
    const number = `X${String(at + 1).padStart(4, '0')}`
    // Not a country: such a school is wherever its office is.
    const where = country === 'Online' ? 'United Kingdom' : country
    return [1, 2].map((person) => ({
      number,
      name: centre,
      town: city,
      country: where,
      email: `person${person}@${number.toLowerCase()}.example`,
    }))
  })
}

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

describe('the real centres of the public directory', () => {
  it.skipIf(!existsSync(directory))(
    'go in whole, a PIN for each user, their names character for character, and a second time change nothing',
    async () => {
      const lines = realCentres()
      await writeXlsx(world, lines)
      const argv = ['centres', 'import', 'centres.xlsx', '--yes', '--json', '--pins-out', 'pins.xlsx']
      const first = await world.run(argv)
      expect(first.json().issues).toEqual([])
      expect(first.exit).toBe(0)
      expect(first.json().centres.created).toBe(lines.length / 2)

      const sheet = await openWorkbook(world.path('pins.xlsx'))
      const pins = new Map<string, string>()
      await sheet.readRows(({ cells }) => {
        pins.set(cells[4] ?? '', cells[5] ?? '')
      })
      await sheet.close()
      expect(pins.size - 1).toBe(lines.length)
      for (const { email = '' } of lines) expect(pins.get(email)).toMatch(/^\d{4} \d{4}$/)

      const { db } = await world.store()
      const saved = await db.selectFrom('centres').select(['number', 'name']).orderBy('number').execute()
      const wanted = lines.filter((_, at) => at % 2 === 0).map(({ number, name }) => ({ number, name }))
      expect(saved).toEqual(wanted)

      const second = await world.run([...argv.slice(0, -1), 'more-pins.xlsx'])
      expect(second.exit).toBe(0)
      expect(second.json()).toMatchObject({
        import: { id: null },
        centres: { created: 0, renamed: 0, unchanged: lines.length / 2 },
        users: { created: 0, unchanged: lines.length },
        pins: { file: null, count: 0 },
      })
      expect(existsSync(world.path('more-pins.xlsx'))).toBe(false)
    },
  )
})
