import type { AuditEntry } from '../db/audit-events.ts'
import type { View } from '../terminal.ts'
import { oneLine, record } from './one-line.ts'
import { table } from './table.ts'
import { ago, plainTime } from './when.ts'

/** An event as one record for a pipe. */
export function renderEvent({ id, at, kind, action, subject, actor, operator, details }: AuditEntry): string {
  return record([id, at, kind, action, subject, actor ?? 'staff', operator, JSON.stringify(details)])
}

export function renderEvents(
  { events, total }: { events: readonly AuditEntry[]; total: number },
  view: View,
): string {
  if (events.length === 0) return 'Nothing of that kind has happened.'
  const rows = events.map(({ id, at, action, kind, subject, actor, operator, details }) => [
    id,
    ago(at, view.now),
    kind === 'refusal' ? `${action}, refused` : action,
    subject,
    actor ?? operator,
    inWords(details),
  ])
  const drawn = table(['No.', 'When', 'What', 'To whom', 'By', 'Details'], rows, view)
  if (events.length === total) return drawn
  return `${drawn}\n${view.chalk.dim(`${total - events.length} more: --limit ${total}`)}`
}

/** One line for the end of `users show` and `centres show`. */
export function eventLine({ at, action, kind, actor, operator, details }: AuditEntry): string {
  const what = kind === 'refusal' ? `${action}, refused` : action
  const words = inWords(details)
  const by = `by ${actor ?? 'Cambridge staff'} (${operator})`
  return oneLine(`  ${plainTime(at)}  ${what}  ${by}${words ? `: ${words}` : ''}`)
}

/** The log as a sheet: one row an event, what it says as JSON in the last column. */
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
  }
}

async function* rowsOf(events: AsyncIterable<AuditEntry>) {
  for await (const { id, at, kind, action, subject, actor, operator, details } of events) {
    const { command, ...others } = details
    const cells = [at, kind, action, subject, actor ?? 'staff', operator, command, JSON.stringify(others)]
    yield [id, ...cells.map((cell) => oneLine(cell === null ? '' : String(cell)))]
  }
}

function inWords({ command: _, ...details }: Record<string, unknown>): string {
  return Object.entries(details)
    .map(([name, value]) => ({ name, words: said(value) }))
    .filter(({ words }) => words !== '')
    .map(({ name, words }) => `${spaced(name)} ${words}`)
    .join(', ')
}

function said(value: unknown): string {
  if (value === null) return 'none'
  if (Array.isArray(value)) return value.map(said).join(' ')
  if (typeof value !== 'object') return String(value)
  const parts = new Map<string, unknown>(Object.entries(value))
  if (parts.has('before') && parts.has('after'))
    return `${said(parts.get('before'))} → ${said(parts.get('after'))}`
  return [...parts]
    .map(([name, part]) => ({ name, words: said(part) }))
    .filter(({ words }) => words !== '')
    .map(({ name, words }) => `${spaced(name)} ${words}`)
    .join(' ')
}

/** `hubRole` is written for programs. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
