import { appendFileSync, readFileSync } from 'node:fs'
import excel from 'exceljs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
})
afterEach(() => world.close())

it.each(['key-times', 'entries'])('%s sample writes what its import reads, with a guide', async (group) => {
  const wrote = await world.run([group, 'sample', 'sample.xlsx', '--json'])
  expect({ exit: wrote.exit, json: wrote.json() }).toMatchObject({ exit: 0, json: { file: 'sample.xlsx' } })
  const workbook = new excel.Workbook()
  await workbook.xlsx.readFile(world.path('sample.xlsx'))
  const guide = workbook.getWorksheet('Guide')
  if (!guide) throw new Error('there is no guide')
  const examples: string[] = []
  guide.eachRow((row, at) => {
    if (at > 1 && row.getCell(1).text !== 'How it works' && row.getCell(4).text !== '')
      examples.push(row.getCell(4).text)
  })
  await world.run([group, 'sample', 'empty.csv'])
  const headings = readFileSync(world.path('empty.csv'), 'utf8').trim().split(',')
  expect(examples).toHaveLength(headings.length)
  appendFileSync(world.path('empty.csv'), `${examples.join()}\n`)
  const imported = await world.run([group, 'import', 'empty.csv', '--yes', '--json'])
  expect(imported.json()).toMatchObject({ rows: { read: 1, accepted: 1 }, issues: [] })
})
