import type { View } from '../cli/terminal.ts'
import type { Message } from './message.ts'
import { oneLine } from './clean-text.ts'

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
