import type { Kysely, Transaction } from 'kysely'
import { Unavailable } from '../../errors.ts'
import type { Interruption } from '../../interruption.ts'
import { latestVersion } from '../migrations/index.ts'
import { applicationId, headerIn } from '../sqlite/header.ts'
import type { Engine } from '../engine.ts'
import type { Store } from '../schema.ts'
import type { Keys } from './keys.ts'

/**
 * What a store is opened for. `use` changes it; `create` makes one where there is none; `rehearse` changes
 * none, and `rehearse-creation` makes one in memory. `read` needs no store that can be written, and takes
 * an older one as a copy in memory that is brought up to date; `read-if-any` does the same, and takes an empty one
 * in memory where there is none. `as-it-is` takes any version as it stands. `place` readies a copy, an older one included, that is to take the place of a store.
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

/** Whether a file that begins so is a store, or a backup of one. */
export function beginsAStore(bytes: Buffer): boolean {
  return headerIn(bytes)?.applicationId === applicationId
}

/** Brought up to date in memory where it is older. */
export function readsUpToDate(mode: OpenMode): boolean {
  return mode === 'read' || mode === 'read-if-any'
}

export function readsAlone(mode: OpenMode): boolean {
  return readsUpToDate(mode) || mode === 'as-it-is'
}

/** Who is writing to the store now. */
export interface Holder {
  /** Of a process on this machine or the one named; absent where the server names who it is. */
  pid?: number
  command: string
  /** The machine on which it runs; absent in a note of an older ssh-admin. */
  host?: string
}

/** Who has the store, for those who wait. */
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
export function storeOlder(store: string, { version, how }: { version: number; how: string }): Unavailable {
  return new Unavailable(
    'store-older',
    `The store ${store} was made by an older ssh-admin: it is of version ${version}, and this program needs ${latestVersion}.`,
    {
      hint: `${how} store check and store backup work before, too.`,
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
  /** Where a command gives the key, and no file: its 32 bytes. */
  secret?: (() => Buffer) | undefined
  /** How long to wait for another writer, in milliseconds. */
  maxWaitMs: number
  mode: OpenMode
  /** What the clock says. */
  now: () => Date
  /** The words typed, for those who wait meanwhile. */
  command: string
  /** Who typed them, at which machine. */
  operator?: string
  /** What is done first is a change: the store is looked at as it is taken, and not before. */
  startsWithChange?: boolean
  /** Told, once, who holds the store that is waited for. */
  onWait: (holder: Holder | undefined) => void
  /** Told each time that no server answers which takes changes, and one is waited for. */
  onOutage?: () => void
  /** Told where a standby is read, which may lag, because none of the hosts takes changes. */
  onStandby?: () => void
  /** Told, once, how far the server's clock is ahead of this machine's, in milliseconds. */
  onOtherClock?: (difference: number) => void
  readonly signal?: AbortSignal
  /** Absent where nothing that is done counts, as in a copy. */
  interruption?: Interruption | undefined
  /** Says in a store that is being begun by whom; absent where none can be. */
  writeFirstEvent?: (store: OpenStore) => Promise<void>
}

export interface Committed<Result> {
  result: Result
  /** Messages that are owed now, by their outbox number. */
  queued: number[]
  /** The file in which the head of the log was not found any more; it is noted there again. */
  missingHead: string | undefined
  /** Whether the log tells of it: where nothing was changed, it does not. */
  isLogged: boolean
}

/** A transaction in which several changes are made one after the other, each of them a part of one. */
export interface OpenTransaction {
  /** Does a part, with the messages that it owes: it is saved with the others. */
  commit: <Result>(work: (trx: Transaction<Store>) => Promise<Result>) => Promise<Committed<Result>>
  /** Does a part, and takes it back: where all of them are, at their end. */
  rehearse: <Result>(work: (trx: Transaction<Store>) => Promise<Result>) => Promise<Result>
}

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
