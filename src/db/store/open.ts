import type { Kysely } from 'kysely'
import type { Interruption } from '../../interruption.ts'
import type { Engine } from '../engine.ts'
import type { Store } from '../schema.ts'
import { isServerAddress } from '../../server-address.ts'
import type { OpenTransaction } from '../one-change.ts'
import type { Keys } from './keys.ts'
import type { Opening } from './opening.ts'

export interface OpenStore {
  db: Kysely<Store>
  /** What only the engine does that it is kept in. */
  engine: Engine
  /** Absent for a rehearsal in memory. */
  path: string | undefined
  keyFile: string
  /** In which it is noted where the log ended. */
  headFile: string
  /** A path of the settings, with the store's own number where a shared store has one in it. */
  ownPath: (path: string) => string
  /** A command gives the key, and no file does. */
  keyFromCommand: boolean
  /** Made just now, by this process and no other. */
  created: boolean
  /** Of the file, in memory: to be looked at, and not to be changed. */
  isCopy: boolean
  /** Of the file, which may be older than what is read of it. */
  version: number
  /** The words typed, for those who wait meanwhile. */
  command: string
  /** What the clock says; the time of a change is `timeOf` its transaction. */
  now: () => Date
  /** Told when a change begins to count; absent where none does. */
  interruption?: Interruption | undefined
  /** The one that is open already, where all that is done is one change: it is saved, or taken back, as a whole. */
  transaction?: OpenTransaction
  /** Read on first use; throws `key-missing` or `key-mismatch`. */
  keys(): Keys
  close(): Promise<void>
}

export async function openStore(opening: Opening): Promise<OpenStore> {
  if (isServerAddress(opening.path)) {
    const { openSharedStore } = await import('../postgres/open.ts')
    return openSharedStore(opening)
  }
  const { openSqliteStore } = await import('../sqlite/open.ts')
  return openSqliteStore(opening)
}
