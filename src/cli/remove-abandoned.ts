import { rmSync } from '../disk.ts'
import type { UnfinishedFile } from '../unfinished-files.ts'
import type { Session } from './session.ts'

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
    const message = `Removed ${path}, which a command that was cut short had left behind.`
    notify({ code: 'leftover-removed', message })
  }
}
