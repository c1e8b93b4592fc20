import * as z from 'zod'
import type { AuditEntry } from '../db/audit/events.ts'
import { oneLine } from './clean-text.ts'
import { field } from './fields.ts'
import { ago, count, plainTime } from './text.ts'

/** What a list says of an event. */
export const eventFields = {
  id: field<AuditEntry>('No.', ({ id }) => id),
  at: field<AuditEntry>(
    'When',
    ({ at }) => at,
    ({ at }, { now }) => ago(at, now),
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
  details: field<AuditEntry>('Details', ({ details }) => JSON.stringify(details), inWords),
  by: field<AuditEntry>('By', ({ actor, operator }) => actor ?? operator ?? 'Cambridge staff'),
}

export const eventsInTable = ['id', 'at', 'action', 'subject', 'by', 'details'] as const
export const eventsInPipe = ['id', 'at', 'kind', 'action', 'subject', 'actor', 'operator', 'details'] as const

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

/** What an event says besides who, what and when, as a person reads it; `--json` has all of it. */
function inWords({ action, details, subject }: Pick<AuditEntry, 'action' | 'details' | 'subject'>) {
  const { command: _, ...facts } = details
  if (/^centres\.import(ed|-undone)$/.test(action)) {
    const told = importInWords(facts)
    if (told) return `import ${told.number} (${subject ?? 'a workbook'}): ${told.words}`
  }
  return namedParts(facts)
    .map(({ name, words }) => `${name} ${words}`)
    .join(', ')
}

/** Made for the events of imports alone. */
function importFacts() {
  const counts = z.record(z.string(), z.number())
  return z.object({
    import: z.number(),
    counts: z.object({ rows: counts, centres: counts, users: counts }).optional(),
    undone: counts.optional(),
    left: z.number().optional(),
  })
}

function importInWords(facts: Record<string, unknown>): { number: number; words: string } | undefined {
  const read = importFacts().safeParse(facts)
  if (!read.success) return undefined
  const { import: number, counts, undone = {}, left = 0 } = read.data
  const parts = counts ? doneInWords(counts) : []
  for (const [name, many] of Object.entries(undone)) if (many > 0) parts.push(`${spaced(name)} ${many}`)
  if (left > 0) parts.push(`${left} left alone`)
  return { number, words: parts.join(', ') || 'nothing changed' }
}

type Counts = NonNullable<z.infer<ReturnType<typeof importFacts>>['counts']>

function doneInWords({ rows, centres, users }: Counts): string[] {
  const parts = ['created', 'replaced', 'renamed', 'restored', 'deleted'].flatMap((done) => {
    const whom = [
      ...(centres[done] ? [count(centres[done], 'centre')] : []),
      ...(users[done] ? [count(users[done], 'user')] : []),
    ]
    return whom.length > 0 ? [`${whom.join(' and ')} ${done}`] : []
  })
  return rows.heldBack ? [...parts, `${count(rows.heldBack, 'row')} held back`] : parts
}

const seal = /^(sha256:)?[0-9a-f]{64}$/

function said(value: unknown): string {
  if (value === null) return 'none'
  if (Array.isArray(value)) return value.map(said).join(' ')
  // Digests and seals are for programs to compare.
  if (typeof value !== 'object') return seal.test(String(value)) ? '' : String(value)
  const parts = new Map<string, unknown>(Object.entries(value))
  if (parts.has('before') && parts.has('after'))
    return `${said(parts.get('before'))} → ${said(parts.get('after'))}`
  return namedParts(value)
    .map(({ name, words }) => `${name} ${words}`)
    .join(' ')
}

function namedParts(facts: object): { name: string; words: string }[] {
  return Object.entries(facts)
    .map(([name, value]) => ({ name: spaced(name), words: said(value) }))
    .filter(({ words }) => words !== '')
}

/** `hubRole` is written for programs. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
