import type { Kysely } from 'kysely'
import { type AuditEntry, elsewhere, importActions } from '../../db/audit/events.ts'
import type { Store } from '../../db/schema.ts'
import { visibleNumbers } from '../../db/centres/visible.ts'
import type { Actor } from '../permissions/actor.ts'
import { visibleCentres } from '../permissions/decide.ts'

export { erasedActor } from '../../db/audit/events.ts'

type Reader = (event: AuditEntry) => AuditEntry

/**
 * Events as the actor may read them. Who typed it at which machine is Cambridge's own business; what an
 * import brought to other centres, what its file was called, and their numbers, are those of those centres.
 */
export async function eventsFor(db: Kysely<Store>, by: Actor): Promise<Reader> {
  const visible = visibleCentres(by)
  if (visible === 'all') return (event) => event
  const numbers = new Set(await visibleNumbers(db, visible))
  return (event) => {
    const seen = { ...event, operator: null }
    const { command } = event.details
    if (importActions.some((action) => action === event.action))
      return { ...seen, subject: null, details: { command } }
    // Why somebody elsewhere was refused tells of where they are.
    if (event.kind === 'refusal' && event.actor === elsewhere) return { ...seen, details: { command } }
    // Which server refused a message, and in which words, is Cambridge's own business too.
    if (event.action.startsWith('mail.')) return { ...seen, details: withoutReason(event.details) }
    // Nothing tells of those who may not be seen which of them are there.
    if (event.kind === 'refusal')
      return { ...seen, details: withoutOthers(numbers, withoutTargets(event.details)) }
    // What is said of a centre is only about that one.
    if (event.action.startsWith('centres.')) return seen
    return { ...seen, details: withoutOthers(numbers, event.details) }
  }
}

function withoutReason({ reason: _, ...facts }: Record<string, unknown>): Record<string, unknown> {
  return facts
}

/** Whom a command was refused for beside the first. */
function withoutTargets(facts: object): object {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !/^target\d+$/.test(name)))
}

/** Facts without the numbers of centres but these. */
function withoutOthers(numbers: ReadonlySet<string>, facts: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, without(numbers, fact)]))
}

function without(numbers: ReadonlySet<string>, fact: unknown): unknown {
  if (typeof fact === 'string') return isNumberOfOther(numbers, fact) ? elsewhere : fact
  if (Array.isArray(fact)) {
    return fact
      .filter((one) => typeof one !== 'string' || !isNumberOfOther(numbers, one))
      .map((one) => without(numbers, one))
  }
  return typeof fact === 'object' && fact !== null ? withoutOthers(numbers, fact) : fact
}

function isNumberOfOther(numbers: ReadonlySet<string>, text: string): boolean {
  return /^[A-Z0-9]{2,12}$/.test(text) && !numbers.has(text)
}
