import type { Kysely } from 'kysely'
import { lastImports } from '../imports/imports.ts'
import { countOf } from '../pages.ts'
import type { Store } from '../schema.ts'
import type { Trx } from '../transact.ts'

/** What can be said of a store without its key. */
export async function storeFacts(db: Kysely<Store>) {
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
  const auditRows = await countOf(db.selectFrom('audit'))
  const messagesWaiting = await countOf(db.selectFrom('outbox').where('state', '=', 'queued'))
  const [lastImport = null] = await lastImports(db, 1)
  return {
    storeId: store.store_id,
    createdAt: store.created_at,
    fingerprint: store.key_fingerprint,
    centres: { live: centres.all - centres.deleted, deleted: centres.deleted },
    users,
    auditRows,
    messagesWaiting,
    lastImport,
  }
}

export type StoreFacts = Awaited<ReturnType<typeof storeFacts>>

/** Makes another key the store's own. */
export async function changeFingerprint(trx: Trx, fingerprint: string): Promise<void> {
  await trx.updateTable('store').set({ key_fingerprint: fingerprint }).execute()
}
