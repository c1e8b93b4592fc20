import { lstatSync, statSync } from 'node:fs'
import { basename, dirname, join, isAbsolute } from 'node:path'
import { dataFolder } from '../config.ts'
import { behindLinks, mkdirSync, rmSync, withRealFolder, writeFileSync } from '../disk.ts'
import { readSmallFile } from '../input-file.ts'
import {
  isUnfinishedName,
  ownerTag,
  partsOfDatabase,
  removeIfPossible,
  type UnfinishedFile,
  unfinishedIn,
} from '../unfinished-files.ts'
import type { Session } from './session.ts'
import { pathInWords } from '../shell-word.ts'
import { isServerAddress } from '../server-address.ts'

type Scope = Pick<Session, 'settings' | 'context'>

/** Where a file lies until it is whole, as whoever was writing it has noted; `path` is that of the note. */
interface OutputNote extends UnfinishedFile {
  /** Empty where the note names none. */
  unfinished: string
  /** The number that its folder had on its disk; absent in notes of before. */
  folder?: string | undefined
}

/** A longer one is none of ours: no path and number are longer. */
const longestNote = 4096 + 32

/**
 * Notes where a file is about to be written, so that a process that ends at once leaves word of it: beside the store,
 * where everybody who uses it looks, else where this user's own things are. A store that cannot be written to, and a
 * server, are asked nothing for it. Where no note can be made the file is written all the same.
 * @returns takes the note back, once nothing is left to be named
 */
export function noteOutput(scope: Scope, unfinished: string): () => void {
  // What lies beside the store is seen without a note.
  if (pathsOfStoreFile(scope).some((path) => dirname(path) === dirname(unfinished))) return () => undefined
  const folder = numberOf(dirname(unfinished))
  for (const start of startsOfNotes(scope)) {
    const note = `${start}${ownerTag()}.note`
    try {
      if (start === startInDataFolder(scope)) mkdirSync(dirname(start))
      writeFileSync(note, `${unfinished}\n${folder ?? ''}\n`, { flag: 'wx' })
      return () => removeNote({ path: note, unfinished, folder })
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

/** Where the file of the store lies, and, where a link names it, that link; a shared store has none. */
export function pathsOfStoreFile({ settings }: Pick<Scope, 'settings'>): string[] {
  const db = settings.db.value
  if (isServerAddress(db)) return []
  const real = behindLinks(db)
  return real === withRealFolder(db) ? [db] : [real, db]
}

/** Those whose process has surely ended, and whose file is gone. */
export function removeEndedNotes(notes: readonly OutputNote[]): void {
  for (const note of notes) if (note.abandoned) removeNote(note)
}

/** Where outputs are noted: what the name of a note begins with. */
function startsOfNotes(scope: Scope): string[] {
  return [...pathsOfStoreFile(scope).map((path) => `${path}.`), startInDataFolder(scope)]
}

function startInDataFolder({ context }: Scope): string {
  return join(dataFolder(context), '.output-')
}

function removeNote({ path, ...noted }: Pick<OutputNote, 'path' | 'unfinished' | 'folder'>): void {
  if (noted.unfinished !== '' && stateOf(noted) !== 'gone') return
  removeIfPossible(path)
}

/** What is no note of ours, or cannot be read, is let alone: it may name a file that is there. */
function readNote(file: UnfinishedFile): OutputNote {
  const text = textOf(file.path)
  if (text === undefined) return { ...file, unfinished: '', abandoned: false }
  const [unfinished = '', folder = ''] = text.split('\n')
  if (!isOutputName(unfinished)) return { ...file, unfinished: '' }
  const noted = { unfinished, ...(/^\d+$/.test(folder) ? { folder } : {}) }
  if (stateOf(noted) !== 'unknown') return { ...file, ...noted }
  return { ...file, ...noted, outOfSight: unfinished }
}

/**
 * Of it, and of what is kept beside a database; `unknown` where its folder is not there, or may not be looked into.
 * A folder of another number is one that stands in for it, as where a disk is not mounted.
 */
function stateOf({
  unfinished,
  folder,
}: Pick<OutputNote, 'unfinished' | 'folder'>): 'there' | 'gone' | 'unknown' {
  try {
    const files = partsOfDatabase.map((part) => `${unfinished}${part}`)
    if (files.some((file) => lstatSync(file, { throwIfNoEntry: false }))) return 'there'
    const there = numberOf(dirname(unfinished))
    return there !== undefined && there === (folder ?? there) ? 'gone' : 'unknown'
  } catch {
    return 'unknown'
  }
}

/** Of a folder on its disk, which is the same each time the disk is mounted. */
function numberOf(folder: string): string | undefined {
  try {
    const found = statSync(folder, { bigint: true })
    return found.isDirectory() ? String(found.ino) : undefined
  } catch {
    return undefined
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

/** What a file is for: the first part of its name until it is whole. */
const outputKinds = [
  'pins',
  'issues',
  'plan',
  'export',
  'audit',
  'sample',
  'page',
  'backup',
  'download',
  'list',
  'config',
] as const
export type OutputKind = (typeof outputKinds)[number]

/** Outputs that are not whole, or never will be, in these folders. */
export function unfinishedOutputsIn(
  folders: readonly string[],
  kinds: readonly OutputKind[] = outputKinds,
): UnfinishedFile[] {
  const starts = kinds.map((kind) => `.${kind}-`)
  return [...new Set(folders)].flatMap((folder) => unfinishedIn(folder, starts))
}

/** Whether a path is one that an output of ours has until it is whole. */
function isOutputName(path: string): boolean {
  const name = basename(path)
  return (
    isAbsolute(path) && isUnfinishedName(name) && outputKinds.some((kind) => name.startsWith(`.${kind}-`))
  )
}

/** Takes away what was surely left behind, and says so; what may still be made is let alone. */
export function removeAbandoned(files: readonly UnfinishedFile[], { notify }: Pick<Session, 'notify'>): void {
  for (const { path, abandoned } of files) {
    if (!abandoned) continue
    try {
      rmSync(path)
    } catch {
      // It stays, and store check goes on naming it.
      continue
    }
    const message = `Removed ${pathInWords(path)}, which a command that was cut short had left behind.`
    notify({ code: 'leftover-removed', message })
  }
}
