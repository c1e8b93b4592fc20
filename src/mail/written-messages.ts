import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { mentionsIn, type WrittenAddress } from '../db/users/mentions.ts'
import { rm } from '../disk.ts'
import { isNotThere } from '../errors.ts'
import { fileOfNote } from './write-eml.ts'

/** The written messages that are to somebody, and those to others that name them. */
export async function messagesNaming(
  folder: string,
  addresses: readonly WrittenAddress[],
): Promise<{ theirs: string[]; others: string[] }> {
  const found: { theirs: string[]; others: string[] } = { theirs: [], others: [] }
  const there = await stat(folder).catch(() => undefined)
  if (!there?.isDirectory() || addresses.length === 0) return found
  const mentions = mentionsIn(addresses)
  const isNamed = (part: string) => part.search(mentions) >= 0
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.eml')) continue
    // A long line is broken with = in quoted-printable.
    const text = (await readFile(join(folder, name), 'utf8')).replace(/=\r?\n/g, '')
    const heading = text.slice(0, Math.max(text.search(/\r?\n\r?\n/), 0))
    if (heading.split(/\r?\n(?![ \t])/).some((line) => /^to:/i.test(line) && isNamed(line))) {
      found.theirs.push(join(folder, name))
    } else if (isNamed(text)) found.others.push(join(folder, name))
  }
  return found
}

/** Where the messages that the store noted lie now; what is neither there nor in the folder is for somebody to look for. */
export async function findNoted(
  notes: readonly string[],
  folder: string,
): Promise<{ here: string[]; notFound: string[] }> {
  const here: string[] = []
  const notFound: string[] = []
  for (const note of notes) {
    const { path } = fileOfNote(note)
    // A folder that was moved has it under the same name, which no other message has.
    const moved = join(folder, basename(path))
    if (await mayLieAt(path)) here.push(path)
    else if (await mayLieAt(moved)) here.push(moved)
    else notFound.push(note)
  }
  return { here, notFound }
}

/** A file that may not be looked at may be there: removing it says why it cannot go. */
async function mayLieAt(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => !isNotThere(error),
  )
}

/** Each that goes, goes: one that cannot be removed stops no other. */
export async function removeFiles(paths: readonly string[]): Promise<{ removed: string[]; kept: string[] }> {
  const removed: string[] = []
  const kept: string[] = []
  for (const path of paths) {
    const gone = await rm(path).then(
      () => true,
      () => false,
    )
    if (gone) removed.push(path)
    else kept.push(path)
  }
  return { removed, kept }
}
