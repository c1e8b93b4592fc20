import { clocksOf, endWaitsBeyond } from '../../db/clock.ts'
import { type Voided, voidEveryCredential, voidIssuedAfter } from '../../db/credentials.ts'
import { digestOfLog } from '../../db/audit/verify.ts'
import { forgetEveryWrongSignIn } from '../../db/rate-limits.ts'
import { changeFingerprint } from '../../db/store/facts.ts'
import { timeOf, transactionState, type Trx } from '../../db/transact.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'

/** The first row of a store's log: when it was begun, and by whom. */
export async function createStore(trx: Trx, { ctx }: { ctx: RuleContext }): Promise<void> {
  permit(ctx, 'store.init', { name: 'store' })
  await appendAudit(trx, { ...ctx, action: 'store.begun' })
}

/** A backup carries everybody's particulars out of the store: the log says when, and who made it. */
export async function backUpStore(trx: Trx, { ctx }: { ctx: RuleContext }): Promise<void> {
  permit(ctx, 'store.backup', { name: 'store' })
  await appendAudit(trx, { ...ctx, action: 'store.backed-up', kind: 'event' })
}

/** A copy carries everybody's particulars out of the store; the event is the last that it has. */
export async function noteCopy(trx: Trx, { to, ctx }: { to: string; ctx: RuleContext }): Promise<void> {
  permit(ctx, 'store.copy', { name: 'store' })
  await appendAudit(trx, { ...ctx, action: 'store.copied', kind: 'event', facts: { to } })
}

interface Migration {
  from: number
  to: number
  ctx: RuleContext
}

/** The log says when a store was brought up to date, and by whom. */
export async function migrateStore(trx: Trx, { from, to, ctx }: Migration): Promise<void> {
  permit(ctx, 'store.migrate', { name: 'store' })
  await appendAudit(trx, {
    ...ctx,
    action: 'store.migrated',
    facts: { version: { before: from, after: to } },
  })
}

interface AcceptedClock {
  /** What the machine's clock says: from here time counts anew. */
  acceptedAt: string
  lastEventAt: string | null
  voided: Voided
  changed: boolean
}

/**
 * The store's time is wrong, and the machine's clock is right. What was issued after it would live too
 * long, and is void. Runs in a transaction whose clock is accepted.
 */
export async function acceptClock(trx: Trx, { ctx }: { ctx: RuleContext }): Promise<AcceptedClock> {
  permit(ctx, 'store.accept-clock', { name: 'store' })
  const { clock, lastEvent } = await clocksOf(trx, timeOf(trx))
  const acceptedAt = clock.toISOString()
  if (!lastEvent || lastEvent <= clock) {
    const voided = { pins: 0, links: 0, letters: 0 }
    return { acceptedAt, lastEventAt: lastEvent?.toISOString() ?? null, voided, changed: false }
  }
  const lastEventAt = lastEvent.toISOString()
  const voided = await voidIssuedAfter(trx, acceptedAt)
  await endWaitsBeyond(trx, acceptedAt)
  const facts = { clock: acceptedAt, lastEvent: lastEventAt, voided }
  await appendAudit(trx, { ...ctx, at: clock, action: 'store.clock-accepted', facts })
  return { acceptedAt, lastEventAt, voided, changed: true }
}

interface Rekeying {
  /** Of the new key, with which this transaction is already sealed. */
  fingerprint: string
  ctx: RuleContext
}

/**
 * A new key makes every open PIN and link worthless. The audit log goes on in a new part, sealed
 * with the new key, whose first row names the head of the old one.
 */
export async function rekeyStore(trx: Trx, { fingerprint, ctx }: Rekeying): Promise<Voided> {
  permit(ctx, 'store.rekey', { name: 'store' })
  const voided = await voidEveryCredential(trx)
  await forgetEveryWrongSignIn(trx)
  const { last: head } = transactionState(trx)
  await changeFingerprint(trx, fingerprint)
  await appendAudit(trx, {
    ...ctx,
    action: 'store.rekeyed',
    segment: (head?.segment ?? 0) + 1,
    facts: {
      oldHead: head?.mac.toString('hex') ?? null,
      oldRows: head?.id ?? 0,
      // The old key is gone: from now on only this digest tells whether those rows are as they were.
      oldDigest: await digestOfLog(trx),
      voided,
    },
  })
  return voided
}
