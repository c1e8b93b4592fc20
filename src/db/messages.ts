import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import { countOf, type Pages, pagesOf, slicesOf } from './rows.ts'
import { reasons } from './message-reasons.ts'
import { anyOf } from './portable.ts'
import type { MessageState, OutboxRow, Store } from './schema.ts'

/** For how long a message that expired before it could be sent is reported, in milliseconds. */
const expiredShown = 30 * 86_400_000

/** From when on what a message carried must have expired for it to be reported at `at`; an ISO time. */
export function expiredSince(at: Date): string {
  return new Date(at.getTime() - expiredShown).toISOString()
}

/**
 * Whether a message was cancelled because its link, code or PIN expired before it could be sent, and its recipient has
 * nothing newer: the credential is void once a newer one is issued, a password set or the account suspended.
 */
function isExpiredUnsent({ and, eb, exists, selectFrom, or }: ExpressionBuilder<Store, 'outbox'>) {
  return and([
    eb('outbox.state', '=', 'cancelled'),
    eb('outbox.last_error', '=', reasons.expired),
    exists(
      selectFrom('users')
        .innerJoin('centres', 'centres.id', 'users.centre_id')
        .leftJoin('credentials', 'credentials.id', 'outbox.credential_id')
        .select('users.id')
        .whereRef('users.id', '=', 'outbox.user_id')
        .where('centres.deleted_at', 'is', null)
        .where(
          or([
            eb(sql.ref('credentials.state'), '=', 'open'),
            and([
              eb('outbox.credential_id', 'is', null),
              eb(sql.ref('users.pin_state'), '=', 'issued'),
              eb(sql.ref('users.pin_issued_at'), '<=', sql.ref('outbox.created_at')),
            ]),
          ]),
        ),
    ),
  ])
}

/** Those of these messages whose recipients got nothing, because it expired before it could be sent. */
export async function expiredUnsent(db: Kysely<Store>, ids: readonly number[]): Promise<OutboxRow[]> {
  const found: OutboxRow[] = []
  for (const slice of slicesOf(ids, 1000)) {
    const query = db
      .selectFrom('outbox')
      .selectAll()
      .where(anyOf(sql.ref('outbox.id'), slice))
      .where(isExpiredUnsent)
      .orderBy('id')
    found.push(...(await query.execute()))
  }
  return found
}

/** The waiting messages that are not due yet. */
export async function pausedMessages(
  db: Kysely<Store>,
  { dueAt, importId }: WaitingFilter & { dueAt: Date },
): Promise<OutboxRow[]> {
  const due = new Set(await waitingMessages(db, { dueAt, importId }))
  const waiting = await waitingMessages(db, { importId })
  return findMessages(
    db,
    waiting.filter((id) => !due.has(id)),
  )
}

interface WaitingFilter {
  /** Only messages that are due at this time. */
  dueAt?: Date
  importId?: number
}

/** This user's messages in one of these states, by default the waiting ones. */
export async function lettersWaitingFor(
  db: Kysely<Store>,
  userId: number,
  { states = ['queued'] }: { states?: readonly MessageState[] } = {},
): Promise<Pick<OutboxRow, 'id' | 'letter'>[]> {
  return db
    .selectFrom('outbox')
    .select(['id', 'letter'])
    .where('user_id', '=', userId)
    .where('state', 'in', [...states])
    .orderBy('id')
    .execute()
}

/** The messages that wait, or were refused and can be sent with `mail send --failed`. */
export async function messagesNotSent(db: Kysely<Store>): Promise<Pick<OutboxRow, 'message_id' | 'state'>[]> {
  return db
    .selectFrom('outbox')
    .select(['message_id', 'state'])
    .where('state', 'in', ['queued', 'failed'])
    .execute()
}

/** How many of these messages would be sent: those that wait, except letters about a PIN that is no longer valid. */
export async function countToGoOut(db: Kysely<Store>, messageIds: readonly string[]): Promise<number> {
  return countOf(
    db
      .selectFrom('outbox')
      .leftJoin('users', 'users.id', 'outbox.user_id')
      .where(anyOf(sql.ref('outbox.message_id'), messageIds))
      .where('outbox.state', '=', 'queued')
      .where((eb) =>
        eb.or([
          eb('outbox.import_id', 'is', null),
          eb('outbox.credential_id', 'is not', null),
          eb('users.pin_state', '=', 'issued'),
        ]),
      ),
  )
}

/** The recipient of a message, with their present name and centre. */
export interface Recipient {
  firstName: string
  lastName: string
  /** Empty if the user has no centre. */
  centreName: string
  centreNumber: string
}

