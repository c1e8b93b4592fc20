import type { Kysely } from 'kysely'
import { actionsOnImports, type AuditEntry, hiddenValue } from '../../db/audit/events.ts'
import type { Store } from '../../db/schema.ts'
import { visibleNumbers } from '../../db/centres/visible.ts'
import type { Actor } from '../permissions/actor.ts'
import { visibleCentres } from '../permissions/decide.ts'

export { erasedActor } from '../../db/audit/events.ts'

type EventRedactor = (event: AuditEntry) => AuditEntry

/**
 * Makes a function that removes from an event what the actor may not read: the operator, which only Cambridge staff
 * see, and for imports the file name and everything else that concerns other centres, including their numbers.
 */
export async function eventRedactor(db: Kysely<Store>, actor: Actor): Promise<EventRedactor> {
  const visible = visibleCentres(actor)
  if (visible === 'all') return (event) => event
  const numbers = new Set(await visibleNumbers(db, visible))
  return (event) => {
    const seen = { ...event, operator: null }
    const { command } = event.details
    if (actionsOnImports.some((action) => action === event.action))
      return { ...seen, subject: null, details: { command } }
    // Only Cambridge staff see which server refused a message, and in which words.
    if (event.action.startsWith('mail.')) return { ...seen, details: withoutReason(event.details) }
    if (event.kind === 'refusal') {
      // The reason for refusing an actor of another centre would tell which centre that is.
      const facts =
        event.actor === hiddenValue
          ? { command }
          : withoutOtherNumbers(numbers, withoutTargets(event.details))
      return withVisibleTargets({ ...seen, details: facts }, { of: event, numbers })
    }
    // The details of a centre's event concern that centre only.
    if (event.action.startsWith('centres.')) return seen
    return { ...seen, details: withoutOtherNumbers(numbers, event.details) }
  }
}

function withoutReason({ reason: _, ...facts }: Record<string, unknown>): Record<string, unknown> {
  return facts
}

const targetField = /^(?:subject|target\d+)$/

/** Removes the targets of a refusal and their counts. */
function withoutTargets({ targets: _, unknown: __, ...facts }: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !targetField.test(name)))
}

/** The position of a target in the list that was typed, from 1. */
function positionOf(field: string): number {
  return field === 'subject' ? 1 : Number(field.slice('target'.length))
}

/** Leaves in a refusal only the targets that the reader may see, and nothing on which or how many others there are. */
function withVisibleTargets(
  seen: AuditEntry,
  { of: { subject, names, details }, numbers }: { of: AuditEntry; numbers: ReadonlySet<string> },
): AuditEntry {
  const visible = Object.entries({ subject, ...details })
    .filter(
      ([field, value]) =>
        targetField.test(field) &&
        typeof value === 'string' &&
        value !== hiddenValue &&
        !isNumberOfOther(numbers, value),
    )
    .sort(([one], [other]) => positionOf(one) - positionOf(other))
  const renamed = visible.map(([field, value], at) => ({
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
      ...(others.length > 0 ? { targets: visible.length } : {}),
      ...Object.fromEntries(others.map(({ as, value }) => [as, value])),
    },
  }
}

/** Facts without the numbers of other centres than these. */
function withoutOtherNumbers(numbers: ReadonlySet<string>, facts: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [name, hideOtherNumbers(numbers, fact)]),
  )
}

function hideOtherNumbers(numbers: ReadonlySet<string>, fact: unknown): unknown {
  if (typeof fact === 'string') return isNumberOfOther(numbers, fact) ? hiddenValue : fact
  if (Array.isArray(fact)) {
    return fact
      .filter((one) => typeof one !== 'string' || !isNumberOfOther(numbers, one))
      .map((one) => hideOtherNumbers(numbers, one))
  }
  return typeof fact === 'object' && fact !== null ? withoutOtherNumbers(numbers, fact) : fact
}

function isNumberOfOther(numbers: ReadonlySet<string>, text: string): boolean {
  return /^[A-Z0-9]{2,12}$/.test(text) && !numbers.has(text)
}
