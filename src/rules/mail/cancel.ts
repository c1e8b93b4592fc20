import { cancelMessage } from '../../db/outbox.ts'
import { findMessages } from '../../db/messages.ts'
import type { OutboxRow } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { numbersOfRows } from '../../db/rows.ts'
import { NotFound, Refused, Usage } from '../../errors.ts'
import type { LookUp } from '../batch.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

interface CancelledMessage {
  row: OutboxRow
  changed: boolean
}

/** Cancels a waiting message; a link or temporary password in it stays valid. @throws `not-waiting` */
export async function cancelMessageById(
  trx: Trx,
  { id, ctx }: { id: string; ctx: RuleContext },
): Promise<CancelledMessage> {
  const row = await findMessage(trx, id)
  permit(ctx, 'mail.cancel', { name: row.to_address })
  if (row.state === 'cancelled') return { row, changed: false }
  if (row.state !== 'queued') {
    throw new Refused('not-waiting', `Message ${id} does not wait any more: it is ${row.state}.`, {
      hint: `ssh-admin mail show ${id}`,
    })
  }

  await cancelMessage(trx, row.id)
  const facts = { message: row.id, letter: row.letter }
  await appendAudit(trx, {
    ...ctx,
    action: 'mail.cancelled',
    subject: row.to_address,
    userId: row.user_id ?? undefined,
    facts,
  })
  const [cancelled = row] = await findMessages(trx, [row.id])
  return { row: cancelled, changed: true }
}

/** A message by its number. @throws `message-not-found` */
export async function findMessage(db: Parameters<typeof findMessages>[0], id: string): Promise<OutboxRow> {
  const [row] = await findMessages(db, [parseMessageNumber(id)])
  if (row) return row
  throw messageNotFound(id)
}

/** Reads a message's number typed as an argument. @throws Usage */
export function parseMessageNumber(text: string): number {
  if (isNumber(text)) return Number(text)
  throw new Usage(`'${text}' is not the number of a message.`, {
    hint: 'ssh-admin mail list shows the numbers.',
  })
}

function isNumber(text: string): boolean {
  return /^\d{1,15}$/.test(text)
}

function messageNotFound(id: string): NotFound {
  return new NotFound('message-not-found', `There is no message ${id}.`, { hint: 'ssh-admin mail list' })
}

/** Looks up many messages at once by their numbers. */
export function lookUpMessages(trx: Trx): LookUp<number> {
  return {
    keyOf: (id) => (isNumber(id) ? Number(id) : undefined),
    find: (numbers) => numbersOfRows(trx, { table: 'outbox', numbers }),
    refusal: async (id) => messageNotFound(id),
  }
}
