import type { OutboxRow } from '../db/schema.ts'
import type { View } from '../cli/terminal.ts'
import { type Message, messageOf } from './message.ts'
import { record } from './clean-text.ts'
import { table } from './table.ts'
import { ago } from './times.ts'

export function messagesJson(rows: readonly OutboxRow[], total: number) {
  return { messages: rows.map(messageOf), total }
}

/** Messages as a list. */
export function renderMessages(messages: readonly Message[], view: View): string {
  if (!view.isTerminal) {
    return messages
      .map(({ id, to, letter, subject, state, attempts, lastError, createdAt, deliveredAt }) =>
        record([id, to, letter, subject, state, attempts, lastError, createdAt, deliveredAt]),
      )
      .join('\n')
  }
  if (messages.length === 0) return 'No messages.'
  return table(
    ['No.', 'To', 'Letter', 'State', 'When', ''],
    messages.map(({ id, to, letter, state, createdAt, deliveredAt, lastError }) => [
      id,
      to,
      letter,
      state,
      ago(deliveredAt ?? createdAt, view.now),
      state === 'queued' || state === 'failed' || state === 'unknown' ? lastError : '',
    ]),
    view,
  )
}

/** How many of them ended in which state: `3 sent, 1 queued`. */
export function countedStates(messages: readonly Message[]): string {
  const counts = new Map<string, number>()
  for (const { state } of messages) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ')
}
