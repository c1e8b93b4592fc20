import { runToCompletion } from '../../interruption.ts'
import { ownerTag, unfinishedCopy } from '../../unfinished-files.ts'
import type { Opening } from '../store/opening.ts'
import { latestVersion } from '../migrations/index.ts'
import type { StoreMigration } from '../store/by-engine.ts'
import { openStore } from '../store/open.ts'
import { copyPages } from './backup.ts'
import { lockExclusively, replaceStoreFile } from './place.ts'
import { knownVersionOf } from './version.ts'

/**
 * Migrates a copy of an older store and moves it into the store's place; the old file is kept beside it. Refused while
 * another process has the store open, so that no change is lost or written by an older program's rules.
 * @returns the version before
 */
export async function migrateStoreFile(
  opening: Opening,
  { from, keepAs, record: note }: StoreMigration,
): Promise<number> {
  const { path, signal, interruption } = opening
  const locked = lockExclusively(path, interruption)
  const copy = `${path}.${ownerTag()}.migrating`
  const unfinished = unfinishedCopy(copy, interruption)
  try {
    if (!locked.raw) throw new Error(`${path} is no database`)
    const version = knownVersionOf(locked.raw, path)
    if (version === latestVersion || version !== from) return version
    await copyPages(locked.raw, { to: copy, signal })
    // No interruption: a signal during work on the copy changes nothing that matters.
    const store = await openStore({ ...opening, path: copy, mode: 'place', interruption: undefined })
    try {
      await note(store)
    } finally {
      await store.close()
    }
    await runToCompletion(interruption, {
      what: 'the store is being brought up to date',
      finish: () => replaceStoreFile({ from: copy, locked, keepAs }),
    })
    return version
  } finally {
    locked.unlock()
    unfinished.remove()
  }
}
