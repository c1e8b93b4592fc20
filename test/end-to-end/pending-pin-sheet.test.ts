import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { csv, line } from '../import/workbook.ts'
import { type Desk, newDesk } from '../torture/desk.ts'

const importing = ['centres', 'import', 'centres.csv', '--yes', '--pins-out', 'pins.csv']

describe('an import that is killed before its PIN sheet is in its place', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    writeFileSync(desk.path('centres.csv'), csv([line('EG001', 'amira@school.example')]))
    await desk.run(['store', 'init'])
    expect((await desk.run(importing, { fault: 'kill committed' })).signal).toBe('SIGKILL')
  })
  afterEach(() => desk.clear())
  const left = () => desk.files().filter((name) => name.startsWith('.pins-'))
  const pending = expect.stringContaining('ssh-admin centres pins 1 --out pins-1.xlsx')

  it('is told of by imports show, store check and the repeated import, which ends with 9', async () => {
    expect(existsSync(desk.path('pins.csv'))).toBe(false)
    const shown = await desk.run(['centres', 'imports', 'show', '1'])
    expect([shown.exit, shown.stderr]).toEqual([0, pending])
    const again = await desk.run(importing)
    expect([again.exit, again.stderr]).toEqual([9, pending])
    const check = await desk.run(['store', 'check'])
    expect([check.exit, check.stdout]).toEqual([0, pending])
    expect(left()).toHaveLength(1)
    expect(check.stdout).toContain(left()[0])
  })

  it('is made good by centres pins, and nobody speaks of it any more', async () => {
    expect((await desk.run(['centres', 'pins', '1', '--out', 'pins.csv'])).exit).toBe(0)
    expect((await desk.run(['centres', 'imports', 'show', '1'])).stderr).toBe('')
    expect((await desk.run(importing)).exit).toBe(0)
  })

  it('leaves a file that the next import takes away, and says so', async () => {
    const [file] = left()
    writeFileSync(desk.path('centres.csv'), csv([line('EG002', 'nour@school.example')]))
    const next = await desk.run([...importing.slice(0, 4), '--pins-out', 'others.csv'])
    expect([next.exit, next.stderr]).toEqual([0, expect.stringContaining(`Removed ${desk.path(file ?? '')}`)])
    expect(left()).toEqual([])
  })
})

describe('an import that is putting its PIN sheet in its place', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    writeFileSync(desk.path('centres.csv'), csv([line('EG001', 'amira@school.example')]))
    await desk.run(['store', 'init'])
  })
  afterEach(() => desk.clear())

  it('owes nothing to the same import beside it, which ends with 0 and says so', async () => {
    const points = desk.path('home/points')
    const first = desk.run(importing, { fault: 'pause committed' })
    while (!existsSync(points) || !readFileSync(points, 'utf8').endsWith(' committed\n'))
      await new Promise(setImmediate)
    const second = await desk.run(importing)
    expect([second.exit, second.stderr]).toEqual([0, expect.stringContaining('is being put in its place')])
    writeFileSync(`${points}.go`, '')
    expect((await first).exit).toBe(0)
    expect(existsSync(desk.path('pins.csv'))).toBe(true)
    expect((await desk.run(importing)).stderr).not.toContain('PIN sheet')
  })
})

describe('an import that is killed while it writes its PIN sheet', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    writeFileSync(desk.path('centres.csv'), csv([line('EG001', 'amira@school.example')]))
    mkdirSync(desk.path('elsewhere'))
    await desk.run(['store', 'init'])
    const killed = await desk.run([...importing.slice(0, 4), '--pins-out', 'elsewhere/pins.csv'], {
      fault: 'kill fsync',
    })
    expect(killed.signal).toBe('SIGKILL')
  })
  afterEach(() => desk.clear())

  it('has noted where: store check names the file, and the next import takes it away', async () => {
    const check = await desk.run(['store', 'check'])
    expect([check.exit, check.stdout]).toEqual([0, expect.stringContaining('elsewhere/.pins-')])
    const next = await desk.run(importing)
    expect([next.exit, next.stderr]).toEqual([0, expect.stringMatching(/Removed .*elsewhere\/[.]pins-/)])
    expect((await desk.run(['store', 'check'])).stdout).not.toContain('pins-')
  })
})
