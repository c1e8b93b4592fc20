import type { MessageState, OutboxRow } from '../db/schema.ts'

/** A message as the answers show it. */
export interface Message {
  id: number
  to: string
  letter: string
  subject: string
  state: MessageState
  attempts: number
  lastError: string | null
  createdAt: string
  deliveredAt: string | null
}

/** Whether the message is still owed: the command that owes it ends with 9. */
export function isOwed({ state }: Pick<Message, 'state'>): boolean {
  return state === 'queued' || state === 'failed' || state === 'unknown'
}

export function messageOf(row: OutboxRow): Message {
  return {
    id: row.id,
    to: row.to_address,
    letter: row.letter,
    subject: row.subject,
    state: row.state,
    attempts: row.attempts,
    lastError: row.last_error,
    createdAt: row.created_at,
    deliveredAt: row.delivered_at,
  }
}
