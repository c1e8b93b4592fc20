import type { AuditEntry } from '../db/audit/events.ts'
import { oneLine } from './clean-text.ts'
import { field } from './fields.ts'
import { sentenceOf } from './audit-sentences.ts'
import { relativeTime } from './text.ts'
import { plainTime } from '../plain-time.ts'
import type { View } from './table.ts'

export const eventFields = {
  id: field<AuditEntry>('No.', ({ id }) => id),
  at: field<AuditEntry>(
    'When (UTC)',
    ({ at }) => at,
    // Nobody is told by 'three days ago' what came first.
    ({ at }) => plainTime(at).replace(' UTC', ''),
  ),
  kind: field<AuditEntry>('Kind', ({ kind }) => kind),
  action: field<AuditEntry>(
    'What',
    ({ action }) => action,
    ({ action, kind }) => (kind === 'refusal' ? `${action}, refused` : action),
  ),
  subject: field<AuditEntry>('To whom', ({ subject }) => subject),
  actor: field<AuditEntry>(
    'Actor',
    ({ actor }) => actor ?? 'staff',
    ({ actor }) => actor ?? 'Cambridge staff',
  ),
  operator: field<AuditEntry>('Operator', ({ operator }) => operator),
  details: field<AuditEntry>('Details', ({ details }) => JSON.stringify(details)),
  what: field<AuditEntry>('What happened', sentenceOf),
  by: field<AuditEntry>('By', ({ actor, operator }) => actor ?? operator ?? 'Cambridge staff'),
}

export const eventsInTable = ['id', 'at', 'what'] as const
export const eventsInPipe = ['id', 'at', 'kind', 'action', 'subject', 'actor', 'operator', 'details'] as const

/** One line for the end of `users show` and `centres show`, with the form of time that the rest of the screen has. */
export function eventLine(event: AuditEntry, { now }: Pick<View, 'now'>): string {
  return oneLine(`  ${relativeTime(event.at, now).padEnd(14)}  ${sentenceOf(event)}`)
}

/** As a program reads it: people by their addresses alone, as they were written. */
export function eventJson({ names: _, ...event }: AuditEntry) {
  return event
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
      { heading: 'What happened', width: 60 },
    ],
    rows: rowsOf(events),
    wrapped: true,
    print: { landscape: true },
  }
}

async function* rowsOf(events: AsyncIterable<AuditEntry>) {
  for await (const event of events) {
    const { id, at, kind, action, subject, actor, operator, details } = event
    const cells = [at, kind, action, subject, actor ?? 'staff', operator, details.command, sentenceOf(event)]
    yield [id, ...cells.map((cell) => oneLine(cell === null ? '' : String(cell)))]
  }
}
