import { existsSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itInAFile } from '../../in-a-file.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
  writeFileSync(
    world.path('roster.csv'),
    'Centre number,Centre name,Country,Email\nEG001,Nile,Egypt,a@nile.example\nEG002,Delta,Egypt,b@\n',
  )
})
afterEach(() => world.close())

const lint = (file = 'roster.csv', typing = {}) => world.run(['centres', 'lint', file, '--json'], typing)

describe('looking through a workbook before it is imported', () => {
  itInAFile('names every mistake by its cell, without a store, and makes none', async () => {
    const ran = await lint()
    expect(ran.exit).toBe(8)
    expect(ran.json()).toMatchObject({
      ok: false,
      rows: { read: 2, accepted: 1, heldBack: 1, blank: 0 },
      newCentres: 1,
      newUsers: 1,
      issues: [{ row: 3, code: 'invalid-email', value: 'b@' }],
    })
    expect(ran.json().notices).toMatchObject([{ code: 'store-missing' }])
    expect(existsSync(world.db)).toBe(false)
    expect((await world.run(['centres', 'lint', 'roster.csv'])).stdout).toMatch(
      /^\S+\tinvalid-email\tb@\t.*\n$/,
    )
  })

  it('compares it with the store, and changes nothing there', async () => {
    await world.centre('EG001', { name: 'Nile Academy' })
    await world.centre('EG009', { name: 'Elsewhere' })
    const before = await world.rows('select * from audit')
    expect((await lint()).json()).toMatchObject({
      notices: [],
      newCentres: 0,
      renamedCentres: [{ number: 'EG001', from: 'Nile Academy', to: 'Nile' }],
      missingCentres: [{ number: 'EG009' }],
    })
    expect(await world.rows('select * from audit')).toEqual(before)
  })

  it('is satisfied with a good one', async () => {
    writeFileSync(
      world.path('good.csv'),
      'Centre number,Centre name,Country,Email\nEG001,Nile,Egypt,a@nile.example\n',
    )
    expect(await lint('good.csv')).toMatchObject({ exit: 0 })
    const { stdout } = await world.run(['centres', 'lint', 'good.csv'], { terminal: true })
    expect(stdout).toContain('nothing is wrong with any of them')
  })

  it('cannot look through what is no workbook', async () => {
    expect(await lint('none.xlsx')).toMatchObject({ exit: 6 })
  })
})
