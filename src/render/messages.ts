import type { OutboxRow } from '../db/schema.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { type Fact, factLines, type Field, field, timeField } from './fields.ts'
import { table, type View } from './table.ts'
import { plainTime } from '../plain-time.ts'
import type { Shape } from './json.ts'

/** A message as the answers show it. */
export type Message = Shape<'message'>

/** Whether the message is still owed: the command that owes it ends with 9. */
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

/** What a list says of a message. */
export const messageFields = {
  id: field<Message>('No.', ({ id }) => id),
  to: field<Message>('To', ({ to }) => to),
  letter: field<Message>('Letter', ({ letter }) => letter),
  subject: field<Message>('Subject', ({ subject }) => subject),
  state: field<Message>('State', ({ state }) => state),
  attempts: field<Message>('Tries', ({ attempts }) => attempts),
  'last-error': field<Message>(
    'Error',
    ({ lastError }) => lastError,
    (message) => (isUndelivered(message) ? message.lastError : ''),
  ),
  created: timeField<Message>('Created', ({ createdAt }) => createdAt),
  delivered: timeField<Message>('Sent or written', ({ deliveredAt }) => deliveredAt),
  when: timeField<Message>('When', ({ createdAt, deliveredAt }) => deliveredAt ?? createdAt),
}

export const messagesInTable = ['id', 'to', 'letter', 'state', 'when'] as const
/** The address of a message is what somebody looks for. */
export const messagesDropOrder = ['letter', 'when', 'state'] as const
export const messagesInPipe = [
  'id',
  'to',
  'letter',
  'subject',
  'state',
  'attempts',
  'last-error',
  'created',
  'delivered',
] as const

/** Why a message is not delivered, whole; what to do about it stands with those that never will be. */
export function whyUndelivered(message: Message, { chalk }: Pick<View, 'chalk'>): string[] {
  const { id, to, state, lastError } = message
  if (!lastError || !isUndelivered(message)) return []
  const [what, next] =
    state === 'failed'
      ? ['failed', ['  ssh-admin mail send --failed']]
      : state === 'unknown'
        ? ['may have been sent', [`  ssh-admin mail show ${id}`]]
        : ['waits', ['  ssh-admin mail send']]
  return [`${chalk.yellow('!')} Message ${id} to ${oneLine(to)} ${what}: ${oneLine(lastError)}`, ...next]
}

/** Why a message that was to be sent never will be. */
export function whyCancelled(
  { id, to, state, lastError }: Message,
  { chalk }: Pick<View, 'chalk'>,
): string[] {
  if (state !== 'cancelled' || !lastError) return []
  return [`${chalk.dim('·')} Message ${id} to ${oneLine(to)} is cancelled. ${oneLine(lastError)}`]
}

/** The messages that a command did something with. */
export function renderMessages(messages: readonly Message[], view: View): string {
  if (!view.isTerminal)
    return messages
      .map((message) => tsvLine(messagesInPipe.map((name) => messageFields[name].value(message))))
      .join('\n')
  // Why there are none, and what waits, is said beside it.
  if (messages.length === 0) return ''
  const fields: Field<Message>[] = messagesInTable.map((name) => messageFields[name])
  return table(
    fields.map(({ heading }) => heading),
    messages.map((message) => fields.map((one) => (one.shown ?? one.value)(message, view))),
    view,
    { key: messagesInTable.indexOf('to') },
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
export function renderMessage({ message, written, text, page }: ShownMessage, view: View): string {
  const { id, to, subject, state, attempts, lastError, createdAt, deliveredAt } = message
  const time = (iso: string) => (view.isTerminal ? plainTime(iso) : iso)
  const facts: Fact[] = [
    ['State', lastError ? `${state}: ${lastError}` : state],
    ['Tries', attempts],
    ['Queued', time(createdAt)],
    [state === 'written' ? 'Written' : 'Sent', deliveredAt === null ? null : time(deliveredAt)],
    ['File', written],
    ['Page', page],
  ]
  const lines = view.isTerminal
    ? [view.chalk.bold(oneLine(`Message ${id}: ${subject}`)), '', ...factLines([['To', to], ...facts])]
    : forPipe([['Message', id], ['To', to], ['Subject', subject], ...facts])
  return [...lines, '', ...text.trimEnd().split('\n').map(oneLine)].join('\n')
}

function forPipe(facts: readonly Fact[]): string[] {
  return facts.flatMap(([name, value]) =>
    value === null ? [] : [`${`${name}:`.padEnd(11)}${oneLine(value)}`],
  )
}
