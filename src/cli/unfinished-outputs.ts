import { dirname } from 'node:path'
import { rmSync } from '../disk.ts'
import { type UnfinishedFile, unfinishedIn } from '../unfinished-files.ts'
import type { OutputKind } from './output-file.ts'

const kinds: readonly OutputKind[] = ['pins', 'issues', 'plan', 'export', 'audit', 'sample', 'page', 'backup']

/** Outputs that are not whole, or never will be, in these folders. */
export function unfinishedOutputsIn(folders: readonly string[]): UnfinishedFile[] {
  const starts = kinds.map((kind) => `.${kind}-`)
  return [...new Set(folders)].flatMap((folder) => unfinishedIn(folder, starts))
}

/** Takes away what was surely left behind in the folders of these files; what may still be made is let alone. @returns what went */
export function removeAbandonedOutputs(files: readonly string[]): string[] {
  const removed: string[] = []
  for (const { path, abandoned } of unfinishedOutputsIn(files.map((file) => dirname(file)))) {
    if (!abandoned) continue
    try {
      rmSync(path)
      removed.push(path)
    } catch {
      // It stays, and store check goes on naming it.
    }
  }
  return removed
}
