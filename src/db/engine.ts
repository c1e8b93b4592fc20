import type { CompiledQuery } from 'kysely'
import type { Problem } from '../errors.ts'
import type { LogHead } from './audit/head-file.ts'
import type { Store } from './schema.ts'

/** A column's value, as it is written. */
export type Value = string | number | Buffer | null

type Column<Table extends keyof Store> = keyof Store[Table] & string

/** Tables whose row numbers can be reserved ahead. */
export type Numbered = 'imports' | 'centres' | 'users' | 'learner_groups' | 'tests' | 'outbox'

/** Bulk writes within the open transaction. */
export interface Bulk {
  /** Reserves consecutive row numbers that no row ever had. @returns the first */
  reserve(table: Numbered, count: number): Promise<number>
  /** Adds rows; each has its values in the order of the columns. */
  insert<Table extends keyof Store>(
    table: Table,
    columns: readonly Column<Table>[],
    rows: Iterable<readonly Value[]>,
  ): Promise<void>
  /** Changes existing rows, each found by the first of the columns. */
  update<Table extends keyof Store>(
    table: Table,
    columns: readonly [Column<Table>, ...Column<Table>[]],
    rows: Iterable<readonly Value[]>,
  ): Promise<void>
  /** Adds rows; where one with the same key exists, sets the column if it differs. @returns how many rows it wrote */
  merge<Table extends keyof Store>(
    table: Table,
    columns: { key: readonly Column<Table>[]; set: Column<Table> },
    rows: Iterable<readonly Value[]>,
  ): Promise<number>
}

export interface ServerFacts {
  /** The host that answered, of all that the address names. */
  host: string
  port: number
  /** The role that was signed in with. */
  user: string
  /** PostgreSQL's version, such as `17.9`. */
  version: string
  /** The round-trip time of a query, in milliseconds. */
  roundTripMs: number
}

/** The last row of the audit log, without its content. */
export interface LastEvent {
  id: number
  segment: number
  mac: Buffer
  /** ISO time. */
  at: string
  /** A missing row that still has personal values; null if the log was not cut. */
  cutRow: number | null
}

export interface CopyOptions {
  signal: AbortSignal
  /** Whether to leave out the bytes of resources and help documents. */
  withoutContent: boolean
}

/** The state of the store when it was last read, or locked for a change. */
export interface ServerState {
  /** The last event of the log; undefined if the log is empty. */
  lastEvent: LastEvent | undefined
  /** Whether any PIN sheet is noted as pending. */
  hasUnfinishedSheets: boolean
  /** Whether there is any unfinished upload. */
  hasUploads: boolean
}

interface ServerOperations {
  /** Reads the store's row unless that was done already. @throws `store-missing` */
  ensureStoreRow(): Promise<void>
  storeState: Readonly<ServerState>
  /** Sends a statement without a result together with the next query, which then reports its failure. */
  sendWithNext(query: CompiledQuery): void
}

export interface Findings {
  /** Problems that keep the store or its key from being trusted or used. */
  damage: Problem[]
  /** Problems that should be mended and do no harm yet. */
  warnings: Problem[]
}

/** The database that keeps a store: what differs between SQLite and PostgreSQL, beyond the queries. */
export interface Engine {
  /** Whether the store is on a server that several desks use, so that there is no file to copy, lock or replace. */
  isShared: boolean
  bulk: Bulk
  /** Operations that save round trips to a server; absent for a file, where queries cost none. */
  server?: ServerOperations
  /**
   * Rolls an open transaction back and begins it again, which undoes thousands of changes faster than a savepoint:
   * SQLite keeps the pages from before a savepoint in memory and goes through all of them at each later statement.
   * Absent where a savepoint costs nothing.
   */
  restartTransaction?: () => Promise<void>
  /** The fingerprint of the store's key, as the store has it. */
  fingerprint(): string
  /** A counter of writes by others: two equal results mean that nobody else has written in between. */
  dataVersion(): Promise<number>
  /** Notes who holds the store while a transaction is open. @returns a function that removes the note */
  recordHolder(command: string): () => void
  /** Told the log's head just before a commit, to recognise by it a commit that was never confirmed. */
  expectCommit(head: LogHead | undefined): void
  /** Facts about the server; undefined for a file. */
  readServerFacts(): Promise<ServerFacts | undefined>
  /** The current writer, by command and operator; null if nobody is changing the store. */
  currentHolder(): Promise<string | null>
  /** Size in bytes, with the files beside it. */
  size(): Promise<number>
  /** How many bytes of deleted rows in the file can be written again; 0 on a server. */
  reusableSize(): Promise<number>
  /** Whether work that failed with this error saved nothing and may be retried. */
  isRetryable(error: unknown): boolean
  /** The damage and warnings that the engine's own checks find. */
  checkIntegrity(): Promise<Findings>
  /** The rows of a table in batches, each row with its stored values in the order of the columns. */
  readRows(table: string, columns: readonly string[]): AsyncIterable<Value[][]>
  /** The highest number that a table ever gave; 0 where it gave none. */
  lastNumber(table: string): Promise<number>
  /** Copies a snapshot of the whole store into a single SQLite file. @returns its size */
  writeSnapshot(to: string, options: CopyOptions): Promise<number>
  /** Has everything that is deleted from now on overwritten, so that it cannot be read from the file. */
  enableSecureDelete(): void
  /** Overwrites what was deleted before. @returns whether that succeeded, with nobody else using the store */
  vacuum(): Promise<boolean>
}
