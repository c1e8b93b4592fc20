import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { mentionsIn, type WrittenAddress } from '../db/users/mentions.ts'
import { rm } from '../disk.ts'

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
