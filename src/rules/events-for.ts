import { type AuditEntry, importActions } from '../db/audit-events.ts'
import type { Actor } from './actor.ts'

/**
 * An event as the actor may read it. Who typed it at which machine is Cambridge's own business, and what
 * an import brought to other centres, or what its file was called, that of those centres.
 */
export function eventFor(by: Actor, event: AuditEntry): AuditEntry {
  if (by.kind === 'staff') return event
  const seen = { ...event, operator: null }
  if (!importActions.some((action) => action === event.action)) return seen
  return { ...seen, subject: null, details: { command: event.details.command } }
}
