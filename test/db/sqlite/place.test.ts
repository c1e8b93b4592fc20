import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/db/sqlite/connection.ts'
import { lockExclusively, makeSingleFile, replaceStoreFile } from '../../../src/db/sqlite/place.ts'

const onOtherDisk = ['/dev/shm', '/var/tmp', process.cwd()].find((folder) => {
  const there = statSync(folder, { throwIfNoEntry: false })
  return there !== undefined && there.dev !== statSync(tmpdir()).dev
})

describe('a store that takes the place of another', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ssh-admin-place-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const database = (name: string) => {
    const raw = openDatabase(join(folder, name))
    raw.exec('create table t (n integer)')
    raw.close()
    return join(folder, name)
  }

  it('is none whose pages do not hold together', () => {
    const path = database('new.db')
    const raw = openDatabase(path)
    raw.exec('create table u (n integer check (n > 0)); pragma ignore_check_constraints = on')
    raw.exec('insert into u values (-1)')
    raw.close()
    expect(() => makeSingleFile(path, { named: 'hub.db' })).toThrow(
      expect.objectContaining({ code: 'store-damaged', message: expect.stringContaining('hub.db') }),
    )
  })

  it.each(['wal', 'journal'])('is none of which a part stayed beside it: %s', (part) => {
    // SQLite keeps its parts beside the file itself: it takes none away that lies beside another name of it.
    const path = join(folder, 'new.db')
    symlinkSync(database('elsewhere.db'), path)
    writeFileSync(`${path}-${part}`, '')
    expect(() => makeSingleFile(path, { named: 'hub.db' })).toThrow(
      expect.objectContaining({ code: 'store-not-whole', message: expect.stringContaining(`in ${part}`) }),
    )
  })

  it.skipIf(onOtherDisk === undefined)(
    'leaves no copy of that one where it cannot be kept under another name',
    () => {
      const [from, to] = [database('new.db'), database('hub.db')]
      const held = lockExclusively(to, undefined)
      try {
        const keep = join(onOtherDisk ?? '', `ssh-admin-place-${process.pid}.db`)
        expect(() => replaceStoreFile({ from, locked: held, keepAs: keep })).toThrow(
          /EXDEV|disk|cross-device|other/i,
        )
      } finally {
        held.unlock()
      }
      expect(readdirSync(folder).sort()).toEqual(['hub.db', 'new.db'])
    },
  )
})
