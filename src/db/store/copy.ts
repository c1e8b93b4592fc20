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
  /** Told how many rows have been copied. */
  onRows: (copied: number) => void
  /** Makes a file that is written to a path whole, in its place. */
  writeInPlace: (write: (path: string) => Promise<void>) => Promise<void>
}

/**
 * Copies a store to another place, a file or a server, within the change that has it: nobody changes it meanwhile.
 * All of it is there in the end, or nothing. @throws `store-exists`, `copy-differs`
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

/** Whether a store could be made in this place of a server; nothing is. */
export async function rehearseCopy(to: string): Promise<void> {
  if (!isServerAddress(to)) return
  const { rehearseNewSchema } = await import('../postgres/new-store.ts')
  await rehearseNewSchema(to)
}

interface CopyWithKey {
  to: string
  /** Where the key of the copy is, or is to be put. */
  keyFile: string
  /** In which the store that was copied notes its own. */
  headFile: string
  /** It was made now, and no log was there before. */
  isNew: boolean
  env: Readonly<Record<string, string | undefined>>
}

/**
 * Notes where the log of a copy ends, once that is in its place, beside its key, as it is noted of every store: the folder
 * of the key is there, too. The note of another store that has the same key stays as it is.
 */
export function noteHeadOfCopy(head: LogHead, { to, keyFile, headFile, isNew, env }: CopyWithKey): void {
  const file = isServerAddress(to)
    ? headFileOnServer(keyFile, parseServerAddress(to, env))
    : isNew
      ? headFileOfNewFile(keyFile, to)
      : headFileOfFile(keyFile, to)
  if (file === headFile || (!isNew && readHeadFile(file))) return
  try {
    mkdirSync(dirname(keyFile))
  } catch {
    // As where the head cannot be written: the next change notes it.
  }
  writeHeadFile(file, head, { store: isServerAddress(to) ? undefined : to })
}

/** Whether a place of a server is that of the store itself, however the two addresses are written. */
export async function isStoreItself(store: OpenStore, trx: Trx, there: OpenStore): Promise<boolean> {
  // One that is read in memory is older, and no store that is open for a change.
  if (!store.engine.isShared || !there.engine.isShared || there.isCopy) return false
  const { placeOf } = await import('../postgres/server-facts.ts')
  return (await placeOf(trx)) === (await placeOf(there.db))
}

/** By what a copy of a store is known again. */
interface Extent {
  storeId: string
  rows: Readonly<Record<string, number>>
  head: LogHead | undefined
  /** The row of the log before its last. */
  before: LogHead | undefined
}

/** Of this moment. @param withoutContent as the copy was made: the bytes of files are not counted, nor those that are not whole */
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
  return { storeId, rows, head, before: await headOf(db, { before: head }) }
}

/**
 * Whether a store holds what another does, to the end of its log; or to the last row but one, where the last says in
 * each that it was copied.
 */
export function isSameStore(one: Extent, other: Extent): boolean {
  const isOne = one.storeId === other.storeId && JSON.stringify(one.rows) === JSON.stringify(other.rows)
  const isThere = (head: LogHead | undefined, of: LogHead | undefined) =>
    head !== undefined && isSameHead(head, of)
  return isOne && (isThere(one.head, other.head) || isThere(one.before, other.before))
}

/** About how many bytes a copy in a file has; of a server's tables half is what only a server needs. */
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
