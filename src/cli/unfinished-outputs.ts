import { type UnfinishedFile, unfinishedIn } from '../unfinished-files.ts'
import type { OutputKind } from './output-file.ts'

const kinds: readonly OutputKind[] = [
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
]

/** Outputs that are not whole, or never will be, in these folders. */
export function unfinishedOutputsIn(folders: readonly string[]): UnfinishedFile[] {
  const starts = kinds.map((kind) => `.${kind}-`)
  return [...new Set(folders)].flatMap((folder) => unfinishedIn(folder, starts))
}
