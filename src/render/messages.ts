import type { OutboxRow } from '../db/schema.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { table, type View } from './table.ts'
import { ago } from './text.ts'
import type { JsonAnswer, Shape } from './json.ts'

/** A message as the answers show it. */
export type Message = Shape<'message'>

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

export function messagesJson(rows: readonly OutboxRow[], total: number): JsonAnswer<'messageList'> {
  return { messages: rows.map(messageOf), total }
}

/** Messages as a list. */
export function renderMessages(messages: readonly Message[], view: View): string {
  if (!view.isTerminal) {
    return messages
      .map(({ id, to, letter, subject, state, attempts, lastError, createdAt, deliveredAt }) =>
        tsvLine([id, to, letter, subject, state, attempts, lastError, createdAt, deliveredAt]),
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

interface ShownMessage {
  message: Message
  /** The file it was written to. */
  written: string | null
  text: string
  /** The page that was written just now. */
  page: string | null
}

/** One message: its facts, then its words. */
export function renderMessage({ message, written, text, page }: ShownMessage, { chalk }: View): string {
  const { id, to, subject, state, attempts, lastError, createdAt, deliveredAt } = message
  const facts: [string, string | number | null][] = [
    ['Message', id],
    ['To', to],
    ['Subject', subject],
    ['State', lastError ? `${state}: ${lastError}` : state],
    ['Tries', attempts],
    ['Queued', createdAt],
    ['Delivered', deliveredAt],
    ['File', written],
    ['Page', page],
  ]
  const lines = facts
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${chalk.bold(`${name}:`.padEnd(11))}${oneLine(value)}`)
  return [...lines, '', ...text.trimEnd().split('\n').map(oneLine)].join('\n')
}
