import type { Kysely, Transaction } from 'kysely'
import { Unavailable } from '../../errors.ts'
import type { Interruption } from '../../interruption.ts'
import { latestVersion } from '../migrations/index.ts'
import { applicationId, headerIn } from '../sqlite/header.ts'
import type { Engine } from '../engine.ts'
import type { Store } from '../schema.ts'
import type { Keys } from './keys.ts'

/**
 * What a store is opened for. `use` changes it; `create` creates it if there is none; `rehearse` saves nothing, and
 * `rehearse-creation` creates one in memory. `read` also opens a read-only store, and migrates an older one in an
 * in-memory copy; `read-if-any` does the same, and opens an empty one in memory if there is none. `as-it-is` opens any
 * version without migrating it. `place` prepares a copy, of an older version too, that is to replace a store.
 */
export type OpenMode =
  | 'use'
  | 'create'
  | 'rehearse'
  | 'rehearse-creation'
  | 'read'
  | 'read-if-any'
  | 'as-it-is'
  | 'place'

/** Whether a file with these first bytes is a store, or a backup of one. */
export function isStoreHeader(bytes: Buffer): boolean {
  return headerIn(bytes)?.applicationId === applicationId
}

/** Whether this mode migrates an older store in memory. */
export function migratesInMemory(mode: OpenMode): boolean {
  return mode === 'read' || mode === 'read-if-any'
}

export function isReadOnlyMode(mode: OpenMode): boolean {
  return migratesInMemory(mode) || mode === 'as-it-is'
}

/** Who is writing to the store now. */
export interface Holder {
  /** The process id, on this machine or on `host`; absent where the server names the holder. */
  pid?: number
  command: string
  /** The machine on which the process runs; absent in notes of older versions of ssh-admin. */
  host?: string
}

/** Names the holder of the store, for those who wait. */
export function nameHolder(holder: Holder | undefined): string {
  if (!holder) return 'another program'
  return holder.pid === undefined ? holder.command : `${holder.command} (process ${holder.pid})`
}

/** @param store as it is named in a sentence */
export function storeLocked(store: string, holder: Holder | undefined): Unavailable {
  return new Unavailable('store-locked', `The store ${store} is in use by ${nameHolder(holder)}.`, {
    hint: 'Try again in a moment, or wait longer with --wait SECONDS.',
  })
}

/** @param store as it is named in a sentence. @param program the version that made it, where it says */
export function storeNewer(store: string, program = ''): Unavailable {
  const named = program === '' ? '' : ` (${program})`
  return new Unavailable('store-newer', `The store ${store} was made by a newer ssh-admin${named}.`, {
    hint: 'Update ssh-admin on this machine. Nothing was changed.',
  })
}

/** @param store as it is named in a sentence. @param how what brings it up to date */
export function storeOlder(
  store: string,
  { version, how: upgradeHint }: { version: number; how: string },
): Unavailable {
  return new Unavailable(
    'store-older',
    `The store ${store} was made by an older ssh-admin: it is of version ${version}, and this program needs ${latestVersion}.`,
    {
      hint: `${upgradeHint} store check and store backup work before, too.`,
      details: { version, needed: latestVersion },
    },
  )
}

export function storeMissing(place: string): Unavailable {
  return new Unavailable('store-missing', `There is no store at ${place}.`, {
    hint: 'Begin one with: ssh-admin centres import FILE, or ssh-admin store init',
  })
}

export interface Opening {
  path: string
  keyFile: string
  /** The 32 bytes of the key, if a command gives it instead of a file. */
  secret?: (() => Buffer) | undefined
  /** How long to wait for another writer, in milliseconds. */
  maxWaitMs: number
  mode: OpenMode
  /** What the clock says. */
  now: () => Date
  /** The command as typed, shown to those who wait for the store. */
  command: string
  /** The operating system's user and host. */
  operator?: string
  /** Whether a change comes first: the store is then first read within that change's transaction. */
  startsWithChange?: boolean
  /** Called once with the holder of the store that is waited for. */
  onWait: (holder: Holder | undefined) => void
  /** Called each time no server that accepts writes answers, and one is waited for. */
  onOutage?: () => void
  /** Called if a standby, which may lag, is read because none of the hosts accepts writes. */
  onStandby?: () => void
  /** Called once with how far the server's clock is ahead of this machine's, in milliseconds. */
  onOtherClock?: (difference: number) => void
  readonly signal?: AbortSignal
  /** Absent where nothing done is permanent, as in a copy. */
  interruption?: Interruption | undefined
  /** Writes the first audit event of a store being created; absent where none can be created. */
  writeFirstEvent?: (store: OpenStore) => Promise<void>
}

export interface Committed<Result> {
  result: Result
  /** The outbox numbers of the messages that the change queued. */
  queued: number[]
  /** The head file, if it was found to be missing; it has been written again. */
  missingHead: string | undefined
  /** Whether the audit log was written to; false if nothing was changed. */
  isLogged: boolean
}

/** An open transaction in which several changes are made one after the other, as parts of one. */
export interface OpenTransaction {
  /** Does one part, with its messages; it is saved together with the others. */
  commit: <Result>(work: (trx: Transaction<Store>) => Promise<Result>) => Promise<Committed<Result>>
  /** Does one part and rolls it back; where the whole is a rehearsal, only at its end. */
  rehearse: <Result>(work: (trx: Transaction<Store>) => Promise<Result>) => Promise<Result>
}

export interface OpenStore {
  db: Kysely<Store>
  /** What SQLite and PostgreSQL each do in their own way. */
  engine: Engine
  /** Absent for a rehearsal in memory. */
  path: string | undefined
  keyFile: string
  /** The file that holds the head of the audit log. */
  headFile: string
  /** Puts a shared store's id into a path of the settings that has a place for it; leaves other paths as they are. */
  ownPath: (path: string) => string
  /** Whether a command gives the key instead of a file. */
  keyFromCommand: boolean
  /** Whether this process created the store just now. */
  created: boolean
  /** Whether this is an in-memory copy of the file, for reading only. */
  isCopy: boolean
  /** The schema version of the file, which may be older than that of the in-memory copy read. */
  version: number
  /** The command as typed, shown to those who wait for the store. */
  command: string
  /** What the clock says; the time of a change is `timeOf` its transaction. */
  now: () => Date
  /** Told when a change becomes permanent; absent where none does. */
  interruption?: Interruption | undefined
  /** The open transaction that every change joins, where all of them are saved or rolled back as a whole. */
  transaction?: OpenTransaction
  /** Read on first use; throws `key-missing` or `key-mismatch`. */
  keys(): Keys
  close(): Promise<void>
}
