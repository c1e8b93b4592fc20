import type { MessageState } from '../../db/schema.ts'

/** What became of a message, in the words of the answers and of the audit log. */
export type MessageOutcome = (typeof outcomes)[MessageState]

const outcomes = {
  sent: 'message-sent',
  written: 'message-written',
  queued: 'message-waiting',
  cancelled: 'message-failed',
  failed: 'message-failed',
  unknown: 'message-failed',
} as const satisfies Readonly<Record<MessageState, string>>

export function outcomeOfMessage(state: MessageState): MessageOutcome {
  return outcomes[state]
}
