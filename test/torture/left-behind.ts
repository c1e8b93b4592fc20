import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Desk } from './desk.ts'

/** The names of the files of a desk, without what is different each time. */
export function kindsOfFilesIn(desk: Desk): string[] {
  return filesIn(desk).map(kindOf)
}

/** Files that an operation does not leave where nothing fails, and that are not in these words either. */
export function filesNobodyNames(
  desk: Desk,
  { known, named }: { known: ReadonlySet<string>; named: string },
): string[] {
  return filesIn(desk).filter((file) => {
    const belongsToTheStore = /^hub[.]db(-wal|-shm|-journal)?$/.test(file)
    return !belongsToTheStore && !known.has(kindOf(file)) && !named.includes(join(desk.folder, file))
  })
}

function filesIn({ folder }: Desk): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((file) => !file.startsWith('home/'))
    .sort()
}

function kindOf(file: string): string {
  return file.replace(/[0-9a-f]{8,}|\d+/g, 'N')
}
