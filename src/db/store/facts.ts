import type { Kysely } from 'kysely'
import type { ImportTable, Store } from '../schema.ts'
import type { Trx } from '../transact.ts'

export interface StoreFacts {
  storeId: string
  createdAt: string
  fingerprint: string
  centres: { live: number; deleted: number }
  users: { invited: number; active: number; suspended: number; deleted: number }
  auditRows: number
  messagesWaiting: number
  lastImport: { id: number; file: string; at: string; state: ImportTable['state'] } | null
}

/** What can be said of a store without its key. */
export async function storeFacts(db: Kysely<Store>): Promise<StoreFacts> {
  const store = await db.selectFrom('store').selectAll().executeTakeFirstOrThrow()
  const users = { invited: 0, active: 0, suspended: 0, deleted: 0 }
  const counted = await db
    .selectFrom('users')
    .select(['status', ({ fn }) => fn.countAll<number>().as('n')])
    .groupBy('status')
    .execute()
  for (const { status, n } of counted) users[status] = n
  const centres = await db
    .selectFrom('centres')
    .select(({ fn }) => [fn.countAll<number>().as('all'), fn.count<number>('deleted_at').as('deleted')])
    .executeTakeFirstOrThrow()
  const audit = await db
    .selectFrom('audit')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  const waiting = await db
    .selectFrom('outbox')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('state', '=', 'queued')
    .executeTakeFirstOrThrow()
  const lastImport = await db
    .selectFrom('imports')
    .select(['id', 'file', 'at', 'state'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return {
    storeId: store.store_id,
    createdAt: store.created_at,
    fingerprint: store.key_fingerprint,
    centres: { live: centres.all - centres.deleted, deleted: centres.deleted },
    users,
    auditRows: audit.n,
    messagesWaiting: waiting.n,
    lastImport: lastImport ?? null,
  }
}

/** Makes another key the store's own. */
export async function changeFingerprint(trx: Trx, fingerprint: string): Promise<void> {
  await trx.updateTable('store').set({ key_fingerprint: fingerprint }).execute()
}
