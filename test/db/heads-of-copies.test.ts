import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const run = (...argv: string[]) => world.run([...argv, '--json'])
const create = (number: string, ...more: string[]) =>
  run('centres', 'create', number, '--name', 'One', '--country', 'Egypt', '--yes', ...more)
/** Of a store and its log: the codes of what is told, and the exit code. */
const looked = async (...at: string[]) => {
  const checked = await run('store', 'check', ...at)
  const verified = await run('audit', 'verify', ...at)
  return [checked.exit, verified.exit, ...(verified.exit === 0 ? verified.json().notices : [])]
}

describe.each([
  ['that lies beside the store', 'hub.db.key'],
  ['that is kept elsewhere', 'safe.key'],
])('a backup that is opened with the live key, %s', (_, name) => {
  const live = () => ['--db', world.path('hub.db'), '--key-file', world.path(name)]
  const backup = () => ['--db', world.path('b.db'), '--key-file', world.path(name)]

  beforeEach(async () => {
    expect((await run('store', 'init', ...live())).exit).toBe(0)
    expect((await create('EG001', ...live())).exit).toBe(0)
    expect((await run('store', 'backup', world.path('b.db'), ...live())).exit).toBe(0)
  })

  it('is sound, though the log of the store went on', async () => {
    await create('EG002', ...live())
    expect(await looked(...backup())).toEqual([0, 0])
    expect(await looked(...live())).toEqual([0, 0])
  })

  it('leaves the note of the live store alone as it is changed, and has one of its own', async () => {
    const before = readFileSync(world.path(`${name}.head`), 'utf8')
    const changed = await create('EG003', ...backup())
    expect([changed.exit, changed.json().notices]).toEqual([0, []])
    expect(readFileSync(world.path(`${name}.head`), 'utf8')).toBe(before)
    expect(await looked(...live())).toEqual([0, 0])
    copyFileSync(world.path('b.db'), world.path('cut.db'))
    await create('EG004', ...backup())
    expect(await looked(...backup())).toEqual([0, 0])
    copyFileSync(world.path('cut.db'), world.path('b.db'))
    expect(await looked(...backup())).toEqual([7, 7])
  })

  it('excuses no note of the store itself that was taken away', async () => {
    await create('EG003', ...backup())
    rmSync(world.path(`${name}.head`))
    expect(await looked(...live())).toEqual([0, 0, expect.objectContaining({ code: 'head-missing' })])
    const changed = await create('EG002', ...live())
    expect(changed.json().notices).toMatchObject([{ code: 'head-missing' }])
  })

  it('put in the place of the store, goes on from the note that this writes', async () => {
    await create('EG002', ...live())
    expect((await run('store', 'restore', world.path('b.db'), ...live(), '--yes')).exit).toBe(0)
    expect(await looked(...live())).toEqual([0, 0])
    expect(await looked(...backup())).toEqual([0, 0])
  })

  it.each([
    ['copied', ['store', 'copy', '--db', 'b.db', '--to', 'other.db']],
    ['restored to a new place', ['store', 'restore', 'b.db', '--db', 'other.db']],
  ])('%s, leaves the note of the live store alone, and has one of its own', async (__, typed) => {
    copyFileSync(world.path('hub.db'), world.path('before.db'))
    await create('EG002', ...live())
    await create('EG003', ...backup())
    const note = readFileSync(world.path(`${name}.head`), 'utf8')
    const words = typed.map((word) => (word.endsWith('.db') ? world.path(word) : word))
    expect((await run(...words, '--key-file', world.path(name), '--yes')).exit).toBe(0)
    expect(readFileSync(world.path(`${name}.head`), 'utf8')).toBe(note)
    const other = ['--db', world.path('other.db'), '--key-file', world.path(name)]
    expect(await looked(...other)).toEqual([0, 0])
    expect(await looked(...backup())).toEqual([0, 0])

    copyFileSync(world.path('before.db'), world.path('hub.db'))
    expect(await looked(...live())).toEqual([7, 7])
    copyFileSync(world.path('before.db'), world.path('other.db'))
    expect(await looked(...other)).toEqual([7, 7])
  })
})

