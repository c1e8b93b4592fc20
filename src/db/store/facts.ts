import { type Kysely, sql } from 'kysely'
import { lastImports } from '../imports/imports.ts'
import { reasons } from '../message-reasons.ts'
import { countOf } from '../rows.ts'
import type { Store } from '../schema.ts'
import type { Trx } from '../transact.ts'

/** The facts about a store that can be read without its key. */
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

/** Records the fingerprint of the store's new key. */
export async function changeFingerprint(trx: Trx, fingerprint: string): Promise<void> {
  await trx.updateTable('store').set({ key_fingerprint: fingerprint }).execute()
}

interface Deadlines {
  /** Links that expire within this interval have little time left; ISO times. */
  linksFrom: string
  linksUntil: string
  /** Messages that expired from this ISO time until `linksFrom`, before they could be sent, are counted. */
  expiredFrom: string
  /** PINs issued from this ISO time until `pinsFrom` expired as long ago as those messages. */
  expiredPinsFrom: string
  /** PINs issued within this interval have little time left; ISO times. */
  pinsFrom: string
  pinsUntil: string
}

const importsShown = 3
/** A literal, as in the index: SQLite cannot match a parameter's value to the condition of a partial index. */
const literal = <T extends string>(value: T) => sql.lit(value)
const rowCount = sql<number>`count(*)`.as('n')

/** Counts of what is in the store and what waits in it, in one query. */
export async function storeCounts(
  db: Kysely<Store>,
  { linksFrom, linksUntil, expiredFrom, expiredPinsFrom, pinsFrom, pinsUntil }: Deadlines,
) {
  const imports = lastImports(db, importsShown)
  const counting = db
    .selectNoFrom(({ selectFrom }) => {
      const users = selectFrom('users').select(rowCount)
      const known = users.where('status', '<>', literal('invited'))
      const centres = selectFrom('centres').select(rowCount)
      const messages = selectFrom('outbox').select(rowCount)
      const links = selectFrom('credentials')
        .select(rowCount)
        .where('state', '=', literal('open'))
        .where('purpose', 'in', ['set-up', 'temporary-password'])
        .where('expires_at', '>', linksFrom)
        .where('expires_at', '<=', linksUntil)
      // These two count what `isExpiredUnsent` of messages.ts lists. An open credential was neither used nor replaced;
      // there are few that expired, while the outbox is long.
      const expired = selectFrom('credentials')
        .innerJoin('outbox', (join) =>
          join
            .onRef('outbox.user_id', '=', 'credentials.user_id')
            .onRef('outbox.credential_id', '=', 'credentials.id'),
        )
        .innerJoin('users', 'users.id', 'credentials.user_id')
        .innerJoin('centres', 'centres.id', 'users.centre_id')
        .select(rowCount)
        .where('credentials.state', '=', literal('open'))
        .where('credentials.purpose', 'in', ['set-up', 'temporary-password', 'reset', 'code'])
        .where('credentials.expires_at', '>', expiredFrom)
        .where('credentials.expires_at', '<=', linksFrom)
        .where('outbox.state', '=', literal('cancelled'))
        .where('outbox.last_error', '=', reasons.expired)
        .where('centres.deleted_at', 'is', null)
      const expiredPins = users
        .innerJoin('outbox', 'outbox.user_id', 'users.id')
        .innerJoin('centres', 'centres.id', 'users.centre_id')
        .where('pin_state', '=', literal('issued'))
        .where('pin_issued_at', '>', expiredPinsFrom)
        .where('pin_issued_at', '<=', pinsFrom)
        .whereRef('pin_issued_at', '<=', 'outbox.created_at')
        .where('outbox.credential_id', 'is', null)
        .where('outbox.state', '=', literal('cancelled'))
        .where('outbox.last_error', '=', reasons.expired)
        .where('outbox.expires_at', '>', expiredFrom)
        .where('centres.deleted_at', 'is', null)
      const pins = users
        .where('pin_state', '=', literal('issued'))
        .where('pin_issued_at', '>', pinsFrom)
        .where('pin_issued_at', '<=', pinsUntil)
      return [
        users.$asScalar().$notNull().as('users'),
        known.where('status', '=', 'active').$asScalar().$notNull().as('active'),
        known.where('status', '=', 'suspended').$asScalar().$notNull().as('suspended'),
        known.where('status', '=', 'deleted').$asScalar().$notNull().as('deletedUsers'),
        centres.$asScalar().$notNull().as('centres'),
        centres
          .where('status', '=', literal('approved'))
          .where('deleted_at', 'is', null)
          .$asScalar()
          .$notNull()
          .as('approved'),
        centres.where('deleted_at', 'is not', null).$asScalar().$notNull().as('deletedCentres'),
        messages.where('state', '=', literal('queued')).$asScalar().$notNull().as('waiting'),
        messages.where('state', '=', literal('failed')).$asScalar().$notNull().as('failed'),
        messages.where('state', '=', literal('unknown')).$asScalar().$notNull().as('unknown'),
        expired.$asScalar().$notNull().as('expiredLinks'),
        expiredPins.$asScalar().$notNull().as('expiredPins'),
        links.$asScalar().$notNull().as('links'),
        pins.$asScalar().$notNull().as('pins'),
      ]
    })
    .executeTakeFirstOrThrow()
  const [counted, shown] = await Promise.all([counting, imports])
  const { active, suspended, deletedUsers, approved, deletedCentres } = counted
  const { waiting, failed, unknown, expiredLinks, expiredPins, links, pins } = counted
  return {
    centres: { approved, active: counted.centres - approved - deletedCentres, deleted: deletedCentres },
    users: {
      invited: counted.users - active - suspended - deletedUsers,
      active,
      suspended,
      deleted: deletedUsers,
    },
    messages: { waiting, failed, unknown, expired: expiredLinks + expiredPins },
    /** Open set-up links and temporary passwords, and open PINs, that will expire soon. */
    lapsing: { links, pins },
    lastImports: shown,
  }
}

export type StoreCounts = Awaited<ReturnType<typeof storeCounts>>
