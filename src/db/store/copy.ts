import { dirname } from 'node:path'
import { mkdirSync } from '../../disk.ts'
import type { Interruption } from '../../interruption.ts'
import { isServerAddress, parseServerAddress } from '../../server-address.ts'
import type { Trx } from '../transact.ts'
import { type Copied, rowsIn } from './copy-tables.ts'
import type { OpenStore } from './opening.ts'
import type { Kysely } from 'kysely'
import {
  headFileOfFile,
  headFileOfNewFile,
  headFileOnServer,
  headOf,
  isSameHead,
  type LogHead,
  readHeadFile,
  writeHeadFile,
} from '../audit/head-file.ts'
import type { Store } from '../schema.ts'
import { tableNames } from './tables.ts'

interface CopyingStore {
  withoutContent: boolean
  interruption: Interruption
  /** Called with the number of rows copied so far. */
  onRows: (copied: number) => void
  /** Calls `write` with a temporary path, then moves the complete file into its place. */
  writeInPlace: (write: (path: string) => Promise<void>) => Promise<void>
}

/**
 * Copies a store to a file or a server, all or nothing, within a transaction that keeps others from changing the store.
 * @throws `store-exists`, `copy-differs`
 */
export async function copyStore(
  store: OpenStore,
  trx: Trx,
  { to, writeInPlace, interruption, ...copying }: CopyingStore & { to: string },
): Promise<Copied> {
  const from = { db: trx, engine: store.engine, version: store.version }
  const options = { ...copying, from, signal: interruption.signal }
  if (isServerAddress(to)) {
    const { copyToServer } = await import('../postgres/new-store.ts')
    return copyToServer(to, { ...options, interruption })
  }
  const { copyToFile } = await import('../sqlite/new-file.ts')
  let copied: Copied | undefined
  await writeInPlace(async (path) => {
    copied = await copyToFile(path, options)
  })
  if (!copied) throw new Error(`nothing was written to ${to}`)
  return copied
}

/** Checks that a store could be created at this place on a server, without creating it. */
export async function rehearseCopy(to: string): Promise<void> {
  if (!isServerAddress(to)) return
  const { rehearseNewSchema } = await import('../postgres/new-store.ts')
  await rehearseNewSchema(to)
}

interface CopyWithKey {
  to: string
  /** Where the key of the copy is, or is to be put. */
  keyFile: string
  /** The head file of the store that was copied. */
  headFile: string
  /** Whether the copy was created now, so that no log was at its place before. */
  isNew: boolean
  env: Readonly<Record<string, string | undefined>>
}

/**
 * Writes the head file of a copy that is in its place, beside the key as for every store, and creates the key's folder
 * if it is missing. The head file of another store with the same key stays as it is.
 */
export function recordHeadOfCopy(head: LogHead, { to, keyFile, headFile, isNew, env }: CopyWithKey): void {
  const file = isServerAddress(to)
    ? headFileOnServer(keyFile, parseServerAddress(to, env))
    : isNew
      ? headFileOfNewFile(keyFile, to)
      : headFileOfFile(keyFile, to)
  if (file === headFile || (!isNew && readHeadFile(file))) return
  try {
    mkdirSync(dirname(keyFile))
  } catch {
    // The next change writes the head file, as after any failure to write it.
  }
  writeHeadFile(file, head, { store: isServerAddress(to) ? undefined : to })
}

/** Whether two stores are the same one on a server, however their addresses are written. */
export async function isStoreItself(store: OpenStore, trx: Trx, other: OpenStore): Promise<boolean> {
  // An in-memory copy is of a store of an older version, which cannot be the one open for a change.
  if (!store.engine.isShared || !other.engine.isShared || other.isCopy) return false
  const { placeOf } = await import('../postgres/server-facts.ts')
  return (await placeOf(trx)) === (await placeOf(other.db))
}

/** What is compared to tell whether two stores hold the same data. */
interface Extent {
  storeId: string
  rows: Readonly<Record<string, number>>
  head: LogHead | undefined
  /** The head of the log before its last row was written. */
  headBefore: LogHead | undefined
}

/** @param withoutContent as the copy was made: content pieces and unfinished uploads are not counted */
export async function extentOf(
  db: Kysely<Store>,
  { withoutContent }: { withoutContent: boolean },
): Promise<Extent> {
  const { store_id: storeId } = await db.selectFrom('store').select('store_id').executeTakeFirstOrThrow()
  const rows: Record<string, number> = {}
  for (const table of tableNames) {
    if (withoutContent && table === 'content_pieces') continue
    rows[table] = await rowsIn(db, { table, onlyWhole: withoutContent && table === 'contents' })
  }
  const head = await headOf(db)
  return { storeId, rows, head, headBefore: await headOf(db, { before: head }) }
}

/**
 * Whether two stores hold the same data up to the last row of the log, or up to the last but one where the last row of
 * each records the copying.
 */
export function isSameStore(one: Extent, other: Extent): boolean {
  const hasSameRows = one.storeId === other.storeId && JSON.stringify(one.rows) === JSON.stringify(other.rows)
  const isSameAndNotEmpty = (head: LogHead | undefined, otherHead: LogHead | undefined) =>
    head !== undefined && isSameHead(head, otherHead)
  return (
    hasSameRows &&
    (isSameAndNotEmpty(one.head, other.head) || isSameAndNotEmpty(one.headBefore, other.headBefore))
  )
}

/** The estimated size of a copy in a file, in bytes; about half of a server's tables is the server's own overhead. */
export async function bytesToCopy(
  { db, engine }: Pick<OpenStore, 'db' | 'engine'>,
  { withoutContent }: { withoutContent: boolean },
): Promise<number> {
  const size = (await engine.size()) / (engine.isShared ? 2 : 1)
  if (!withoutContent) return size
  const { bytes } = await db
    .selectFrom('contents')
    .select(({ fn }) => fn.sum<number | null>('bytes').as('bytes'))
    .executeTakeFirstOrThrow()
  return Math.max(0, size - (bytes ?? 0))
}
