import { claimMessages, type ClaimOutcome, newClaimant, saveClaimOutcomes } from '../db/outbox-claims.ts'
import { slicesOf } from '../db/rows.ts'
import type { OutboxRow } from '../db/schema.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { commit, timeOf, type Trx } from '../db/transact.ts'
import { appendAudit } from '../rules/audit/append.ts'
import { outcomeOfMessage } from '../rules/mail/outcome.ts'
import { headerText } from '../rules/mail/queue-message.ts'
import type { Actor, RuleContext } from '../rules/permissions/actor.ts'
import type { SendOutcome } from './smtp-connection.ts'

const minute = 60_000
/** How long a claim holds after its sender is gone. */
const lease = 10 * minute
const retryDelays = [5, 15, 60, 240].map((minutes) => minutes * minute)
const maxRetryDelay = 720 * minute

/** When a message that could not be sent is due again: growing pauses, up to half a day. */
function nextAttempt({ at, attempts }: { at: Date; attempts: number }): Date {
  return new Date(at.getTime() + (retryDelays[attempts] ?? maxRetryDelay))
}

interface Claimant {
  store: OpenStore
  actor: Actor
  now: () => Date
  /** Identifies the sender that makes the claim. */
  claimant: string
}

/** Claims those of the messages that nobody else has claimed. */
export async function claimWithin(
  trx: Trx,
  ids: readonly number[],
  { actor, now, claimant }: Claimant,
): Promise<OutboxRow[]> {
  const { claimed, interrupted } = await claimMessages(trx, { ids, claimant, at: now(), lease })
  const results = interrupted.map(({ id, state, last_error }) => ({ id, state, lastError: last_error }))
  await recordOutcomes(trx, { results, actor, rows: interrupted })
  return claimed
}

/** Claims the messages in a rehearsal, so that those that would be cancelled are. */
export async function claimAsRehearsal(
  trx: Trx,
  ids: readonly number[],
  { at }: Pick<RuleContext, 'at'>,
): Promise<void> {
  const claimant = newClaimant('folder')
  for (const slice of slicesOf(ids, 1000)) await claimMessages(trx, { ids: slice, claimant, at, lease })
}

/** The outcome to be saved for a message, given how sending it ended. */
export function claimOutcome(row: OutboxRow, outcome: SendOutcome, at: Date): ClaimOutcome {
  const lastError = 'reason' in outcome ? headerText(outcome.reason).slice(0, 300) : null
  const nextTryAt =
    outcome.state === 'queued' ? nextAttempt({ at, attempts: row.attempts }).toISOString() : null
  return { id: row.id, state: outcome.state, lastError, nextTryAt, file: null }
}

/** Saves the outcomes, with an event in the audit log for each state. */
export async function endClaims(
  results: readonly ClaimOutcome[],
  claimant: Claimant & { rows: readonly OutboxRow[] },
): Promise<void> {
  if (results.length > 0) await commit(claimant.store, (trx) => endClaimsWithin(trx, results, claimant))
}

/** `endClaims`, in the transaction that claimed the messages. */
export async function endClaimsWithin(
  trx: Trx,
  results: readonly ClaimOutcome[],
  { actor, claimant, rows }: Omit<Claimant, 'store'> & { rows: readonly OutboxRow[] },
): Promise<void> {
  if (results.length === 0) return
  await saveClaimOutcomes(trx, { settled: results, by: claimant, at: timeOf(trx) })
  await recordOutcomes(trx, { results, actor, rows })
}

type EndedMessage = Pick<OutboxRow, 'id' | 'state'> & Pick<ClaimOutcome, 'lastError'>

async function recordOutcomes(
  trx: Trx,
  { results, actor, rows }: { results: readonly EndedMessage[]; actor: Actor; rows: readonly OutboxRow[] },
): Promise<void> {
  const at = timeOf(trx)
  for (const state of new Set(results.map((result) => result.state))) {
    const sameState = results.filter((result) => result.state === state)
    const action = `mail.${outcomeOfMessage(state)}`
    await appendAudit(trx, { actor, at, action, kind: 'event', ...outcomeDetails(sameState, rows) })
  }
}

/**
 * The details of one message, with the failure's reason kept as personal data because an address may stand in it; of
 * many messages only their number.
 */
function outcomeDetails(
  sameState: readonly EndedMessage[],
  rows: readonly OutboxRow[],
): Pick<Parameters<typeof appendAudit>[1], 'facts' | 'subject' | 'userId' | 'personal'> {
  const [first] = sameState
  const row = rows.find(({ id }) => id === first?.id)
  if (sameState.length > 1 || !row) return { facts: { messages: sameState.length } }
  return {
    facts: { message: row.id, letter: row.letter },
    personal: first?.lastError ? { reason: first.lastError } : {},
    subject: row.to_address,
    userId: row.user_id ?? undefined,
  }
}
