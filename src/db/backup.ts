import { randomBytes } from 'node:crypto'
import { chmodSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Cancelled } from '../errors.ts'
import { syncFolder } from './folder.ts'
import type { OpenStore } from './open.ts'
import { makeWhole } from './store/whole.ts'

/** Pages copied between two breaths, in which Ctrl-C is heard. */
const pagesAtOnce = 5000

interface Copying {
  to: string
  signal: AbortSignal
}

/** Copies a store in use into one plain file, which is wholly there afterwards, or not at all. */
export async function copyStore(store: OpenStore, { to, signal }: Copying): Promise<number> {
  const part = `${to}.${randomBytes(4).toString('hex')}.part`
  try {
    await store.raw.backup(part, {
      progress: () => {
        if (signal.aborted) throw new Cancelled()
        return pagesAtOnce
      },
    })
    chmodSync(part, 0o600)
    // One file that needs no other beside it, wherever it is carried.
    makeWhole(part, { named: to })
    renameSync(part, to)
    syncFolder(dirname(to))
    return statSync(to).size
  } finally {
    for (const leftover of [part, `${part}-wal`, `${part}-shm`, `${part}-journal`])
      rmSync(leftover, { force: true })
  }
}
