import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'
import { book, sheetXml } from '../workbook/book.ts'
import { importRows, line } from './workbook.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  const saved = [line('EG001'), line('PK200', '', { name: 'Margalla Hills School' }), line('50538')]
  await importRows(world, saved)
})
afterEach(() => world.close())

const text = (cell: string) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`
const row = (...cells: string[]) => `<row>${cells.join('')}</row>`

/** EG001 is called what PK200 is; what stands in the cell of the name of PK200 is given, and what the sheet says behind its rows. */
async function imported(name: string, behind = '') {
  const rows = [
    row(...['Centre number', 'Centre name', 'Email'].map(text)),
    row(text('EG001'), text('Margalla Hills School')),
    row(text('PK200'), name),
    row(text('50538'), text('School 50538')),
  ].join('')
  const sheet = sheetXml(rows).replace('</sheetData>', `</sheetData>${behind}`)
  writeFileSync(world.path('names.xlsx'), book({ sheet }))
  return (await world.run(['centres', 'import', 'names.xlsx', '--yes', '--json'])).json()
}

describe('the name of another centre', () => {
  it.each([
    ['an error', '<c t="e"><v>#REF!</v></c>', ''],
    ['a formula that was not calculated', '<c><f>Z1</f></c>', ''],
    ['a formula that says nothing', '<c t="str"><f>LOWER(Z1)</f><v></v></c>', ''],
    ['merged with the cell above', '<c/>', '<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>'],
    ['a yes or no', '<c t="b"><v>1</v></c>', ''],
  ])('is given to nobody while that of its own cannot be read: %s', async (_, name, behind) => {
    const answer = await imported(name, behind)
    expect(answer.renamedCentres).toEqual([])
    expect(answer.issues).toContainEqual(
      expect.objectContaining({ cell: 'Centres!B2', code: 'another-centres-name' }),
    )
  })

  it('is said of the row alone whose cell is merged with the one above', async () => {
    const { issues } = await imported('<c/>', '<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>')
    const held = issues.map(({ cell, code }: { cell: string; code: string }) => [cell, code])
    expect(held).toEqual([
      ['Centres!B2', 'another-centres-name'],
      ['Centres!B3', 'merged'],
    ])
  })

  it('is given to nobody where that one would be called otherwise, the first time and the second', async () => {
    for (let time = 1; time <= 2; time++) {
      const answer = await imported(text('Rawal School'))
      expect(answer.renamedCentres).toEqual([])
      expect(answer.issues).toMatchObject([
        { cell: 'Centres!B2', code: 'another-centres-name' },
        {
          cell: 'Centres!B3',
          code: 'another-centres-name',
          message: 'Centre name is Rawal School, while EG001 would be called Margalla Hills School',
        },
      ])
    }
    await world.run(['centres', 'edit', 'EG001', '--name', 'Margalla Hills School', '--yes'])
    expect(await imported(text('Rawal School'))).toMatchObject({ issues: [], centres: { renamed: 1 } })
  })

  it.each([
    ['says its name', text('Margalla Hills School')],
    ['leaves it blank', '<c/>'],
  ])('may be given where its own row %s', async (_, name) => {
    const answer = await imported(name)
    expect(answer).toMatchObject({ issues: [], renamedCentres: [{ number: 'EG001' }] })
  })
})
