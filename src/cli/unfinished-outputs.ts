import { basename, isAbsolute } from 'node:path'
import { rmSync } from '../disk.ts'
import { isUnfinishedName, type UnfinishedFile, unfinishedIn } from '../unfinished-files.ts'
import type { Session } from './session.ts'
import { pathInWords } from '../shell-word.ts'

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
export function isOutputName(path: string): boolean {
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
