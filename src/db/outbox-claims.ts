import { ownerTag, statusOfOwnerTag } from '../unfinished-files.ts'
import { reasons } from './message-reasons.ts'
import type { MessageState, OutboxRow } from './schema.ts'
import { sendWithNext, type Trx } from './transact.ts'

interface Claim {
  ids: readonly number[]
  /** The claimant; a claim of another one holds until it lapses. */
  claimant: string
  at: Date
  /** How long a claim holds, in milliseconds. */
  lease: number
}

/** Marks the claims of a process that sends to a mail server: if it dies, its messages may have been sent. */
const serverPrefix = 'smtp:'

/** The claimant's name, with this process's tag, by which others on the machine can see whether it has ended. */
export function newClaimant(target: 'server' | 'folder'): string {
  return `${target === 'server' ? serverPrefix : ''}${ownerTag()}`
}

interface Claimed {
  claimed: OutboxRow[]
  /** Messages whose sender ended before it saved the outcome: they may have arrived, and are not sent again. */
  interrupted: OutboxRow[]
}

/** How long to wait before checking again whether a deleted centre was restored, in milliseconds. */
const hour = 3_600_000

/**
 * Claims those of the messages that still wait, and cancels those that are expired, void or outdated by now. Messages
 * whose credential or PIN is of no use while the centre is deleted go on waiting, so that its users lose nothing.
 */
export async function claimMessages(trx: Trx, { ids, claimant, at, lease }: Claim): Promise<Claimed> {
  const now = at.toISOString()
  const waiting = await trx
    .selectFrom('outbox')
    .leftJoin('credentials', 'credentials.id', 'outbox.credential_id')
    .leftJoin('users', 'users.id', 'outbox.user_id')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .selectAll('outbox')
    .select(['credentials.state as credential_state', 'users.pin_state as pin_state'])
    .select(['centres.deleted_at as centre_deleted_at', 'users.hub_role as hub_role'])
    .where('outbox.id', 'in', [...ids])
    .where('outbox.state', '=', 'queued')
    .orderBy('outbox.id')
    .execute()
  const lapsedBefore = new Date(at.getTime() - lease).toISOString()
  const claimed: OutboxRow[] = []
  const interrupted: OutboxRow[] = []
  for (const { credential_state, pin_state, centre_deleted_at, hub_role, ...row } of waiting) {
    if (!isFree(row, lapsedBefore)) continue
    if (row.claimed_by?.startsWith(serverPrefix)) {
      interrupted.push(await markUnknown(trx, row))
      continue
    }
    const expired = row.expires_at !== null && row.expires_at <= now
    const isAboutPin = row.import_id !== null && row.credential_id === null
    const isVoid = isAboutPin
      ? pin_state !== 'issued'
      : credential_state !== null && credential_state !== 'open'
    // An older version of ssh-admin did not cancel this letter when the coordinator was replaced.
    const isOutdated = row.letter.startsWith('coordinator-') && hub_role !== 'coordinator'
    if (expired || isVoid || isOutdated) {
      const last_error = isVoid ? reasons.void : expired ? reasons.expired : reasons.outdated
      await trx
        .updateTable('outbox')
        .set({ state: 'cancelled', last_error, next_try_at: null })
        .where('id', '=', row.id)
        .execute()
    } else if (centre_deleted_at !== null && (credential_state !== null || isAboutPin)) {
      const next_try_at = new Date(at.getTime() + hour).toISOString()
      const postponed = { last_error: reasons.centreDeleted, next_try_at, claimed_by: null, claimed_at: null }
      await sendWithNext(trx, trx.updateTable('outbox').set(postponed).where('id', '=', row.id))
    } else {
      const claim = { claimed_by: claimant, claimed_at: now }
      await sendWithNext(trx, trx.updateTable('outbox').set(claim).where('id', '=', row.id))
      claimed.push({ ...row, claimed_by: claimant, claimed_at: now })
    }
  }
  return { claimed, interrupted }
}

function isFree({ claimed_by, claimed_at }: OutboxRow, lapsedBefore: string): boolean {
  if (claimed_by === null || claimed_at === null || claimed_at <= lapsedBefore) return true
  return statusOfOwnerTag(claimed_by.replace(serverPrefix, '')) === 'ended'
}

const unclaimed = { claimed_by: null, claimed_at: null } as const

async function markUnknown(trx: Trx, row: OutboxRow): Promise<OutboxRow> {
  const change = { state: 'unknown', last_error: reasons.interrupted, next_try_at: null } as const
  await trx
    .updateTable('outbox')
    .set(({ eb }) => ({ ...change, ...unclaimed, attempts: eb('attempts', '+', 1) }))
    .where('id', '=', row.id)
    .execute()
  return { ...row, ...change, ...unclaimed }
}

export interface ClaimOutcome {
  id: number
  state: Exclude<MessageState, 'cancelled'>
  lastError: string | null
  nextTryAt: string | null
  file: string | null
}

/** The messages as they will be once their outcomes are saved. */
export function rowsWithOutcomes(
  rows: readonly OutboxRow[],
  { results, at }: { results: readonly ClaimOutcome[]; at: Date },
): OutboxRow[] {
  return results.flatMap((result) => {
    const row = rows.find(({ id }) => id === result.id)
    return row ? [{ ...row, ...columnsOf(result, at), attempts: row.attempts + 1 }] : []
  })
}

/** Saves the outcomes of claimed messages; one that was sent counts as sent even if it was cancelled meanwhile. */
export async function saveClaimOutcomes(
  trx: Trx,
  { settled: outcomes, by: claimant, at }: { settled: readonly ClaimOutcome[]; by: string; at: Date },
): Promise<void> {
  for (const outcome of outcomes) {
    const query = trx
      .updateTable('outbox')
      .set(({ eb }) => ({ ...columnsOf(outcome, at), attempts: eb('attempts', '+', 1) }))
      .where('id', '=', outcome.id)
      .where('claimed_by', '=', claimant)
    await sendWithNext(trx, outcome.state === 'queued' ? query.where('state', '=', 'queued') : query)
  }
}

function columnsOf({ state, lastError, nextTryAt, file }: ClaimOutcome, at: Date) {
  const delivered_at = state === 'sent' || state === 'written' ? at.toISOString() : null
  return { state, last_error: lastError, next_try_at: nextTryAt, file, delivered_at, ...unclaimed }
}
