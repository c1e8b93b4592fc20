import type { CompiledQuery } from 'kysely'
import type { Problem } from '../errors.ts'
import type { LogHead } from './audit/head-file.ts'
import type { Store } from './schema.ts'

/** What a column holds, as it is written. */
export type Value = string | number | Buffer | null

type Column<Table extends keyof Store> = keyof Store[Table] & string

/** Tables whose rows are numbered by the store. */
export type Numbered = 'imports' | 'centres' | 'users' | 'learner_groups' | 'tests' | 'outbox'

/** Many rows at once, within the transaction that is open: iterables in, a promise out. */
export interface Bulk {
  /** Sets numbers aside that no row ever had, one after the other. @returns the first */
  reserve(table: Numbered, count: number): Promise<number>
  /** Adds rows; each has its values in the order of the columns. */
  insert<Table extends keyof Store>(
    table: Table,
    columns: readonly Column<Table>[],
    rows: Iterable<readonly Value[]>,
  ): Promise<void>
  /** Changes rows that are there, each found by the first of the columns. */
  update<Table extends keyof Store>(
    table: Table,
    columns: readonly [Column<Table>, ...Column<Table>[]],
    rows: Iterable<readonly Value[]>,
  ): Promise<void>
  /** Adds rows; where one with the same key is there, sets what differs. @returns how many were added or differed */
  merge<Table extends keyof Store>(
    table: Table,
    columns: { key: readonly Column<Table>[]; set: Column<Table> },
    rows: Iterable<readonly Value[]>,
  ): Promise<number>
}

export interface ServerFacts {
  /** The one that answers, of all that the address names. */
  host: string
  port: number
  /** As whom it was asked. */
  user: string
  /** Of PostgreSQL, such as `17.9`. */
  version: string
  /** How long a question and its answer are on their way, in milliseconds. */
  roundTripMs: number
}

/** A row of the audit log, without what it says. */
export interface LastEvent {
  id: number
  segment: number
  mac: Buffer
  /** ISO time. */
  at: string
  /** A row that is not there, and of which values are; null where the log was not cut. */
  beyond: number | null
}

export interface CopyingOut {
  signal: AbortSignal
  /** Without the bytes of resources and help documents. */
  withoutContent: boolean
}

/** The store as it was when it was looked at, or taken for a change, last. */
export interface ServerState {
  /** The last event of the log; undefined of an empty one. */
  lastEvent: LastEvent | undefined
  /** Whether any PIN sheet was noted. */
  hasNotedSheets: boolean
  /** Whether any file was being uploaded, or never will be whole. */
  hasUploads: boolean
}

interface ServerOperations {
  /** Looks at the store, where nobody has yet. @throws `store-missing` */
  ensureStoreRow(): Promise<void>
  seen: Readonly<ServerState>
  /** Sends a statement that answers nothing together with the next one; its failure is told there. */
  sendWithNext(query: CompiledQuery): void
}

export interface Findings {
  /** What keeps the store or its key from being trusted, or used. */
  damage: Problem[]
  /** What should be put right, and harms nothing yet. */
  warnings: Problem[]
}

/** What a store is kept in, behind what every query can ask of it. */
export interface Engine {
  /** On a server, where several desks use it: there is no file to be copied, locked or put in place. */
  isShared: boolean
  bulk: Bulk
  /** What a server is asked in fewer round trips than a file; absent of a file, where asking costs nothing. */
  server?: ServerOperations
  /**
   * Takes back all that an open transaction has done, and begins it anew. SQLite keeps what was before a savepoint in memory,
   * page by page, and goes through all of it at each statement that follows: thousands of changes are taken back so.
   * Absent where a savepoint costs nothing.
   */
  restartTransaction?: () => Promise<void>
  /** What the store keeps of its key. */
  fingerprint(): string
  /** Equal answers: nobody else has written to the store between them. */
  writesOfOthers(): Promise<number>
  /** Says who has the store while a transaction is open. @returns takes it back */
  noteHolder(command: string): () => void
  /** Where the log will end once the transaction is committed: a commit that nobody confirmed is known by it. */
  aboutToCommit(head: LogHead | undefined): void
  /** What is known of the server that it is on; undefined of a file. */
  aboutServer(): Promise<ServerFacts | undefined>
  /** Who is changing the store now: their command, and who they are; null for nobody. */
  heldBy(): Promise<string | null>
  /** In bytes, with what is kept beside it. */
  size(): Promise<number>
  /** Whether work that failed so may be tried again: nothing of it was saved. */
  isRetryable(error: unknown): boolean
  /** What does not hold together, or stands in the way, as far as the engine itself can tell. */
  findings(): Promise<Findings>
  /** The rows of a table as they are kept, many at once, each with its values in the order of the columns. */
  rowsOf(table: string, columns: readonly string[]): AsyncIterable<Value[][]>
  /** The highest number that a table ever gave; 0 where it gave none. */
  lastNumber(table: string): Promise<number>
  /** Copies the whole store, as it is at one moment, into a file of SQLite, which needs no other beside it. @returns its size */
  copyOut(to: string, options: CopyingOut): Promise<number>
  /** Makes what is removed from now on unreadable. */
  overwriteWhatGoes(): void
  /** Makes what was removed before unreadable. @returns whether nobody was in the way */
  scrub(): Promise<boolean>
}
