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
