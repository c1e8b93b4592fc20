import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { mentionPattern, type WrittenAddress } from '../db/users/mentions.ts'
import { rm } from '../disk.ts'
import { isMissingPath } from '../errors.ts'
import { parseFileNote } from './write-eml.ts'

/** The written messages that are addressed to somebody, and those to others that name them. */
export async function messagesNaming(
  folder: string,
  addresses: readonly WrittenAddress[],
): Promise<{ theirs: string[]; others: string[] }> {
  const found: { theirs: string[]; others: string[] } = { theirs: [], others: [] }
  const there = await stat(folder).catch(() => undefined)
  if (!there?.isDirectory() || addresses.length === 0) return found
  const mentions = mentionPattern(addresses)
  const isNamed = (part: string) => part.search(mentions) >= 0
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.eml')) continue
    // Quoted-printable breaks long lines with an =.
    const text = (await readFile(join(folder, name), 'utf8')).replace(/=\r?\n/g, '')
    const heading = text.slice(0, Math.max(text.search(/\r?\n\r?\n/), 0))
    if (heading.split(/\r?\n(?![ \t])/).some((line) => /^to:/i.test(line) && isNamed(line))) {
      found.theirs.push(join(folder, name))
    } else if (isNamed(text)) found.others.push(join(folder, name))
  }
  return found
}

/**
 * Where the messages that the outbox names lie now; `notFound` are those neither there nor in the folder, left to a
 * person.
 */
export async function findMessageFiles(
  notes: readonly string[],
  folder: string,
): Promise<{ here: string[]; notFound: string[] }> {
  const here: string[] = []
  const notFound: string[] = []
  for (const note of notes) {
    const { path } = parseFileNote(note)
    // A folder that was moved still has the message under the same name, which no other message has.
    const moved = join(folder, basename(path))
    if (await mayExist(path)) here.push(path)
    else if (await mayExist(moved)) here.push(moved)
    else notFound.push(note)
  }
  return { here, notFound }
}

/** Whether a file may be at a path: one that cannot be looked at may be there, and removing it tells why it stays. */
async function mayExist(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => !isMissingPath(error),
  )
}

/** Removes files; one that cannot be removed does not stop the others. */
export async function removeFiles(
  paths: readonly string[],
): Promise<{ removed: string[]; failed: string[] }> {
  const removed: string[] = []
  const failed: string[] = []
  for (const path of paths) {
    const gone = await rm(path).then(
      () => true,
      () => false,
    )
    if (gone) removed.push(path)
    else failed.push(path)
  }
  return { removed, failed }
}
