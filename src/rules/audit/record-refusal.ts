import { slicesOf } from '../../db/pages.ts'
import type { Trx } from '../../db/transact.ts'
import type { Actor } from '../permissions/actor.ts'
import { appendAudit } from './append.ts'
import type { RefusedTarget } from './refused-targets.ts'

interface Refusal extends RefusedTarget {
  by: Actor
  at: Date
  /** What was tried. */
  action: string
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

/** The same of many: what one rule refused of one command is one event, or as many as name all who are there. */
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

async function append(trx: Trx, refusals: readonly Refusal[]): Promise<void> {
  const [first] = refusals
  if (first === undefined) return
  const { refusedTargets } = await import('./refused-targets.ts')
  const { known, unknown } = await refusedTargets(trx, refusals)
  if (refusals.length === 1) {
    const targets = known.length > 0 ? known : refusals
    return appendOne(trx, { of: first, targets, counts: {} })
  }
  if (known.length === 0) {
    const counts = { targets: unknown.length, unknown: unknown.length }
    return appendOne(trx, { of: first, targets: unknown.slice(0, 1), counts })
  }
  let left = known.length
  for (const targets of slicesOf(known, namedAtOnce)) {
    left -= targets.length
    const others = left > 0 ? 0 : unknown.length
    const counts = { targets: targets.length + others, ...(others > 0 ? { unknown: others } : {}) }
    await appendOne(trx, { of: first, targets, counts })
  }
}

/** Targets that one event names: of more, the rest are in the events after it. */
const namedAtOnce = 100

interface RefusalEvent {
  of: Refusal
  /** Those that it names. */
  targets: readonly RefusedTarget[]
  counts: { targets?: number; unknown?: number }
}

async function appendOne(trx: Trx, { of, targets: [first, ...others], counts }: RefusalEvent): Promise<void> {
  const { by, at, action, rule } = of
  const named = others.flatMap(({ subject: email, userId: id }, place) =>
    email === undefined ? [] : [[`target${place + 2}`, { id, email }] as const],
  )
  await appendAudit(trx, {
    by,
    at,
    action,
    subject: first?.subject,
    userId: first?.userId,
    kind: 'refusal',
    facts: { rule, ...counts },
    people: Object.fromEntries(named),
  })
}
