import { lstatSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { dataFolder } from '../config.ts'
import { mkdirSync, rmSync, writeFileSync } from '../disk.ts'
import { readSmallFile } from '../input-file.ts'
import { makersMark, statusOfMaker, type UnfinishedFile, unfinishedIn } from '../unfinished-files.ts'
import type { Session } from './session.ts'
import { placesOfStoreFile } from './store-paths.ts'
import { isOutputName } from './unfinished-outputs.ts'

type Scope = Pick<Session, 'settings' | 'context'>

/** Where a file lies until it is whole, as whoever was writing it has noted; `path` is that of the note. */
interface OutputNote extends UnfinishedFile {
  /** Empty where the note names none. */
  unfinished: string
}

/** A longer one is none of ours: no path is longer. */
const longestNote = 4097

/**
 * Notes where a file is about to be written, so that a process that ends at once leaves word of it: beside the store,
 * where everybody who uses it looks, else where this user's own things are. A store that cannot be written to, and a
 * server, are asked nothing for it. Where no note can be made the file is written all the same.
 * @returns takes the note back, once nothing is left to be named
 */
export function noteOutput(scope: Scope, unfinished: string): () => void {
  // What lies beside the store is seen without a note.
  if (placesOfStoreFile(scope).some((place) => dirname(place) === dirname(unfinished))) return () => undefined
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
    .map(readNote)
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
  return [...placesOfStoreFile(scope).map((place) => `${place}.`), startInDataFolder(scope)]
}

function startInDataFolder({ context }: Scope): string {
  return join(dataFolder(context), '.output-')
}

function removeNote({ path, unfinished }: Pick<OutputNote, 'path' | 'unfinished'>): void {
  if (unfinished !== '' && stateOf(unfinished) !== 'gone') return
  try {
    rmSync(path, { force: true })
  } catch {
    // It names what is not there, and the next change tries again.
  }
}

/** What is no note of ours, or cannot be read, is let alone: it may name a file that is there. */
function readNote(file: UnfinishedFile): OutputNote {
  const text = textOf(file.path)
  if (text === undefined) return { ...file, unfinished: '', abandoned: false }
  if (!isOutputName(text)) return { ...file, unfinished: '' }
  if (stateOf(text) !== 'unknown') return { ...file, unfinished: text }
  return { ...file, unfinished: text, outOfSight: text }
}

/** Of it, and of what is kept beside a database; `unknown` where its folder is not there, or may not be looked into. */
function stateOf(unfinished: string): 'there' | 'gone' | 'unknown' {
  try {
    const files = ['', '-wal', '-shm', '-journal', '.writer'].map((part) => `${unfinished}${part}`)
    if (files.some((file) => lstatSync(file, { throwIfNoEntry: false }))) return 'there'
    return statSync(dirname(unfinished)).isDirectory() ? 'gone' : 'unknown'
  } catch {
    return 'unknown'
  }
}

/** Looked at first: a pipe would be waited for, and a large file takes all memory. */
function textOf(note: string): string | undefined {
  try {
    const found = lstatSync(note)
    if (!found.isFile() || found.size > longestNote) return undefined
    return readSmallFile(note).text?.trimEnd()
  } catch {
    return undefined
  }
}