it('the log of a store that is elsewhere now is still held against the note of it', async () => {
  const key = ['--key-file', world.path('safe.key')]
  await run('store', 'init', '--db', world.path('hub.db'), ...key)
  copyFileSync(world.path('hub.db'), world.path('cut.db'))
  await create('EG001', '--db', world.path('hub.db'), ...key)
  renameSync(world.path('hub.db'), world.path('moved.db'))
  expect(await looked('--db', world.path('moved.db'), ...key)).toEqual([0, 0])
  copyFileSync(world.path('cut.db'), world.path('moved.db'))
  expect(await looked('--db', world.path('moved.db'), ...key)).toEqual([7, 7])
})

describe('a store that was moved, where the place of before', () => {
  const key = () => ['--key-file', world.path('safe.key')]
  const moved = () => ['--db', world.path('moved.db'), ...key()]
  const places: [string, () => void][] = [
    ['is behind a file now', () => writeFileSync(world.path('old'), '')],
    ['is behind a link to itself', () => symlinkSync('old', world.path('old'))],
  ]

  it.each(places)('%s, is changed and looked at as before, and held against its note', async (_, spoil) => {
    mkdirSync(world.path('old'))
    await run('store', 'init', '--db', world.path('old/hub.db'), ...key())
    copyFileSync(world.path('old/hub.db'), world.path('cut.db'))
    renameSync(world.path('old/hub.db'), world.path('moved.db'))
    rmSync(world.path('old'), { recursive: true })
    spoil()
    const created = await create('EG001', ...moved())
    expect([created.exit, created.json().notices]).toEqual([0, []])
    expect(await looked(...moved())).toEqual([0, 0])
    expect(readFileSync(world.path('safe.key.head'), 'utf8')).toContain(`\n${world.path('moved.db')}\n`)
    copyFileSync(world.path('cut.db'), world.path('moved.db'))
    expect(await looked(...moved())).toEqual([7, 7])
  })
})

