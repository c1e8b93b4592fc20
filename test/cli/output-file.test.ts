import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newInterruption } from '../../src/interruption.ts'
import { csv, line } from '../import/workbook.ts'
import { describeInAFile, itInAFile } from '../in-a-file.ts'
import { newWorld, type World } from '../world.ts'

const writers: readonly [name: string, words: (file: string) => string[]][] = [
  ['mail show --html', (file) => ['mail', 'show', '1', '--html', file]],
  ['centres export', (file) => ['centres', 'export', file]],
  ['centres sample', (file) => ['centres', 'sample', file]],
  ['centres pins --out', (file) => ['centres', 'pins', '1', '--out', file]],
  ['centres import --pins-out', (file) => ['centres', 'import', 'more.csv', '--pins-out', file]],
  ['centres import --issues-out', (file) => ['centres', 'import', 'more.csv', '--issues-out', file]],
  ['centres import --plan-out', (file) => ['centres', 'import', 'more.csv', '--plan-out', file]],
  ['audit export', (file) => ['audit', 'export', file]],
  ['store backup', (file) => ['store', 'backup', file]],
]

describe.each(writers)('a file that %s writes', (_, words) => {
  let world: World
  /** The store bears a name that every writer would accept. */
  const env = () => ({ SSH_ADMIN_DB: world.path('store.xlsx'), SSH_ADMIN_KEY_FILE: world.path('key.xlsx') })
  const run = (file: string, ...flags: string[]) => world.run([...words(file), ...flags], { env: env() })
  beforeEach(async () => {
    world = newWorld()
    writeFileSync(world.path('centres.csv'), csv([line('EG001', 'amira@school.example')]))
    writeFileSync(
      world.path('more.csv'),
      csv([line('EG001', 'omar@school.example'), line('EG001', 'no address')]),
    )
    const begun = await world.run(
      ['centres', 'import', 'centres.csv', '--yes', '--send-mail', '--pins-out', 'first.csv'],
      { env: env() },
    )
    expect(begun.exit).toBe(0)
  })
  afterEach(() => world.close())

  it('is for its owner only, and nothing else is left', async () => {
    const before = readdirSync(world.folder)
    const ran = await run('out.xlsx', '--yes')
    expect([ran.stderr.includes('error'), [0, 8]]).toEqual([false, expect.arrayContaining([ran.exit])])
    expect(statSync(world.path('out.xlsx')).mode & 0o777).toBe(0o600)
    const pins = /^new-user-pins-\d+\.xlsx$/
    const more = readdirSync(world.folder).filter((name) => !before.includes(name) && !pins.test(name))
    expect(more).toEqual(['out.xlsx'])
  })

  it('is not replaced where nobody can be asked: exit code 2', async () => {
    writeFileSync(world.path('out.xlsx'), 'dear')
    const ran = await run('out.xlsx')
    expect([ran.exit, ran.stderr.includes('--yes')]).toEqual([2, true])
    expect(readFileSync(world.path('out.xlsx'), 'utf8')).toBe('dear')
    expect([0, 8]).toContain((await run('out.xlsx', '--yes')).exit)
    expect(readFileSync(world.path('out.xlsx'), 'latin1')).not.toBe('dear')
  })

  itInAFile('is never the store, its key, or what lies beside them: exit code 3', async () => {
    mkdirSync(world.path('folder'))
    symlinkSync(world.folder, world.path('another-way'))
    for (const name of ['store.xlsx', 'key.xlsx', 'another-way/store.xlsx', 'store.xlsx.mail/letter.xlsx']) {
      const before = existsSync(world.path(name)) ? readFileSync(world.path(name), 'latin1') : undefined
      const ran = await run(name, '--yes')
      expect([name, ran.exit, ran.stderr]).toEqual([name, 3, expect.stringContaining('belongs to the store')])
      if (before !== undefined) expect(readFileSync(world.path(name), 'latin1') === before).toBe(true)
    }
  })

  it('is never written through a link: exit code 7', async () => {
    writeFileSync(world.path('dear.xlsx'), 'dear')
    symlinkSync(world.path('dear.xlsx'), world.path('link.xlsx'))
    const ran = await run('link.xlsx', '--yes')
    expect([ran.exit, ran.stderr]).toEqual([7, expect.stringContaining('link to another file')])
    expect(readFileSync(world.path('dear.xlsx'), 'utf8')).toBe('dear')
    expect(lstatSync(world.path('link.xlsx')).isSymbolicLink()).toBe(true)
  })

  it('has a name, and a folder', async () => {
    expect((await run('', '--yes')).exit).toBe(2)
    expect((await run('no-folder/out.xlsx', '--yes')).exit).toBe(7)
    mkdirSync(world.path('folder.xlsx'))
    expect((await run('folder.xlsx', '--yes')).stderr).toContain('is a folder')
    const long = await run(`${'x'.repeat(300)}.xlsx`, '--yes')
    expect([long.exit, long.stderr]).toEqual([7, expect.stringContaining('too long')])
  })

  it('is not there when the command is cancelled: exit code 130', async () => {
    const before = readdirSync(world.folder).sort()
    const interruption = newInterruption(() => undefined)
    interruption.handleSignal()
    const ran = await world.run([...words('out.xlsx'), '--yes'], { env: env(), interruption })
    expect(ran).toMatchObject({ exit: 130, stdout: '', stderr: 'Cancelled. Nothing was changed.\n' })
    expect(readdirSync(world.folder).sort()).toEqual(before)
  })
})

