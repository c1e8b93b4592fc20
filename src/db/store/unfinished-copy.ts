import { rmSync } from '../../disk.ts'
import type { Interruption } from '../../interruption.ts'

/** A store or a key under the name that it bears until it is whole. */
interface UnfinishedCopy {
  /** Takes it away, with what SQLite keeps beside it; harmless once it has its own name. */
  remove: () => void
}

const parts = ['', '-wal', '-shm', '-journal', '.writer']

/** Said before it is written: a second signal ends the process where it stands, and takes it away first. */
export function unfinishedCopy(path: string, interruption: Interruption | undefined): UnfinishedCopy {
  const removeParts = () => {
    for (const part of parts) removeIfPossible(`${path}${part}`)
  }
  const forget = interruption?.beforeEnding(removeParts)
  return {
    remove: () => {
      forget?.()
      removeParts()
    },
  }
}

/** What was done stays done when something else cannot be tidied away; `store check` names it. */
export function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    return
  }
}