describe('a store that was moved to where a copy of it was tried once', () => {
  const at = (name: string) => ['--db', world.path(name), '--key-file', world.path('safe.key')]

  it('is held against its own note, and not against that of the copy', async () => {
    await run('store', 'init', ...at('hub.db'))
    copyFileSync(world.path('hub.db'), world.path('b.db'))
    await create('EG001', ...at('b.db'))
    rmSync(world.path('b.db'))
    copyFileSync(world.path('hub.db'), world.path('cut.db'))
    await create('EG002', ...at('hub.db'))
    renameSync(world.path('hub.db'), world.path('b.db'))
    expect(await looked(...at('b.db'))).toEqual([0, 0])
    expect((await create('EG003', ...at('b.db'))).json().notices).toEqual([])
    expect(await looked(...at('b.db'))).toEqual([0, 0])
    copyFileSync(world.path('cut.db'), world.path('b.db'))
    expect(await looked(...at('b.db'))).toEqual([7, 7])
  })

  it('from another disk too, or with notes of before, and a log that was cut is still found', async () => {
    await run('store', 'init', ...at('hub.db'))
    copyFileSync(world.path('hub.db'), world.path('b.db'))
    await create('EG001', ...at('b.db'))
    rmSync(world.path('b.db'))
    copyFileSync(world.path('hub.db'), world.path('cut.db'))
    await create('EG002', ...at('hub.db'))
    // On another disk it is another file, as after a copy.
    copyFileSync(world.path('hub.db'), world.path('b.db'))
    rmSync(world.path('hub.db'))
    expect(await looked(...at('b.db'))).toEqual([0, 0])
    copyFileSync(world.path('b.db'), world.path('whole.db'))
    copyFileSync(world.path('cut.db'), world.path('b.db'))
    expect(await looked(...at('b.db'))).toEqual([7, 7])
    const { hint } = (await run('audit', 'verify', ...at('b.db'))).error()
    expect(hint).toContain('Where this is a copy, and the store itself was moved away')
    copyFileSync(world.path('whole.db'), world.path('b.db'))
    expect((await create('EG003', ...at('b.db'))).json().notices).toEqual([])
    expect(await looked(...at('b.db'))).toEqual([0, 0])
  })

  it('is missed where an older backup was copied over the only store, until one is restored as the hint says', async () => {
    await run('store', 'init', ...at('hub.db'))
    await run('store', 'backup', world.path('old.db'), ...at('hub.db'))
    await create('EG001', ...at('hub.db'))
    await run('store', 'backup', world.path('latest.db'), ...at('hub.db'))
    copyFileSync(world.path('old.db'), world.path('hub.db'))
    expect(await looked(...at('hub.db'))).toEqual([7, 7])
    const { hint } = (await run('audit', 'verify', ...at('hub.db'))).error()
    expect(hint).toContain('Where an older backup was copied over the store')
    const restored = await run('store', 'restore', world.path('latest.db'), ...at('hub.db'), '--yes')
    expect(restored.exit, restored.stderr).toBe(0)
    expect(await looked(...at('hub.db'))).toEqual([0, 0])
    const { stdout } = await run('audit', 'list', '--action', 'store.restored', ...at('hub.db'))
    expect(stdout).toContain('store.restored')
  })

  it('is told from another store of its key that was moved as well, each held against its own', async () => {
    await run('store', 'init', ...at('hub.db'))
    await run('store', 'backup', world.path('b.db'), ...at('hub.db'))
    await create('EG001', ...at('hub.db'))
    await create('EG002', ...at('b.db'))
    copyFileSync(world.path('b.db'), world.path('cut.db'))
    await create('EG003', ...at('b.db'))
    renameSync(world.path('hub.db'), world.path('hub-moved.db'))
    renameSync(world.path('b.db'), world.path('b-moved.db'))
    expect(await looked(...at('b-moved.db'))).toEqual([0, 0])
    expect(await looked(...at('hub-moved.db'))).toEqual([0, 0])
    expect((await create('EG004', ...at('hub-moved.db'))).json().notices).toEqual([])
    copyFileSync(world.path('b-moved.db'), world.path('whole.db'))
    copyFileSync(world.path('cut.db'), world.path('b-moved.db'))
    expect(await looked(...at('b-moved.db'))).toEqual([7, 7])
    copyFileSync(world.path('whole.db'), world.path('b-moved.db'))
    expect((await create('EG005', ...at('b-moved.db'))).json().notices).toEqual([])
    expect(await looked(...at('b-moved.db'))).toEqual([0, 0])
    expect(await looked(...at('hub-moved.db'))).toEqual([0, 0])
  })

  it('is no backup of earlier that was put in the place of a copy, with the store given up or with a note of its own', async () => {
    await run('store', 'init', ...at('hub.db'))
    copyFileSync(world.path('hub.db'), world.path('b.db'))
    await create('EG001', ...at('b.db'))
    for (const name of ['older.db', 'tried.db']) copyFileSync(world.path('b.db'), world.path(name))
    await create('EG002', ...at('tried.db'))
    await create('EG003', ...at('b.db'))
    await create('EG004', ...at('b.db'))
    renameSync(world.path('b.db'), world.path('whole.db'))
    renameSync(world.path('tried.db'), world.path('b.db'))
    expect(await looked(...at('b.db'))).toEqual([7, 7])
    rmSync(world.path('hub.db'))
    renameSync(world.path('older.db'), world.path('b.db'))
    expect(await looked(...at('b.db'))).toEqual([7, 7])
    renameSync(world.path('whole.db'), world.path('b.db'))
    expect(await looked(...at('b.db'))).toEqual([0, 0])
  })

  it('is no backup that the disk has given the number of the file that is gone', async () => {
    await run('store', 'init', ...at('hub.db'))
    await run('store', 'backup', world.path('b.db'), ...at('hub.db'))
    await create('EG001', ...at('hub.db'))
    rmSync(world.path('hub.db'))
    await run('store', 'restore', world.path('b.db'), ...at('other.db'), '--yes')
    const { dev, ino, birthtimeNs } = statSync(world.path('other.db'), { bigint: true })
    const note = readFileSync(world.path('safe.key.head'), 'utf8').split('\n')
    expect(note).toEqual([...note.slice(0, 4), expect.stringMatching(/^\d+:\d+:\d+$/), ''])
    note[4] = `${dev}:${ino}:${birthtimeNs}`
    writeFileSync(world.path('safe.key.head'), note.join('\n'))
    expect(await looked(...at('other.db'))).toEqual([0, 0])
    await create('EG002', ...at('other.db'))
    expect(await looked(...at('other.db'))).toEqual([0, 0])
  })
})

