import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noteOutput, outputNotes } from '../../src/cli/output-notes.ts'
import { resolveSettings } from '../../src/config.ts'
import { makersMark } from '../../src/unfinished-files.ts'
import { contextIn, newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
  mkdirSync(world.path('elsewhere'))
})
afterEach(() => world.close())

const streams = () => ({ stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() })

function scopeWith(db: string) {
  const context = contextIn(world, { ...streams(), env: { XDG_DATA_HOME: world.path('data') } })
  return { context, settings: resolveSettings({ db }, context, {}) }
}
const unfinished = () => world.path(`elsewhere/.backup-${makersMark()}.part.db`)

describe('the note of where a file is being written', () => {
  it.each(['/proc/hub.db', 'postgres://hub@db.example/hub'])(
    'is among this user’s own things where nothing can be written beside the store %s',
    (db) => {
      const scope = scopeWith(db)
      const file = unfinished()
      const remove = noteOutput(scope, file)
      expect(outputNotes(scope)).toMatchObject([{ unfinished: file, abandoned: false }])
      expect(readdirSync(world.path('data/ssh-admin'))).toHaveLength(1)
      writeFileSync(file, 'half of it')
      remove()
      expect(outputNotes(scope)).toHaveLength(1)
    },
  )

  it('is gone once the file is', () => {
    const scope = scopeWith(world.db)
    const remove = noteOutput(scope, unfinished())
    expect(outputNotes(scope)).toHaveLength(1)
    remove()
    expect(outputNotes(scope)).toEqual([])
  })

  it('is not made of a file beside the store, which is seen without one', () => {
    const scope = scopeWith(world.db)
    noteOutput(scope, world.path(`.backup-${makersMark()}.part.db`))
    expect(outputNotes(scope)).toEqual([])
  })
})
