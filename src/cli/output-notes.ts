import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { dataFolder } from '../config.ts'
import { mkdirSync, rmSync, writeFileSync } from '../disk.ts'
import { isSharedPlace } from '../shared-place.ts'
import { makersMark, statusOfMaker, type UnfinishedFile, unfinishedIn } from '../unfinished-files.ts'
import type { Session } from './session.ts'
import { placesOf } from './store-paths.ts'

type Scope = Pick<Session, 'settings' | 'context'>

/** Where a file lies until it is whole, as whoever was writing it has noted; `path` is that of the note. */
interface OutputNote extends UnfinishedFile {
  unfinished: string
}

/**
 * Notes where a file is about to be written, so that a process that ends at once leaves word of it: beside the store,
 * where everybody who uses it looks, else where this user's own things are. A store that cannot be written to, and a
 * server, are asked nothing for it. Where no note can be made the file is written all the same.
 * @returns takes the note back, once nothing is left to be named
 */
export function noteOutput(scope: Scope, unfinished: string): () => void {
  // What lies there is seen without a note.
  if (startsOfNotes(scope).some((start) => dirname(start) === dirname(unfinished))) return () => undefined
  for (const start of startsOfNotes(scope)) {
    const note = `${start}${makersMark()}.note`
    try {
      if (start === startInDataFolder(scope)) mkdirSync(dirname(start), { recursive: true, mode: 0o700 })
      writeFileSync(note, `${unfinished}\n`, { mode: 0o600, flag: 'wx' })
      return () => removeNote({ path: note, unfinished })
    } catch {
      // A note that is not whole says nothing.
      removeNote({ path: note, unfinished: '' })
    }
  }
  return () => undefined
}

/** The notes of files that are being written, or never will be whole. */
export function outputNotes(scope: Scope): OutputNote[] {
  return startsOfNotes(scope)
    .flatMap((start) => unfinishedIn(dirname(start), [basename(start)]))
    .filter(({ path }) => isNote(path))
    .map((file) => ({ ...file, unfinished: textOf(file.path) }))
}

export function isNote(path: string): boolean {
  return path.endsWith('.note')
}

/** Those whose process is not surely at work. */
export function abandonedNotes(notes: readonly OutputNote[]): UnfinishedFile[] {
  return notes.filter(({ path }) => statusOfMaker(path) !== 'running')
}

/** Those whose process has surely ended, and whose file is gone. */
export function removeEndedNotes(notes: readonly OutputNote[]): void {
  for (const note of notes) if (note.abandoned) removeNote(note)
}

/** Where outputs are noted: what the name of a note begins with. */
function startsOfNotes(scope: Scope): string[] {
  const { db } = placesOf(scope)
  return [...(isSharedPlace(db) ? [] : [`${db}.`]), startInDataFolder(scope)]
}

function startInDataFolder({ context }: Scope): string {
  return join(dataFolder(context), '.output-')
}

function removeNote({ path, unfinished }: Pick<OutputNote, 'path' | 'unfinished'>): void {
  if (unfinished !== '' && isThere(unfinished)) return
  try {
    rmSync(path, { force: true })
  } catch {
    // It names what is not there, and the next change tries again.
  }
}

/** It, or what a database keeps beside it. */
function isThere(unfinished: string): boolean {
  try {
    return readdirSync(dirname(unfinished)).some((name) => name.startsWith(basename(unfinished)))
  } catch {
    return false
  }
}

function textOf(note: string): string {
  try {
    return readFileSync(note, 'utf8').trimEnd()
  } catch {
    return ''
  }
}
