import type { Kysely } from 'kysely'
import type { LogHead } from '../audit/head-file.ts'
import type { Store } from '../schema.ts'
import { headOf, rowsIn } from './copy-tables.ts'
import { tableNames } from './tables.ts'

/** By what a copy of a store is known again. */
export interface Extent {
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
  return isOne && (isSameHead(one.head, other.head) || isSameHead(one.before, other.before))
}

function isSameHead(one: LogHead | undefined, other: LogHead | undefined): boolean {
  return one !== undefined && one.events === other?.events && one.head === other.head
}
