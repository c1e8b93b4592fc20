import { hostname } from 'node:os'
import { join } from 'node:path'
import { mkdirSync, rename, rm, writeNewFile } from '../disk.ts'
import { systemReason, Unavailable } from '../errors.ts'
import type { OutboxRow } from '../db/schema.ts'
import { ownerTag } from '../unfinished-files.ts'
import { pathInWords } from '../shell-word.ts'

/** Makes the folder to which messages are written, for its owner only. */
export async function makeMailFolder(folder: string): Promise<void> {
  try {
    mkdirSync(folder)
  } catch (cause) {
    const reason = systemReason(cause)
    throw new Unavailable(
      'mail-dir-not-writable',
      `The mail directory ${pathInWords(folder)} cannot be made${reason ? `: ${reason}` : ''}.`,
      { cause, hint: 'Name another with --mail-dir; what is owed waits meanwhile.' },
    )
  }
}

/** Writes a message as a file that any mail program opens; written again, the file is the same. @returns its path */
export async function writeMessage(
  folder: string,
  { row, raw }: { row: Pick<OutboxRow, 'id' | 'letter' | 'message_id'>; raw: Buffer },
): Promise<string> {
  const path = join(
    folder,
    `${String(row.id).padStart(4, '0')}-${row.letter}-${row.message_id.slice(0, 8)}.eml`,
  )
  const temporary = `${path}.${ownerTag()}.new`
  try {
    await writeNewFile(temporary, raw)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary)
    throw error
  }
  return path
}

/** The note in the store of where a message was written: each desk of a shared store has its own disk. */
export function fileNoteOf(path: string, { isShared }: { isShared: boolean }): string {
  return isShared ? `${hostname()}:${path}` : path
}

/** Where a noted message lies; `host` is set where it was not written on this machine. */
export function parseFileNote(note: string): { path: string; host: string | undefined } {
  const [, host, path] = /^([^/:]+):(\/.*)$/s.exec(note) ?? []
  if (host === undefined || path === undefined) return { path: note, host: undefined }
  return { path, host: host === hostname() ? undefined : host }
}

/** A note in the form for people: the path alone where the message lies on this machine. */
export function describeFileNote(note: string): string {
  const { path, host } = parseFileNote(note)
  return host === undefined ? path : note
}