/** The recipients of these messages, by message number; only of those addressed to the user's present address. */
export async function recipientsOf(
  db: Kysely<Store>,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Recipient>> {
  const rows = await db
    .selectFrom('outbox')
    .innerJoin('users', 'users.id', 'outbox.user_id')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select(['outbox.id', 'users.first_name as firstName', 'users.last_name as lastName'])
    .select([
      sql<string>`coalesce(centres.name, '')`.as('centreName'),
      sql<string>`coalesce(centres.number, '')`.as('centreNumber'),
    ])
    .where(anyOf(sql.ref('outbox.id'), ids))
    .where(sql<boolean>`lower(outbox.to_address) = lower(users.email)`)
    .execute()
  return new Map(rows.map(({ id, ...recipient }) => [id, recipient]))
}

/** Whether the message with the user's open set-up link was cancelled, so that nobody has the link. */
export async function isSetUpMessageCancelled(db: Kysely<Store>, userId: number): Promise<boolean> {
  const row = await db
    .selectFrom('outbox')
    .innerJoin('credentials', 'credentials.id', 'outbox.credential_id')
    .select('outbox.id')
    .where('outbox.user_id', '=', userId)
    .where('outbox.state', '=', 'cancelled')
    .where('credentials.purpose', '=', 'set-up')
    .where('credentials.state', '=', 'open')
    .executeTakeFirst()
  return row !== undefined
}

/** The waiting messages of these users that no process has claimed. */
export async function messagesWaitingFor(
  db: Kysely<Store>,
  userIds: readonly number[],
): Promise<Pick<OutboxRow, 'id' | 'to_address'>[]> {
  if (userIds.length === 0) return []
  return db
    .selectFrom('outbox')
    .select(['id', 'to_address'])
    .where(anyOf(sql.ref('user_id'), userIds))
    .where('state', '=', 'queued')
    .where('claimed_by', 'is', null)
    .orderBy('id')
    .execute()
}

/** How many unclaimed messages of earlier imports of a workbook wait, by import. */
export async function messagesWaitingOf(
  db: Kysely<Store>,
  { digest }: { digest: string },
): Promise<{ importId: number; count: number }[]> {
  const rows = await db
    .selectFrom('outbox')
    .innerJoin('imports', 'imports.id', 'outbox.import_id')
    .select((eb) => ['imports.id', eb.fn.countAll<number>().as('count')])
    .where('imports.digest', '=', digest)
    .where('outbox.state', '=', 'queued')
    .where('outbox.claimed_by', 'is', null)
    .groupBy('imports.id')
    .orderBy('imports.id')
    .execute()
  return rows.map(({ id, count }) => ({ importId: id, count: Number(count) }))
}

/** The messages that were refused for good. */
export async function failedMessages(
  db: Kysely<Store>,
  { importId }: Pick<WaitingFilter, 'importId'>,
): Promise<OutboxRow[]> {
  let query = db.selectFrom('outbox').selectAll().where('state', '=', 'failed').orderBy('id')
  if (importId !== undefined) query = query.where('import_id', '=', importId)
  return query.execute()
}

/** The waiting messages' numbers, the least tried first, then the oldest, so that a failing one blocks no other. */
export async function waitingMessages(
  db: Kysely<Store>,
  { dueAt, importId }: WaitingFilter,
): Promise<number[]> {
  let query = db
    .selectFrom('outbox')
    .select('id')
    .where('state', '=', 'queued')
    .orderBy('attempts')
    .orderBy('id')
  if (dueAt) {
    const due = dueAt.toISOString()
    query = query.where((eb) =>
      eb.or([
        eb('next_try_at', 'is', null),
        eb('next_try_at', '<=', due),
        // A message held for a deleted centre is due once the centre is restored or the user has left it.
        eb.and([eb('last_error', '=', reasons.centreDeleted), eb.not(isAtDeletedCentre(eb))]),
      ]),
    )
  }
  if (importId !== undefined) query = query.where('import_id', '=', importId)
  return (await query.execute()).map(({ id }) => id)
}

function isAtDeletedCentre({ exists, selectFrom }: ExpressionBuilder<Store, 'outbox'>) {
  return exists(
    selectFrom('users')
      .innerJoin('centres', 'centres.id', 'users.centre_id')
      .select('users.id')
      .whereRef('users.id', '=', 'outbox.user_id')
      .where('centres.deleted_at', 'is not', null),
  )
}

/** Messages by their numbers, in the order of number. */
export async function findMessages(db: Kysely<Store>, ids: readonly number[]): Promise<OutboxRow[]> {
  if (ids.length === 0) return []
  return db
    .selectFrom('outbox')
    .selectAll()
    .where(anyOf(sql.ref('id'), ids))
    .orderBy('id')
    .execute()
}

export const messageStates: readonly MessageState[] = [
  'queued',
  'written',
  'sent',
  'failed',
  'unknown',
  'cancelled',
]

interface MessageFilter {
  states: readonly MessageState[]
  letter?: string
  /** The recipient's address, in lower case. */
  to?: string
  importId?: number
  /** Only those that expired at this ISO time or later, before they could be sent, and that nothing newer replaced. */
  expiredSince?: string
}

/** A message of a list; `expired_unsent` is 1 where it expired before it could be sent and nothing newer replaced it. */
export type ListedMessage = OutboxRow & { expired_unsent: number }

/** Messages, newest first. */
export function streamMessages(
  db: Kysely<Store>,
  { reverse, limit, ...filter }: MessageFilter & { reverse: boolean; limit?: number },
): Pages<ListedMessage> {
  const found = messagesMatching(db, filter)
    .selectAll()
    .select((eb) =>
      eb
        .case()
        .when(isExpiredUnsent(eb))
        .then(sql<number>`1`)
        .else(sql<number>`0`)
        .end()
        .as('expired_unsent'),
    )
    .orderBy('id', reverse ? 'asc' : 'desc')
  return pagesOf(db, limit === undefined ? found : found.limit(limit))
}

export function countMessages(db: Kysely<Store>, filter: MessageFilter): Promise<number> {
  return countOf(messagesMatching(db, filter))
}

/** The one place that decides which messages a list shows. */
function messagesMatching(
  db: Kysely<Store>,
  { states, letter, to, importId, expiredSince: since }: MessageFilter,
) {
  let query = db.selectFrom('outbox')
  if (states.length > 0) query = query.where('state', 'in', [...states])
  if (letter !== undefined) query = query.where('letter', '=', letter)
  if (to !== undefined) query = query.where(({ fn }) => fn<string>('lower', ['to_address']), '=', to)
  if (importId !== undefined) query = query.where('import_id', '=', importId)
  if (since !== undefined) query = query.where(isExpiredUnsent).where('expires_at', '>', since)
  return query
}
