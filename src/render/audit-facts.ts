import type { AuditEntry } from '../db/audit/events.ts'
import { count } from './text.ts'

/** What an event says besides who, what and when, as a person reads it; `--json` has all of it. */
export function factsInWords(
  { action }: Pick<AuditEntry, 'action'>,
  facts: Readonly<Record<string, unknown>>,
): string {
  if (/^centres\.import(ed|-undone)$/.test(action)) {
    const summary = importInWords(facts)
    if (summary) return `import ${summary.number}: ${summary.words}`
  }
  return namedParts(facts)
    .map(({ name, words }) => `${name} ${words}`)
    .join(', ')
}

function importInWords(facts: Record<string, unknown>): { number: number; words: string } | undefined {
  const { import: number, counts, undone = {}, left = 0 } = facts
  if (typeof number !== 'number' || typeof left !== 'number' || !isCounts(undone)) return undefined
  if (counts !== undefined && !isDone(counts)) return undefined
  const parts = counts ? doneInWords(counts) : []
  for (const [name, many] of Object.entries(undone)) if (many > 0) parts.push(`${spaced(name)} ${many}`)
  if (left > 0) parts.push(`${left} left alone`)
  return { number, words: parts.join(', ') || 'nothing changed' }
}

type Counts = Record<string, number>

interface Done {
  rows: Counts
  centres: Counts
  users: Counts
}

function isCounts(value: unknown): value is Counts {
  return typeof value === 'object' && value !== null && Object.values(value).every(Number.isFinite)
}

function isDone(value: unknown): value is Done {
  if (typeof value !== 'object' || value === null) return false
  const parts = new Map<string, unknown>(Object.entries(value))
  return ['rows', 'centres', 'users'].every((part) => isCounts(parts.get(part)))
}

function doneInWords({ rows, centres, users }: Done): string[] {
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
