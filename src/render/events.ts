import type { AuditEntry } from '../db/audit/events.ts'
import type { View } from '../cli/terminal.ts'
import { inWords } from './event-words.ts'
import { oneLine, record } from './clean-text.ts'
import { table } from './table.ts'
import { ago, plainTime } from './times.ts'

/** An event as one record for a pipe. */
export function renderEvent({ id, at, kind, action, subject, actor, operator, details }: AuditEntry): string {
  return record([id, at, kind, action, subject, actor ?? 'staff', operator, JSON.stringify(details)])
}

export function renderEvents(
  { events, total }: { events: readonly AuditEntry[]; total: number },
  view: View,
): string {
  if (events.length === 0) return 'Nothing of that kind has happened.'
  const rows = events.map((event) => {
    const { id, at, action, kind, subject, actor, operator } = event
    const what = kind === 'refusal' ? `${action}, refused` : action
    return [id, ago(at, view.now), what, subject, actor ?? operator ?? 'Cambridge staff', inWords(event)]
  })
  const drawn = table(['No.', 'When', 'What', 'To whom', 'By', 'Details'], rows, view)
  if (events.length === total) return drawn
  return `${drawn}\n${view.chalk.dim(`${total - events.length} more: --limit ${total}`)}`
}

/** One line for the end of `users show` and `centres show`. */
export function eventLine(event: AuditEntry): string {
  const { at, action, kind, actor, operator } = event
  const what = kind === 'refusal' ? `${action}, refused` : action
  const words = inWords(event)
  const by = `by ${actor ?? 'Cambridge staff'}${operator === null ? '' : ` (${operator})`}`
  return oneLine(`  ${plainTime(at)}  ${what}  ${by}${words ? `: ${words}` : ''}`)
}

/** The log as a sheet: one row an event, what it says in words in the last column; the `.jsonl` file has all of it. */
export function eventSheet(events: AsyncIterable<AuditEntry>) {
  return {
    name: 'Audit log',
    columns: [
      { heading: 'No.', width: 8 },
      { heading: 'When (UTC)', width: 24 },
      { heading: 'Kind', width: 10 },
      { heading: 'Action', width: 26 },
      { heading: 'Subject', width: 34 },
      { heading: 'Actor', width: 30 },
      { heading: 'Operator', width: 24 },
      { heading: 'Command', width: 24 },
      { heading: 'Details', width: 60 },
    ],
    rows: rowsOf(events),
    wrapped: true,
    print: { landscape: true },
  }
}

async function* rowsOf(events: AsyncIterable<AuditEntry>) {
  for await (const event of events) {
    const { id, at, kind, action, subject, actor, operator, details } = event
    const cells = [at, kind, action, subject, actor ?? 'staff', operator, details.command, inWords(event)]
    yield [id, ...cells.map((cell) => oneLine(cell === null ? '' : String(cell)))]
  }
}
