import type { Trx } from '../../db/transact.ts'
import type { Actor } from '../permissions/actor.ts'
import { appendAudit } from './append.ts'

interface Refusal {
  by: Actor
  at: Date
  /** What was tried. */
  action: string
  /** The address or centre number that it was refused for. */
  subject: string | undefined
  userId: number | undefined
  rule: string
}

type Record = (trx: Trx) => Promise<void>

const refusals = new WeakMap<object, Refusal>()

/** What records a refusal, for `onRollback` of the failure. */
export function recordingRefusal(refusal: Refusal): Record {
  const record = (trx: Trx) => append(trx, [refusal])
  refusals.set(record, refusal)
  return record
}

/** The same of many: what one rule refused of one command is one event, however long its list. */
export function recordingTogether(records: readonly Record[]): Record {
  const alike = new Map<string, Refusal[]>()
  const others: Record[] = []
  for (const record of records) {
    const refusal = refusals.get(record)
    if (refusal === undefined) others.push(record)
    else {
      const key = JSON.stringify([refusal.action, refusal.rule])
      const known = alike.get(key)
      if (known) known.push(refusal)
      else alike.set(key, [refusal])
    }
  }
  return async (trx) => {
    for (const together of alike.values()) await append(trx, together)
    for (const record of others) await record(trx)
  }
}

/** Targets that an event names; it counts all. */
const maxNamed = 20

async function append(trx: Trx, [first, ...others]: readonly Refusal[]): Promise<void> {
  if (first === undefined) return
  const { by, at, action, subject, userId, rule } = first
  const named = others.slice(0, maxNamed - 1).flatMap(({ subject: email, userId: id }, place) => {
    return email === undefined ? [] : [[`target${place + 2}`, { id, email }] as const]
  })
  await appendAudit(trx, {
    by,
    at,
    action,
    subject,
    userId,
    kind: 'refusal',
    facts: { rule, ...(others.length > 0 ? { targets: others.length + 1 } : {}) },
    people: Object.fromEntries(named),
  })
}
