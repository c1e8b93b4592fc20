import { clocksOf, endWaitsBeyond } from '../../db/clock.ts'
import { type Voided, voidIssuedAfter } from '../../db/credentials.ts'
import { timeOf, type Trx } from '../../db/transact.ts'
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
