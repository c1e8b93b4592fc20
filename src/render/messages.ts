import type { OutboxRow } from '../db/schema.ts'
import { formatNumber } from '../format-number.ts'
import type { Shape } from './json.ts'

export type Message = Shape<'message'>

/** Whether the message is still owed: a command that leaves a message owed ends with exit code 9. */
export function isUndelivered({ state }: Pick<Message, 'state'>): boolean {
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

/** The number of messages in each state: `3 sent, 1 queued`. */
export function countStates(messages: readonly Message[]): string {
  const counts = new Map<string, number>()
  for (const { state } of messages) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, count]) => `${formatNumber(count)} ${state}`).join(', ')
}
