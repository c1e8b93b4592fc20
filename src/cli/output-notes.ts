import { lstatSync, statSync } from 'node:fs'
import { basename, dirname, join, isAbsolute } from 'node:path'
import { dataFolder } from '../config.ts'
import { tryRealPath, mkdirSync, rmSync, resolveFolderLinks, writeFileSync } from '../disk.ts'
import { readSmallFile } from '../input-file.ts'
import {
  isUnfinishedName,
  ownerTag,
  databaseFileSuffixes,
  removeIfPossible,
  type UnfinishedFile,
  unfinishedIn,
} from '../unfinished-files.ts'
import type { Session } from './session.ts'
import { pathInWords } from '../shell-word.ts'
import { isServerAddress } from '../server-address.ts'

type Scope = Pick<Session, 'settings' | 'context'>

/** A note of where an output lies until it is finished; `path` is the note's own path. */
interface OutputNote extends UnfinishedFile {
  /** The path of the unfinished output; empty where the note names none. */
  unfinished: string
  /** The inode number of the output's folder; absent in notes of older versions. */
  folderInode?: string | undefined
}

/** The most bytes of a note: a path of 4096 and an inode number. A longer file is no note. */
const maxNoteBytes = 4096 + 32

/**
 * Notes where a file is about to be written, so that it can be found if the process is killed: beside the store, where
 * every user of the store looks, or else in the user's data folder. No note is written to a server or through the store
 * itself, which may be read-only. Where no note can be made, the file is written all the same.
 * @returns removes the note, once the unfinished file is gone
 */
export function noteOutput(scope: Scope, unfinished: string): () => void {
  // A file beside the store is found without a note.
  if (pathsOfStoreFile(scope).some((path) => dirname(path) === dirname(unfinished))) return () => undefined
  const folderInode = inodeOfFolder(dirname(unfinished))
  for (const prefix of notePathPrefixes(scope)) {
    const note = `${prefix}${ownerTag()}.note`
    try {
      if (prefix === dataFolderNotePrefix(scope)) mkdirSync(dirname(prefix))
      writeFileSync(note, `${unfinished}\n${folderInode ?? ''}\n`, { flag: 'wx' })
      return () => removeNote({ path: note, unfinished, folderInode })
    } catch {
      // An incomplete note names nothing.
      removeNote({ path: note, unfinished: '' })
    }
  }
  return () => undefined
}

/** The notes of files that are being written, or were abandoned. */
export function outputNotes(scope: Scope): OutputNote[] {
  return notePathPrefixes(scope)
    .flatMap((prefix) => unfinishedIn(dirname(prefix), [basename(prefix)]))
    .filter(({ path }) => isNote(path))
    .map(readNote)
}

export function isNote(path: string): boolean {
  return path.endsWith('.note')
}

/** The path of the store's file, and where a symlink names it, the link's too; a shared store has none. */
export function pathsOfStoreFile({ settings }: Pick<Scope, 'settings'>): string[] {
  const db = settings.db.value
  if (isServerAddress(db)) return []
  const real = tryRealPath(db)
  return real === resolveFolderLinks(db) ? [db] : [real, db]
}

/** Removes the notes whose process has surely ended and whose file is gone. */
export function removeEndedNotes(notes: readonly OutputNote[]): void {
  for (const note of notes) if (note.abandoned) removeNote(note)
}

/** The beginnings of the paths of notes. */
function notePathPrefixes(scope: Scope): string[] {
  return [...pathsOfStoreFile(scope).map((path) => `${path}.`), dataFolderNotePrefix(scope)]
}

function dataFolderNotePrefix({ context }: Scope): string {
  return join(dataFolder(context), '.output-')
}

function removeNote({ path, ...noted }: Pick<OutputNote, 'path' | 'unfinished' | 'folderInode'>): void {
  if (noted.unfinished !== '' && stateOfOutput(noted) !== 'gone') return
  removeIfPossible(path)
}

/** A file that is no note, or cannot be read, counts as not abandoned: it may name a file that exists. */
function readNote(file: UnfinishedFile): OutputNote {
  const text = noteText(file.path)
  if (text === undefined) return { ...file, unfinished: '', abandoned: false }
  const [unfinished = '', folderInode = ''] = text.split('\n')
  if (!isOutputName(unfinished)) return { ...file, unfinished: '' }
  const noted = { unfinished, ...(/^\d+$/.test(folderInode) ? { folderInode } : {}) }
  if (stateOfOutput(noted) !== 'unknown') return { ...file, ...noted }
  return { ...file, ...noted, unreadablePath: unfinished }
}

/**
 * The state of an unfinished output and the files that SQLite keeps beside a database; `unknown` where its folder does
 * not exist or cannot be read. A folder with another inode number stands in for it, as where a disk is not mounted.
 */
function stateOfOutput({
  unfinished,
  folderInode,
}: Pick<OutputNote, 'unfinished' | 'folderInode'>): 'there' | 'gone' | 'unknown' {
  try {
    const files = databaseFileSuffixes.map((part) => `${unfinished}${part}`)
    if (files.some((file) => lstatSync(file, { throwIfNoEntry: false }))) return 'there'
    const inode = inodeOfFolder(dirname(unfinished))
    return inode !== undefined && inode === (folderInode ?? inode) ? 'gone' : 'unknown'
  } catch {
    return 'unknown'
  }
}

/** The inode number of a folder, which is the same each time its disk is mounted. */
function inodeOfFolder(folder: string): string | undefined {
  try {
    const stats = statSync(folder, { bigint: true })
    return stats.isDirectory() ? String(stats.ino) : undefined
  } catch {
    return undefined
  }
}

/** Checks type and size first: reading a pipe would block, and a large file would fill the memory. */
function noteText(note: string): string | undefined {
  try {
    const stats = lstatSync(note)
    if (!stats.isFile() || stats.size > maxNoteBytes) return undefined
    return readSmallFile(note).text?.trimEnd()
  } catch {
    return undefined
  }
}

/** Purposes of output files, with which the names of their unfinished files begin. */
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

/** Outputs in these folders that are being written, or were abandoned. */
export function unfinishedOutputsIn(
  folders: readonly string[],
  kinds: readonly OutputKind[] = outputKinds,
): UnfinishedFile[] {
  const prefixes = kinds.map((kind) => `.${kind}-`)
  return [...new Set(folders)].flatMap((folder) => unfinishedIn(folder, prefixes))
}

/** Whether a path is that of an unfinished output of this program. */
function isOutputName(path: string): boolean {
  const name = basename(path)
  return (
    isAbsolute(path) && isUnfinishedName(name) && outputKinds.some((kind) => name.startsWith(`.${kind}-`))
  )
}

/** Removes files that a command surely abandoned, and says so; a file that may still be written stays. */
export function removeAbandoned(files: readonly UnfinishedFile[], { notify }: Pick<Session, 'notify'>): void {
  for (const { path, abandoned } of files) {
    if (!abandoned) continue
    try {
      rmSync(path)
    } catch {
      // The file stays, and store check continues to report it.
      continue
    }
    const message = `Removed ${pathInWords(path)}, which a command that was cut short had left behind.`
    notify({ code: 'leftover-removed', message })
  }
}
