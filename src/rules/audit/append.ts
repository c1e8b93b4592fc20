import { insertAuditRow, type Personal } from '../../db/audit/append.ts'
import type { EventKind } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import type { Actor } from '../permissions/actor.ts'

export interface EventToAppend {
  actor: Actor
  at: Date
  /** What was done, noun and participle: `users.suspended`. */
  action: string
  /** The target; a user is given with their id, by which an erasure finds their values in the log. */
  subject?: { id: number; email: string } | string | undefined
  /** The user whose address the subject is, where the subject is given as text. */
  userId?: number
  /** Before, after, counts: nothing that names a person. */
  facts?: Record<string, unknown>
  /** Names and addresses, by field. */
  personal?: Record<string, string>
  /** Other people who are involved, keyed by their part: `coordinator`, `former`. */
  people?: Record<string, { id?: number | undefined; email: string } | null | undefined>
  kind?: EventKind
  /** The number of the log segment that this row begins, where it begins one. */
  segment?: number
}

/**
 * Appends an event to the audit log, in the transaction in which it happened. Of a dry run only refusals stay in the
 * log, marked as `dryRun`.
 */
export async function appendAudit(trx: Trx, event: EventToAppend): Promise<void> {
  const {
    actor,
    at,
    action,
    subject,
    facts = {},
    personal = {},
    people = {},
    segment,
    kind = 'change',
  } = event
  const [name, userId] = typeof subject === 'object' ? [subject.email, subject.id] : [subject, event.userId]
  const values: Personal[] = []
  if (actor.kind === 'user') values.push({ field: 'actor', value: actor.email, userId: actor.id })
  if (name !== undefined) values.push({ field: 'subject', value: name, userId })
  for (const [field, value] of Object.entries(personal)) values.push({ field, value, userId })
  for (const [field, person] of Object.entries(people)) {
    if (person) values.push({ field, value: person.email, userId: person.id })
  }
  await insertAuditRow(trx, {
    at: at.toISOString(),
    segment,
    operator: actor.operator,
    kind,
    action,
    command: actor.command,
    facts: actor.dryRun ? { ...facts, dryRun: true } : facts,
    personal: values,
  })
}
