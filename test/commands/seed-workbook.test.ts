import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const seeded = async (line: string) => {
  const ran = await world.run(['seed', ...line.split(' ')])
  expect(ran.exit, ran.stderr).toBe(0)
  return JSON.parse(readFileSync(world.path('answer.json'), 'utf8'))
}

/** Of an answer what the file of the expected one has. */
function asExpected(answer: Record<string, unknown>, expected: object) {
  const issues = Array.isArray(answer.issues) ? answer.issues : []
  const named = issues.map(({ cell, row, column, value, code }) => ({ cell, row, column, value, code }))
  const kept = Object.fromEntries(Object.keys(expected).map((key) => [key, answer[key]]))
  return { ...kept, issues: named }
}

describe('a workbook of invented people', () => {
  it.each([
    'xlsx 20 200 10',
    'csv 20 200 10',
    'xlsx 7 3 100',
    'xlsx 5 0 50',
    'xlsx 3 40 0',
    'csv 1 61 100',
    'csv 5 7 100',
  ])('is answered by an import into an empty store as its file says: %s', async (made) => {
    const [ending = '', centres = '', users = '', faults = ''] = made.split(' ')
    const numbers = `--centres ${centres} --users ${users} --faults ${faults}`
    const expected = await seeded(`${numbers} --xlsx roster.${ending} --expect answer.json`)
    expect(existsSync(world.db)).toBe(false)
    const ran = await world.run(['centres', 'import', `roster.${ending}`, '--yes', '--json'])
    expect(ran.exit, ran.stderr).toBe(expected.issues.length > 0 ? 8 : 0)
    expect(asExpected(ran.json(), expected)).toEqual(expected)
    expect(expected.rows.heldBack).toBe(Math.round((Number(users) * Number(faults)) / 100))
  })

  it('has every kind of mistake where there are enough', async () => {
    const expected = await seeded('--users 300 --faults 20 --xlsx roster.xlsx --expect answer.json')
    expect(new Set(expected.issues.map(({ code }: { code: string }) => code)).size).toBe(7)
  })

  it('is another with another seed, and the same with the same', async () => {
    await seeded('--seed 2 --xlsx one.csv --expect answer.json')
    await seeded('--seed 2 --xlsx same.csv --expect answer.json --yes')
    await seeded('--seed 3 --xlsx other.csv --expect answer.json --yes')
    const [one, same, other] = ['one', 'same', 'other'].map((name) =>
      readFileSync(world.path(`${name}.csv`), 'utf8'),
    )
    expect([same === one, other === one]).toEqual([true, false])
  })

  it('takes no place of a file unasked, and writes nothing in a rehearsal', async () => {
    writeFileSync(world.path('roster.xlsx'), 'mine')
    expect((await world.run(['seed', '--xlsx', 'roster.xlsx'])).exit).toBe(2)
    expect((await world.run(['seed', '--xlsx', 'new.xlsx', '--dry-run', '--json'])).json()).toMatchObject({
      file: 'new.xlsx',
      rows: { read: 200, heldBack: 0 },
      dryRun: true,
    })
    expect(readFileSync(world.path('roster.xlsx'), 'utf8')).toBe('mine')
    expect(existsSync(world.path('new.xlsx'))).toBe(false)
  })

  it.each([
    ['--xlsx r.xlsx --releases', 'invalid-option'],
    ['--faults 5', 'missing-value'],
    ['--expect a.json', 'missing-value'],
    ['--xlsx a.xlsx --expect a.xlsx', 'file-named-twice'],
    ['--xlsx a.json', 'unknown-ending'],
  ])('is refused with %s', async (options, code) => {
    const ran = await world.run(['seed', ...options.split(' '), '--json'])
    expect([ran.exit, ran.error().code]).toEqual([2, code])
  })
})
