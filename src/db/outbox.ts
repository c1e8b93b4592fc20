import { type Insertable, type Kysely, type RawBuilder, sql } from 'kysely'
import { type Pages, pagesOf } from './pages.ts'
import { anyOf } from './portable.ts'
import { type Placeholders, prepared } from './prepared.ts'
import type { CredentialPurpose, MessageState, OutboxRow, OutboxTable, Store } from './schema.ts'
import { sendWithNext, transactionState, type Trx } from './transact.ts'

/** Why a message that waited is not sent any more. */
export type MessageReason = keyof typeof reasons

export const reasons = {
  replaced: 'A newer message took its place.',
  void: 'What it carries is not valid any more.',
  expired: 'What it carries expired before it could be sent.',
  asked: 'Cancelled by hand.',
  undone: 'The import was undone.',
  interrupted: 'The program that was sending it was stopped.',
} as const

interface NewMessage extends Omit<Insertable<OutboxTable>, 'state' | 'fields' | 'subject' | 'credential_id'> {
  fields: Readonly<Record<string, string>>
  /** As it is, or as a query finds it. */
  subject: string | RawBuilder<string>
  credential_id: RawBuilder<number> | null
}

/** Owes somebody a message; the commit that follows makes it due. */
export async function insertMessage(trx: Trx, message: NewMessage): Promise<OutboxRow> {
  const row = await trx
    .insertInto('outbox')
    .values({ ...message, fields: JSON.stringify(message.fields), state: 'queued' })
    .returningAll()
    .executeTakeFirstOrThrow()
  transactionState(trx).queued.push(row.id)
  return row
}

interface Cancelling {
  userId: number
  /** Only the messages that carry an open credential of one of these purposes. */
  carrying?: readonly CredentialPurpose[]
  /** Only this letter. */
  letter?: string
  reason: MessageReason
}

/** Cancels a user's waiting messages. */
export async function cancelMessages(
  trx: Trx,
  { userId, carrying, letter, reason }: Cancelling,
): Promise<void> {
  let query = trx
    .updateTable('outbox')
    .set({ state: 'cancelled', last_error: reasons[reason], next_try_at: null })
    .where('user_id', '=', userId)
    .where('state', '=', 'queued')
  if (carrying) {
    query = query.where('credential_id', 'in', (eb) =>
      eb
        .selectFrom('credentials')
        .select('id')
        .where('user_id', '=', userId)
        .where('state', '=', 'open')
        .where('purpose', 'in', [...carrying]),
    )
  }
  if (letter !== undefined) query = query.where('letter', '=', letter)
  await sendWithNext(trx, query)
}

/** Cancels the waiting messages of users that carry an open credential, or explain their PIN. */
export async function cancelCredentialMessages(
  trx: Trx,
  { userIds }: { userIds: readonly number[] },
): Promise<void> {
  await sendWithNext(trx, prepared(trx, cancelledCarriers, { userIds }))
}

function cancelledCarriers(trx: Kysely<Store>, { userIds }: Placeholders<{ userIds: readonly number[] }>) {
  return trx
    .updateTable('outbox')
    .set({ state: 'cancelled', last_error: reasons.void, next_try_at: null })
    .where(anyOf(sql.ref('user_id'), userIds))
    .where('state', '=', 'queued')
    .where((eb) =>
      eb.or([
        eb('letter', '=', 'account-activation'),
        eb('credential_id', 'in', (open) =>
          open
            .selectFrom('credentials')
            .select('id')
            .where(anyOf(sql.ref('credentials.user_id'), userIds))
            .where('credentials.state', '=', 'open'),
        ),
      ]),
    )
}

/** Cancels one waiting message, by hand. */
export async function cancelMessage(trx: Trx, id: number): Promise<void> {
  await trx
    .updateTable('outbox')
    .set({ state: 'cancelled', last_error: reasons.asked, next_try_at: null })
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .execute()
}

interface WaitingFilter {
  /** Only those whose pause is over. */
  dueAt?: Date
  importId?: number
}

/** Makes messages that were refused for good wait again. @returns their numbers */
export async function requeueFailed(
  trx: Trx,
  { importId }: Pick<WaitingFilter, 'importId'>,
): Promise<number[]> {
  let query = trx
    .updateTable('outbox')
    .set({ state: 'queued', next_try_at: null })
    .where('state', '=', 'failed')
  if (importId !== undefined) query = query.where('import_id', '=', importId)
  const rows = await query.returning('id').execute()
  return rows.map(({ id }) => id).sort((a, b) => a - b)
}

/** The letters of this user's messages that wait. */
export async function lettersWaitingFor(db: Kysely<Store>, userId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('outbox')
    .select('letter')
    .where('user_id', '=', userId)
    .where('state', '=', 'queued')
    .orderBy('id')
    .execute()
  return rows.map(({ letter }) => letter)
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

/** The numbers of the messages that wait, those tried least first, then oldest first: one that stops all the others must not stop them again. */
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
    query = query.where((eb) => eb.or([eb('next_try_at', 'is', null), eb('next_try_at', '<=', due)]))
  }
  if (importId !== undefined) query = query.where('import_id', '=', importId)
  return (await query.execute()).map(({ id }) => id)
}

/** Messages by their numbers, in that order of number. */
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
  /** The address as it is written to, in lower case. */
  to?: string
  importId?: number
}

/** Messages, newest first. */
export function streamMessages(
  db: Kysely<Store>,
  { reverse, limit, ...filter }: MessageFilter & { reverse: boolean; limit?: number },
): Pages<OutboxRow> {
  const found = messagesMatching(db, filter)
    .selectAll()
    .orderBy('id', reverse ? 'asc' : 'desc')
  return pagesOf(db, limit === undefined ? found : found.limit(limit))
}

export async function countMessages(db: Kysely<Store>, filter: MessageFilter): Promise<number> {
  const { n } = await messagesMatching(db, filter)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

/** The one place that knows which messages a list shows. */
function messagesMatching(db: Kysely<Store>, { states, letter, to, importId }: MessageFilter) {
  let query = db.selectFrom('outbox')
  if (states.length > 0) query = query.where('state', 'in', [...states])
  if (letter !== undefined) query = query.where('letter', '=', letter)
  if (to !== undefined) query = query.where(({ fn }) => fn<string>('lower', ['to_address']), '=', to)
  if (importId !== undefined) query = query.where('import_id', '=', importId)
  return query
}