describeInAFile('what lies beside a store', () => {
  it('is never an output, whatever it ends with', async () => {
    const world = newWorld()
    await world.store()
    const own = [
      '-wal',
      '-shm',
      '-journal',
      '.writer',
      '.head',
      '.key',
      '.before-restore-2026-03-02T09-00-00Z',
    ]
    for (const end of own) {
      const ran = await world.run(['store', 'backup', `hub.db${end}`, '--yes'])
      expect([end, ran.exit]).toEqual([end, 3])
    }
    expect((await world.run(['store', 'backup', 'hub.db.monday'])).exit).toBe(0)
    await world.close()
  })
})

describe('what lies beside a store that is named by a link', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    mkdirSync(world.path('real'))
    const real = { SSH_ADMIN_DB: world.path('real/hub.db'), SSH_ADMIN_KEY_FILE: world.path('real/key') }
    expect((await world.run(['store', 'init'], { env: real })).exit).toBe(0)
    symlinkSync('real/hub.db', world.path('linked.db'))
    symlinkSync('real/key', world.path('linked.key'))
  })
  afterEach(() => world.close())

  it.each(['hub.db', 'hub.db-journal', 'hub.db-wal', 'hub.db.writer', 'key', 'key.head'])(
    'is never an output: real/%s',
    async (name) => {
      const before = readdirSync(world.path('real'))
      const env = { SSH_ADMIN_DB: world.path('linked.db'), SSH_ADMIN_KEY_FILE: world.path('linked.key') }
      const ran = await world.run(['store', 'backup', `real/${name}`, '--yes', '--json'], { env })
      expect([ran.exit, JSON.parse(ran.stderr).error.code]).toEqual([3, 'same-file'])
      expect(readdirSync(world.path('real'))).toEqual(before)
    },
  )
})

describe('- for a file to write', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    writeFileSync(world.path('guide.txt'), 'how to add users')
    await world.run(['store', 'init'])
    await world.run(['help-documents', 'upload', 'guide.txt', '--title', 'Guide'])
    await world.run([
      ...['resources', 'upload', 'guide.txt', '--title', 'Guide'],
      ...['--kind', 'other', '--series', '2026-06'],
    ])
  })
  afterEach(() => world.close())

  it.each([
    ['resources', 'download', '1', '--out', '-'],
    ['help-documents', 'download', '1', '--out', '-'],
    ['store', 'backup', '-'],
    ['audit', 'export', '-'],
    ['centres', 'sample', '-'],
    ['centres', 'pins', '1', '--out', '-'],
    ['releases', 'authorisations', '--out', '-'],
    ['seed', '--xlsx', '-'],
    ['centres', 'import', 'guide.txt', '--pins-out', '-'],
    ['centres', 'import', 'guide.txt', '--issues-out', '-'],
  ])('makes no file of that name: %s %s', async (...argv) => {
    const before = readdirSync(world.folder)
    const ran = await world.run([...argv, '--yes', '--json'])
    expect([ran.exit, ran.stdout, ran.error().code]).toEqual([2, '', 'not-to-stdout'])
    expect(readdirSync(world.folder)).toEqual(before)
  })

  it('is a file where it is named in its folder', async () => {
    expect((await world.run(['resources', 'download', '1', '--out', './-'])).exit).toBe(0)
    expect(readFileSync(world.path('-'), 'utf8')).toBe('how to add users')
  })
})
