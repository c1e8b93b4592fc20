import type { OpenStore } from '../db/open.ts'
import { claimMessages, type Settled, settleMessages } from '../db/outbox-claims.ts'
import type { OutboxRow } from '../db/schema.ts'
import { commit, timeOf } from '../db/transact.ts'
import type { Actor } from '../rules/actor.ts'
import { headerText } from '../rules/header-text.ts'
import { record } from '../rules/record.ts'
import type { Outcome } from './line.ts'
import { nextTry } from './pauses.ts'

interface Claimant {
  store: OpenStore
  by: Actor
  now: () => Date
  /** Whose claim it is. */
  claimant: string
  /** How long a claim holds when its sender is gone, in milliseconds. */
  lease?: number
}

const tenMinutes = 600_000

/** Takes those of the messages that nobody else has in hand. */
export async function claim(
  ids: readonly number[],
  { store, now, lease = tenMinutes, claimant }: Claimant,
): Promise<OutboxRow[]> {
  const { result } = await commit(store, (trx) => claimMessages(trx, { ids, by: claimant, at: now(), lease }))
  return result
}

/** What is to be written down of a message, from what became of it. */
export function settled(row: OutboxRow, outcome: Outcome, at: Date): Settled {
  const lastError = 'why' in outcome ? headerText(outcome.why).slice(0, 300) : null
  const nextTryAt = outcome.state === 'queued' ? nextTry({ at, attempts: row.attempts }).toISOString() : null
  return { id: row.id, state: outcome.state, lastError, nextTryAt, file: null }
}

/** Writes it down, and an event in the log. */
export async function settle(
  results: readonly Settled[],
  { store, by, claimant, rows }: Claimant & { rows: readonly OutboxRow[] },
): Promise<void> {
  if (results.length === 0) return
  const counts: Record<string, number> = {}
  for (const { state } of results) counts[state] = (counts[state] ?? 0) + 1
  const [only] = rows
  await commit(store, async (trx) => {
    const at = timeOf(trx)
    await settleMessages(trx, { settled: results, by: claimant, at })
    const alone =
      rows.length === 1 && only ? { subject: only.to_address, userId: only.user_id ?? undefined } : {}
    const facts = rows.length === 1 ? { message: only?.id, letter: only?.letter, ...counts } : counts
    await record(trx, { by, at, action: 'mail.delivered', kind: 'event', facts, ...alone })
  })
}
