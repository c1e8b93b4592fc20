import { isServerAddress } from '../../server-address.ts'
import { emptyLog, readHeadFile, writeHeadFile } from '../audit/head-file.ts'
import { openStore } from './open.ts'
import type { Opening, OpenStore } from './opening.ts'

export interface BringingUpToDate {
  /** The version that was agreed to; with any other, nothing is done. */
  from: number
  /** What the store as it is now is called afterwards, where it is a file. */
  keep: string
  /** Writes the event: of a file, in the copy that takes the store's place. */
  note: (store: OpenStore) => Promise<void>
}

/** Brings an older store up to date: all of it, or none. @returns the version that it had */
export async function bringUpToDate(opening: Opening, options: BringingUpToDate): Promise<number> {
  if (!isServerAddress(opening.path)) {
    const { migrateStoreFile } = await import('../sqlite/bring-up-to-date.ts')
    return migrateStoreFile(opening, options)
  }
  const { migrateSharedStore } = await import('../postgres/bring-up-to-date.ts')
  const version = await migrateSharedStore(opening, options)
  if (version !== options.from) return version
  const store = await openStore({ ...opening, mode: 'use' })
  try {
    await options.note(store)
  } finally {
    await store.close()
  }
  return version
}

/** @throws `store-refused` where the store is on a server, and belongs to another of its users */
export async function refuseToBringUpToDate(path: string): Promise<void> {
  if (!isServerAddress(path)) return
  const { refuseOthersToMigrate } = await import('../postgres/bring-up-to-date.ts')
  await refuseOthersToMigrate(path)
}

/** Notes where the log of a file ends, if that is noted nowhere yet. @returns whether it was */
export async function noteFirstHead(path: string, { file }: { file: string }): Promise<boolean> {
  if (isServerAddress(path) || readHeadFile(file)) return false
  const { headAt } = await import('../sqlite/inspect.ts')
  return writeHeadFile(file, headAt(path) ?? emptyLog, { store: path })
}
