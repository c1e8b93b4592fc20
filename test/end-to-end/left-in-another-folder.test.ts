import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from '../torture/desk.ts'

const workbook = fileURLToPath(new URL('../../fixtures/centres.xlsx', import.meta.url))
const facts = ['--title', 'Text', '--kind', 'other', '--series', '2026-06']
const held = 'Centre number,Centre name,Country,Email\nEG9001,Nile,Egypt,amira@\n'

let begun: Desk
let desk: Desk
beforeAll(async () => {
  begun = newDesk()
  copyFileSync(workbook, begun.path('centres.xlsx'))
  writeFileSync(begun.path('held.csv'), held)
  writeFileSync(begun.path('text.txt'), 'text')
  for (const argv of [
    ['centres', 'import', 'centres.xlsx', '--yes'],
    ['resources', 'upload', 'text.txt', ...facts],
  ])
    expect((await begun.run(argv)).exit).toBe(0)
  mkdirSync(begun.path('elsewhere'))
})
beforeEach(() => {
  desk = begun.copy()
})
afterEach(() => desk.clear())
afterAll(() => begun.clear())

const change = ['centres', 'create', 'EG9009', '--name', 'Nile', '--country', 'EG']
const unfinishedIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => /[.]part|[.]note$/.test(name))
    .map((name) => join(folder, name))

describe('what a killed command was writing into another folder', () => {
  it.each([
    ['link b.db', 'store backup elsewhere/b.db'],
    ['link t.bin', 'resources download 1 --out elsewhere/t.bin'],
    ['link i.xlsx', 'centres import held.csv --partial --yes --issues-out elsewhere/i.xlsx'],
    ['link p.xlsx', 'centres pins 1 --out elsewhere/p.xlsx --yes'],
  ])('is named by store check, and removed by the next change: %s', async (place, line) => {
    const ran = await desk.run(line.split(' '), { fault: `kill ${place}` })
    expect(ran.signal, ran.stderr).toBe('SIGKILL')
    const left = [...unfinishedIn(desk.path('elsewhere')), ...unfinishedIn(desk.folder)]
    expect(left).toHaveLength(2)
    const { stdout } = await desk.run(['store', 'check'])
    for (const file of left) expect(stdout).toContain(file)
    const { exit, stderr } = await desk.run(change)
    expect(exit, stderr).toBe(0)
    expect(stderr.replace(/\s+/g, ' ')).toContain(`Removed ${left[0]}, which a command that was cut short`)
    expect([...unfinishedIn(desk.path('elsewhere')), ...unfinishedIn(desk.folder)]).toEqual([])
    expect((await desk.run(['store', 'check'])).stdout).not.toMatch(/cut short|[.]note/)
  })

  it('is seen from every folder, where it was written into the one in which the command ran', async () => {
    const env = { SSH_ADMIN_DB: desk.path('elsewhere/hub.db') }
    await desk.run(['store', 'init'], { env })
    const ran = await desk.run(['store', 'backup', 'b.db'], { fault: 'kill link b.db', env })
    expect(ran.signal, ran.stderr).toBe('SIGKILL')
    const [left = ''] = unfinishedIn(desk.folder)
    // The note lies beside the store.
    expect(unfinishedIn(desk.path('elsewhere'))).toHaveLength(1)
    const moved = desk.copy()
    try {
      const { stdout } = await moved.run(['store', 'check'], { env })
      expect(stdout).toContain(left)
    } finally {
      moved.clear()
    }
  })

  it('is noted by nothing once the file is in its place', async () => {
    expect((await desk.run(['store', 'backup', 'elsewhere/b.db'])).exit).toBe(0)
    expect((await desk.run(['store', 'backup', 'elsewhere/none/b.db'])).exit).toBe(7)
    const failing = { fault: 'ENOSPC link c.db' }
    expect((await desk.run(['store', 'backup', 'elsewhere/c.db'], failing)).exit).toBe(7)
    expect([...unfinishedIn(desk.path('elsewhere')), ...unfinishedIn(desk.folder)]).toEqual([])
  })
})

describe('what a killed command had noted', () => {
  it('is remembered while its folder is away, whatever changes meanwhile', async () => {
    const ran = await desk.run(['store', 'backup', 'elsewhere/b.db'], { fault: 'kill link b.db' })
    expect(ran.signal, ran.stderr).toBe('SIGKILL')
    const [left = ''] = unfinishedIn(desk.path('elsewhere'))
    renameSync(desk.path('elsewhere'), desk.path('away'))
    expect((await desk.run(change)).exit).toBe(0)
    const { stdout } = await desk.run(['store', 'check'])
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `may have left ${left}, in a folder that cannot be looked into now, or that another stands in for (is its disk mounted?). Once the folder can be, the next change removes it.`,
    )
    renameSync(desk.path('away'), desk.path('elsewhere'))
    expect((await desk.run(['store', 'check'])).stdout).toContain(left)
    await desk.run(['centres', 'create', 'EG9010', '--name', 'Sphinx', '--country', 'EG'])
    expect([...unfinishedIn(desk.path('elsewhere')), ...unfinishedIn(desk.folder)]).toEqual([])
  })

  it('is named and removed where it lies among the user’s own things, and the store elsewhere', async () => {
    const data = 'home/.local/share/ssh-admin'
    mkdirSync(desk.path(data), { recursive: true })
    const download = ['resources', 'download', '1', '--out', `${data}/t.bin`]
    const ran = await desk.run(download, { fault: 'kill link t.bin' })
    expect(ran.signal, ran.stderr).toBe('SIGKILL')
    const [left = ''] = unfinishedIn(desk.path(data))
    expect((await desk.run(['store', 'check'])).stdout).toContain(left)
    await desk.run(change)
    expect([...unfinishedIn(desk.path(data)), ...unfinishedIn(desk.folder)]).toEqual([])
  })

  it('holds nothing up where a pipe has the name of a note', async () => {
    const name = 'hub.db.host~1-99999999-1-aaaaaaaaaab1.note'
    execFileSync('mkfifo', [desk.path(name)])
    expect((await desk.run(['store', 'check'])).stdout).toContain(name)
    expect((await desk.run(change)).exit).toBe(0)
    expect(desk.files()).toContain(name)
  })
})

describe('the configuration file', () => {
  it('is replaced whole; what a killed change of it left is named and removed', async () => {
    const setting = ['config', 'set', 'base-url', 'https://x.example', '--yes']
    const { points } = await desk.run(setting, { fault: 'none 0' })
    expect(points.indexOf('fsync')).toBeGreaterThan(0)
    expect(points.indexOf('fsync')).toBeLessThan(points.indexOf('rename config.json'))
    const another = ['config', 'set', 'base-url', 'https://y.example', '--yes']
    expect((await desk.run(another, { fault: 'kill rename config.json' })).signal).toBe('SIGKILL')
    const [left = '', ...others] = unfinishedIn(desk.path('home/.config/ssh-admin'))
    expect([left !== '', others]).toEqual([true, []])
    expect((await desk.run(['store', 'check'])).stdout).toContain(left)
    expect((await desk.run(change)).stderr.replace(/\s+/g, ' ')).toContain(`Removed ${left}`)
    expect(unfinishedIn(desk.path('home/.config/ssh-admin'))).toEqual([])
    expect((await desk.run(['config', 'show'])).stdout).toContain('https://x.example')
  })
})
