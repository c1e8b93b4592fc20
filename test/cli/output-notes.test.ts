import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noteOutput, outputNotes, removeEndedNotes } from '../../src/cli/output-notes.ts'
import { resolveSettings } from '../../src/config.ts'
import { ownerTag, unfinishedIn } from '../../src/unfinished-files.ts'
import { describeInAFile, itInAFile } from '../in-a-file.ts'
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
const unfinished = () => world.path(`elsewhere/.backup-${ownerTag()}.part.db`)

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

  itInAFile('is not made of a file beside the store, which is seen without one', () => {
    const scope = scopeWith(world.db)
    noteOutput(scope, world.path(`.backup-${ownerTag()}.part.db`))
    expect(outputNotes(scope)).toEqual([])
  })

  it('is made of a file beside this user’s own things, where nobody looks', () => {
    const scope = scopeWith(world.db)
    const file = world.path(`data/ssh-admin/.pins-${ownerTag()}.part.xlsx`)
    noteOutput(scope, file)
    expect(outputNotes(scope)).toMatchObject([{ unfinished: file }])
  })

  it('lies beside the store itself where a link names it, and is seen by either name', () => {
    mkdirSync(world.path('links'))
    writeFileSync(world.path('elsewhere/real.db'), '')
    symlinkSync('../elsewhere/real.db', world.path('links/hub.db'))
    symlinkSync('elsewhere', world.path('other'))
    const file = world.path(`links/none/.backup-${ownerTag()}.part.db`)
    noteOutput(scopeWith(world.path('links/hub.db')), file)
    expect(readdirSync(world.path('links'))).toEqual(['hub.db'])
    for (const db of ['links/hub.db', 'elsewhere/real.db', 'other/real.db'])
      expect(outputNotes(scopeWith(world.path(db)))).toMatchObject([{ unfinished: file }])
  })
})

/** Of a process that ended: no process has so high a number. */
const endedMark = () => ownerTag().replace(/-\d+-\d+-/, '-99999999-1-')
const pathOfEnded = () => `${world.db}.${endedMark()}.note`
const endedOutput = () => world.path(`elsewhere/.backup-${endedMark()}.part.db`)
const notesLeft = () => readdirSync(world.path('.')).filter((name) => name.endsWith('.note'))

describeInAFile('the note of a process that ended', () => {
  it('stays while the folder that it names is not there, and goes once nothing is in it', () => {
    const scope = scopeWith(world.db)
    const [note, file] = [pathOfEnded(), endedOutput()]
    writeFileSync(note, `${file}\n`)
    writeFileSync(file, 'half of it')
    renameSync(world.path('elsewhere'), world.path('away'))
    removeEndedNotes(outputNotes(scope))
    expect(outputNotes(scope)).toMatchObject([{ path: note, unfinished: file, unreadablePath: file }])
    renameSync(world.path('away'), world.path('elsewhere'))
    removeEndedNotes(outputNotes(scope))
    expect(outputNotes(scope)).toEqual([{ path: note, unfinished: file, abandoned: true }])
    rmSync(file)
    removeEndedNotes(outputNotes(scope))
    expect(notesLeft()).toEqual([])
  })

  it('stays where another folder stands in for the one that it names, as where a disk is not mounted', () => {
    const scope = scopeWith(world.db)
    const [note, file] = [pathOfEnded(), endedOutput()]
    const { ino } = statSync(world.path('elsewhere'), { bigint: true })
    writeFileSync(note, `${file}\n${ino}\n`)
    writeFileSync(file, 'half of it')
    renameSync(world.path('elsewhere'), world.path('disk'))
    mkdirSync(world.path('elsewhere'))
    removeEndedNotes(outputNotes(scope))
    expect(outputNotes(scope)).toMatchObject([{ path: note, unfinished: file, unreadablePath: file }])
    rmdirSync(world.path('elsewhere'))
    renameSync(world.path('disk'), world.path('elsewhere'))
    expect(outputNotes(scope)).toMatchObject([{ unfinished: file, abandoned: true }])
    rmSync(file)
    removeEndedNotes(outputNotes(scope))
    expect(notesLeft()).toEqual([])
  })

  it('is written with the number of the folder that it names', () => {
    const scope = scopeWith(world.db)
    const file = unfinished()
    const remove = noteOutput(scope, file)
    renameSync(world.path('elsewhere'), world.path('disk'))
    mkdirSync(world.path('elsewhere'))
    expect(outputNotes(scope)).toMatchObject([{ unreadablePath: file }])
    remove()
    expect(outputNotes(scope)).toHaveLength(1)
  })

  it.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link', (path: string) => symlinkSync('/etc/passwd', path)],
    [
      'larger than any note',
      (path: string) => {
        writeFileSync(path, '')
        truncateSync(path, 1e12)
      },
    ],
  ])('is let alone where it is %s, and nothing promises to remove it', (_, make) => {
    const scope = scopeWith(world.db)
    const note = pathOfEnded()
    make(note)
    expect(outputNotes(scope)).toEqual([{ path: note, unfinished: '', abandoned: false }])
    removeEndedNotes(outputNotes(scope))
    expect(notesLeft()).toEqual([basename(note)])
  })

  it('promises to remove no folder, whatever its name', () => {
    const name = `hub.db.${endedMark()}.new`
    mkdirSync(world.path(name))
    expect(unfinishedIn(world.path('.'), [''])).toMatchObject([{ abandoned: false }])
  })

  it.each([
    ['nothing', () => ''],
    ['a file that is none of ours', () => world.path('elsewhere/thesis.txt')],
    ['a folder', () => world.path('elsewhere')],
    ['no whole path', () => basename(endedOutput())],
  ])('goes where it names %s, which is not touched', (_, text) => {
    const scope = scopeWith(world.db)
    writeFileSync(world.path('elsewhere/thesis.txt'), 'a year of work')
    const note = pathOfEnded()
    writeFileSync(note, text())
    expect(outputNotes(scope)).toEqual([{ path: note, unfinished: '', abandoned: true }])
    removeEndedNotes(outputNotes(scope))
    expect([notesLeft(), readdirSync(world.path('elsewhere'))]).toEqual([[], ['thesis.txt']])
  })
})