describe('a store that was moved, and not changed since', () => {
  const key = () => ['--key-file', world.path('safe.key')]
  const moved = () => ['--db', world.path('moved.db'), ...key()]
  const other = () => ['--db', world.path('other.db'), ...key()]

  beforeEach(async () => {
    await run('store', 'init', '--db', world.path('hub.db'), ...key())
    await run('store', 'backup', world.path('b.db'), '--db', world.path('hub.db'), ...key())
    copyFileSync(world.path('hub.db'), world.path('cut.db'))
    await create('EG001', '--db', world.path('hub.db'), ...key())
    renameSync(world.path('hub.db'), world.path('moved.db'))
  })

  it.each([
    ['it is copied', ['store', 'copy', '--db', 'moved.db', '--to', 'other.db']],
    ['a backup is restored', ['store', 'restore', 'b.db', '--db', 'other.db']],
  ])('keeps its note where %s to a new place with its key', async (_, typed) => {
    const words = typed.map((word) => (word.endsWith('.db') ? world.path(word) : word))
    expect((await run(...words, ...key(), '--yes')).exit).toBe(0)
    expect(await looked(...moved())).toEqual([0, 0])
    expect(await looked(...other())).toEqual([0, 0])
    copyFileSync(world.path('other.db'), world.path('other-cut.db'))
    expect(await create('EG002', ...other())).toMatchObject({ exit: 0 })
    expect((await create('EG003', ...other())).json().notices).toEqual([])
    expect(await looked(...moved())).toEqual([0, 0])
    expect(await looked(...other())).toEqual([0, 0])

    copyFileSync(world.path('other-cut.db'), world.path('other.db'))
    expect(await looked(...other())).toEqual([7, 7])
    copyFileSync(world.path('cut.db'), world.path('moved.db'))
    expect(await looked(...moved())).toEqual([7, 7])
  })

  it('goes on with its note, beside the new store’s, as both are changed', async () => {
    await run('store', 'restore', world.path('b.db'), '--db', world.path('other.db'), ...key(), '--yes')
    for (const [at, store] of [moved(), other(), moved(), other()].entries()) {
      const { exit, notices } = (await create(`EG01${at}`, ...store)).json()
      expect([exit ?? 0, notices]).toEqual([0, []])
    }
    expect(await looked(...moved())).toEqual([0, 0])
    expect(await looked(...other())).toEqual([0, 0])
  })

  it('gives its note to a backup that takes its place', async () => {
    expect((await run('store', 'restore', world.path('b.db'), ...moved(), '--yes')).exit).toBe(0)
    expect(await looked(...moved())).toEqual([0, 0])
    expect((await create('EG009', ...moved())).json().notices).toEqual([])
    copyFileSync(world.path('cut.db'), world.path('moved.db'))
    expect(await looked(...moved())).toEqual([7, 7])
  })
})

describe('a store that is begun where a key was, and is gone', () => {
  const key = () => ['--key-file', world.path('safe.key')]
  const first = () => ['--db', world.path('hub.db'), ...key()]

  beforeEach(async () => {
    await run('store', 'init', ...first())
    copyFileSync(world.path('hub.db'), world.path('cut.db'))
    await create('EG001', ...first())
    renameSync(world.path('safe.key'), world.path('copy.key'))
  })

  it('leaves the note of the store that had it, whose key may come back', async () => {
    const second = ['--db', world.path('second.db'), ...key()]
    expect((await run('store', 'init', ...second)).exit).toBe(0)
    expect(await looked(...second)).toEqual([0, 0])
    copyFileSync(world.path('second.db'), world.path('second-cut.db'))
    expect((await create('EG002', ...second)).json().notices).toEqual([])
    expect(await looked(...second)).toEqual([0, 0])
    copyFileSync(world.path('second-cut.db'), world.path('second.db'))
    expect(await looked(...second)).toEqual([7, 7])

    copyFileSync(world.path('copy.key'), world.path('safe.key'))
    expect(await looked(...first())).toEqual([0, 0])
    copyFileSync(world.path('cut.db'), world.path('hub.db'))
    expect(await looked(...first())).toEqual([7, 7])
  })

  it('in the place of that store, is held against its own', async () => {
    rmSync(world.path('hub.db'))
    expect((await run('store', 'init', ...first())).exit).toBe(0)
    expect(await looked(...first())).toEqual([0, 0])
    expect((await create('EG002', ...first())).json().notices).toEqual([])
    expect(await looked(...first())).toEqual([0, 0])
  })
})
