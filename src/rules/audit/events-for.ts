import type { Kysely } from 'kysely'
import { type AuditEntry, hiddenValue, importActions } from '../../db/audit/events.ts'
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
    // Which server refused a message, and in which words, is Cambridge's own business too.
    if (event.action.startsWith('mail.')) return { ...seen, details: withoutReason(event.details) }
    if (event.kind === 'refusal') {
      // Why somebody elsewhere was refused tells of where they are.
      const facts =
        event.actor === hiddenValue ? { command } : withoutOthers(numbers, withoutTargets(event.details))
      return ofOwnTargets({ ...seen, details: facts }, { of: event, numbers })
    }
    // What is said of a centre is only about that one.
    if (event.action.startsWith('centres.')) return seen
    return { ...seen, details: withoutOthers(numbers, event.details) }
  }
}

function withoutReason({ reason: _, ...facts }: Record<string, unknown>): Record<string, unknown> {
  return facts
}

const targetField = /^(?:subject|target\d+)$/

/** Without whom a command was refused for beside the first, and how many they were. */
function withoutTargets({ targets: _, unknown: __, ...facts }: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !targetField.test(name)))
}

/** In the list that was typed. */
function positionOf(field: string): number {
  return field === 'subject' ? 1 : Number(field.slice('target'.length))
}

/** A refusal of those whom the reader may see: nothing tells which of the others are there, or how many. */
function ofOwnTargets(
  seen: AuditEntry,
  { of: { subject, names, details }, numbers }: { of: AuditEntry; numbers: ReadonlySet<string> },
): AuditEntry {
  const own = Object.entries({ subject, ...details })
    .filter(
      ([field, value]) =>
        targetField.test(field) &&
        typeof value === 'string' &&
        value !== hiddenValue &&
        !isNumberOfOther(numbers, value),
    )
    .sort(([one], [other]) => positionOf(one) - positionOf(other))
  const renamed = own.map(([field, value], at) => ({
    field,
    value,
    as: at === 0 ? 'subject' : `target${at + 1}`,
  }))
  const [first, ...others] = renamed
  const ownNames = renamed.flatMap(({ field, as }) =>
    names[field] === undefined ? [] : [[as, names[field]]],
  )
  return {
    ...seen,
    subject: typeof first?.value === 'string' ? first.value : subject === null ? null : hiddenValue,
    names: {
      ...(names.actor === undefined ? {} : { actor: names.actor }),
      ...Object.fromEntries(ownNames),
    },
    details: {
      ...seen.details,
      ...(others.length > 0 ? { targets: own.length } : {}),
      ...Object.fromEntries(others.map(({ as, value }) => [as, value])),
    },
  }
}

/** Facts without the numbers of centres but these. */
function withoutOthers(numbers: ReadonlySet<string>, facts: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, without(numbers, fact)]))
}

function without(numbers: ReadonlySet<string>, fact: unknown): unknown {
  if (typeof fact === 'string') return isNumberOfOther(numbers, fact) ? hiddenValue : fact
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
