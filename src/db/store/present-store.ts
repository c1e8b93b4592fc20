import { isSharedPlace } from '../../shared-place.ts'
import type { ErasedAccount } from '../users/erased-accounts.ts'
import type { Opening } from './opening.ts'

/** The store whose place a backup is to take, as it is now; there may be none. */
export interface PresentStore {
  /** Of its key; undefined where there is none, or it cannot be read. */
  fingerprint: string | undefined
  /** Where its key is; of a shared store that is not there, the backup's. */
  keyFileFor: (storeId: string) => string
  /** Whom it erased, if it is the store with this number; undefined where it is too damaged to tell. */
  erased: (storeId: string) => ErasedAccount[] | undefined
  /** What it is called afterwards; null where there is none. */
  kept: string | null
  /** Where a copy of the backup is made ready. */
  copyBeside: string
  /** Puts a store that is a file in its place. @returns false, and nothing is done, where it has been changed meanwhile */
  replaceWith: (file: string, settled: Settled) => Promise<boolean>
}

interface Settled {
  /** Just before it is in its place. */
  beforePlacing: () => void | Promise<void>
}

/** @throws `store-in-use`, `store-newer`, `store-refused` where it cannot be replaced */
export async function presentStore(opening: Opening): Promise<PresentStore> {
  if (isSharedPlace(opening.path)) {
    const { presentSharedStore } = await import('../postgres/present-store.ts')
    return presentSharedStore(opening)
  }
  const { presentStoreFile } = await import('../sqlite/present-store.ts')
  return presentStoreFile(opening)
}
