import { type Insertable, type Kysely, type RawBuilder, sql } from 'kysely'
import { type MessageReason, reasons } from './message-reasons.ts'
import { anyOf } from './portable.ts'
import { type Placeholders, prepared } from './prepared.ts'
import type { CredentialPurpose, OutboxRow, OutboxTable, Store } from './schema.ts'
import { sendWithNext, transactionState, type Trx } from './transact.ts'

interface NewMessage extends Omit<Insertable<OutboxTable>, 'state' | 'fields' | 'subject' | 'credential_id'> {
  fields: Readonly<Record<string, string>>
  /** The text itself, or a subquery that finds it. */
  subject: string | RawBuilder<string>
  credential_id: RawBuilder<number> | null
}

/** Queues a message, which becomes due with the commit. */
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
  let query = cancelled(trx, reason).where('user_id', '=', userId)
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

/** Cancels letters that are no longer true: waiting ones, and refused ones, which `mail send --failed` would send. */
export async function cancelOutdated(
  trx: Trx,
  { userId, letters }: { userId: number; letters: readonly string[] },
): Promise<void> {
  await sendWithNext(
    trx,
    trx
      .updateTable('outbox')
      .set({ state: 'cancelled', last_error: reasons.outdated, next_try_at: null })
      .where('user_id', '=', userId)
      .where('state', 'in', ['queued', 'failed'])
      .where('letter', 'in', [...letters]),
  )
}

/** Saves the fields and the name with which a message is sent. */
export async function saveSentWording(
  trx: Trx,
  { id, fields, to_name }: Pick<OutboxRow, 'id' | 'fields' | 'to_name'>,
): Promise<void> {
  await sendWithNext(trx, trx.updateTable('outbox').set({ fields, to_name }).where('id', '=', id))
}

/** Sets when the unsent PIN letters of an import expire, for the PINs issued at `issuedAt`. */
export async function setExpiryOfPinLetters(
  trx: Trx,
  { importId, issuedAt, expiresAt }: { importId: number; issuedAt: string; expiresAt: string },
): Promise<void> {
  const waiting = trx
    .updateTable('outbox')
    .set({ expires_at: expiresAt })
    .where('import_id', '=', importId)
    .where('credential_id', 'is', null)
    .where('state', 'in', ['queued', 'failed'])
    .where('user_id', 'in', (eb) => eb.selectFrom('users').select('id').where('pin_issued_at', '=', issuedAt))
  await sendWithNext(trx, waiting)
}

/** Changes the subject of the unsent letters of a kind. Previews belong to no user and keep theirs. */
export async function setSubjectOfWaiting(
  trx: Trx,
  { letter, subject }: Pick<OutboxRow, 'letter' | 'subject'>,
): Promise<void> {
  const waiting = trx
    .updateTable('outbox')
    .set({ subject })
    .where('letter', '=', letter)
    .where('state', 'in', ['queued', 'failed'])
    .where('user_id', 'is not', null)
    .where('to_address', '<>', '')
  await sendWithNext(trx, waiting)
}

/** Cancels the users' waiting messages that carry an open credential, or explain their PIN. */
export async function cancelCredentialMessages(
  trx: Trx,
  { userIds }: { userIds: readonly number[] },
): Promise<void> {
  await sendWithNext(trx, prepared(trx, cancelledCarriers, { userIds }))
}

function cancelledCarriers(trx: Kysely<Store>, { userIds }: Placeholders<{ userIds: readonly number[] }>) {
  return cancelled(trx, 'void')
    .where(anyOf(sql.ref('user_id'), userIds))
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
  await cancelled(trx, 'asked').where('id', '=', id).execute()
}

/** The update that cancels waiting messages. */
function cancelled(trx: Kysely<Store>, reason: MessageReason) {
  return trx
    .updateTable('outbox')
    .set({ state: 'cancelled', last_error: reasons[reason], next_try_at: null })
    .where('state', '=', 'queued')
}

/** The columns with the outcome of a message, and its wording as sent. */
export const deliveryColumns = [
  'state',
  'attempts',
  'last_error',
  'next_try_at',
  'claimed_by',
  'claimed_at',
  'delivered_at',
  'file',
  'subject',
  'to_name',
  'fields',
] as const

/** A message as another store has it. */
export type Delivery = Pick<OutboxRow, 'message_id' | (typeof deliveryColumns)[number]>

/** Copies the outcomes that these messages have in another store. */
export async function copyDeliveries(trx: Trx, deliveries: readonly Delivery[]): Promise<void> {
  for (const { message_id, ...delivery } of deliveries) {
    await sendWithNext(trx, trx.updateTable('outbox').set(delivery).where('message_id', '=', message_id))
  }
}

/** Makes messages that were refused for good wait again. @returns their numbers */
export async function requeueFailed(trx: Trx, { importId }: { importId?: number }): Promise<number[]> {
  let query = trx
    .updateTable('outbox')
    .set({ state: 'queued', next_try_at: null })
    .where('state', '=', 'failed')
  if (importId !== undefined) query = query.where('import_id', '=', importId)
  const rows = await query.returning('id').execute()
  return rows.map(({ id }) => id).sort((a, b) => a - b)
}
