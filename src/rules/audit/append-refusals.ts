import { centreIds } from '../../db/centres/centres.ts'
import { slicesOf } from '../../db/rows.ts'
import type { Trx } from '../../db/transact.ts'
import { latestAccountsOf } from '../../db/users/users.ts'
import type { Actor } from '../permissions/actor.ts'
import { readAddress } from '../users/email.ts'
import { appendAudit } from './append.ts'

/** The target of a refused command. */
interface RefusedTarget {
  /** The address or centre number of the target. */
  subject: string | undefined
  userId: number | undefined
}

export interface Refusal extends RefusedTarget {
  actor: Actor
  at: Date
  /** The action that was tried. */
  action: string
  rule: string
}

/** Records what one rule refused of one command: in one event, or in more where the known targets are too many. */
export async function appendRefusals(trx: Trx, refusals: readonly Refusal[]): Promise<void> {
  const [first] = refusals
  if (first === undefined) return
  const { known, unknown } = await refusedTargets(trx, refusals)
  if (refusals.length === 1) {
    const targets = known.length > 0 ? known : refusals
    return appendRefusalEvent(trx, { refusal: first, targets, counts: {} })
  }
  if (known.length === 0) {
    const counts = { targets: unknown.length, unknown: unknown.length }
    return appendRefusalEvent(trx, { refusal: first, targets: unknown.slice(0, 1), counts })
  }
  let remaining = known.length
  for (const targets of slicesOf(known, maxTargetsPerEvent)) {
    remaining -= targets.length
    const others = remaining > 0 ? 0 : unknown.length
    const counts = { targets: targets.length + others, ...(others > 0 ? { unknown: others } : {}) }
    await appendRefusalEvent(trx, { refusal: first, targets, counts })
  }
}

/** How many targets one event names; the others are named in further events. */
const maxTargetsPerEvent = 100

interface RefusalEvent {
  refusal: Refusal
  /** The targets that the event names. */
  targets: readonly RefusedTarget[]
  counts: { targets?: number; unknown?: number }
}

async function appendRefusalEvent(
  trx: Trx,
  { refusal, targets: [first, ...others], counts }: RefusalEvent,
): Promise<void> {
  const { actor, at, action, rule } = refusal
  const otherPeople = others.flatMap(({ subject: email, userId: id }, index) =>
    email === undefined ? [] : [[`target${index + 2}`, { id, email }] as const],
  )
  await appendAudit(trx, {
    actor,
    at,
    action,
    subject: first?.subject,
    userId: first?.userId,
    kind: 'refusal',
    facts: { rule, ...counts },
    people: Object.fromEntries(otherPeople),
  })
}

interface RefusedTargets {
  /** Accounts, deleted ones too, and centres. */
  known: RefusedTarget[]
  unknown: RefusedTarget[]
}

/** Removes repeated targets, and parts those that the store knows from those that it does not. */
async function refusedTargets(trx: Trx, targets: readonly RefusedTarget[]): Promise<RefusedTargets> {
  const unresolved = targets.flatMap(({ subject, userId }) => (userId === undefined ? (subject ?? []) : []))
  const keys = [...new Set(unresolved.flatMap(keyOf))]
  const numbers = [...new Set(unresolved.filter((subject) => keyOf(subject).length === 0))]
  const accounts = keys.length > 0 ? await latestAccountsOf(trx, keys) : new Map<string, number>()
  const centres = await centreIds(trx, numbers)

  const known = new Map<string | number, RefusedTarget>()
  const unknown = new Map<string, RefusedTarget>()
  for (const { subject, userId } of targets) {
    const [key] = subject === undefined ? [] : keyOf(subject)
    const id = userId ?? (key === undefined ? undefined : accounts.get(key))
    const name = id ?? key ?? subject ?? ''
    const target = { subject, userId: id }
    if (typeof name === 'number' || centres.has(name)) {
      if (!known.has(name)) known.set(name, target)
    } else if (!unknown.has(name)) unknown.set(name, target)
  }
  return { known: [...known.values()], unknown: [...unknown.values()] }
}

/** The key of an address; empty for a text that is not an address. */
function keyOf(subject: string): string[] {
  const address = readAddress(subject)
  return 'key' in address ? [address.key] : []
}
