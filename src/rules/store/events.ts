import { readClocks, endWaitsAfter } from '../../db/clock.ts'
import { type Voided, voidIssuedAfter } from '../../db/credentials.ts'
import { timeOf, type Trx } from '../../db/transact.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'

/** Writes the first row of a store's audit log: when the store was created, and by whom. */
export async function recordStoreCreation(trx: Trx, { ctx }: { ctx: RuleContext }): Promise<void> {
  permit(ctx, 'store.init', { name: 'store' })
  await appendAudit(trx, { ...ctx, action: 'store.begun' })
}

/** Records a backup, because it takes everybody's personal data out of the store. */
export async function recordStoreBackup(trx: Trx, { ctx }: { ctx: RuleContext }): Promise<void> {
  permit(ctx, 'store.backup', { name: 'store' })
  await appendAudit(trx, { ...ctx, action: 'store.backed-up', kind: 'event' })
}

/** Records a copy, because it takes everybody's personal data out of the store; it is the copy's last event. */
export async function recordStoreCopy(
  trx: Trx,
  { to, ctx }: { to: string; ctx: RuleContext },
): Promise<void> {
  permit(ctx, 'store.copy', { name: 'store' })
  await appendAudit(trx, { ...ctx, action: 'store.copied', kind: 'event', facts: { to } })
}

interface Migration {
  from: number
  to: number
  ctx: RuleContext
}

/** Records when a store was migrated, and by whom. */
export async function recordStoreMigration(trx: Trx, { from, to, ctx }: Migration): Promise<void> {
  permit(ctx, 'store.migrate', { name: 'store' })
  await appendAudit(trx, {
    ...ctx,
    action: 'store.migrated',
    facts: { version: { before: from, after: to } },
  })
}

interface AcceptedClock {
  /** The time of the machine's clock, from which the store's time goes on. */
  acceptedAt: string
  lastEventAt: string | null
  voided: Voided
  changed: boolean
}

/**
 * Resets a store time that ran ahead to the machine's clock. PINs and links issued after that clock would live too
 * long, and are voided. Runs in a transaction whose clock is accepted.
 */
export async function acceptClock(trx: Trx, { ctx }: { ctx: RuleContext }): Promise<AcceptedClock> {
  permit(ctx, 'store.accept-clock', { name: 'store' })
  const { clock, lastEvent } = await readClocks(trx, timeOf(trx))
  const acceptedAt = clock.toISOString()
  if (!lastEvent || lastEvent <= clock) {
    const voided = { pins: 0, links: 0, letters: 0 }
    return { acceptedAt, lastEventAt: lastEvent?.toISOString() ?? null, voided, changed: false }
  }
  const lastEventAt = lastEvent.toISOString()
  const voided = await voidIssuedAfter(trx, acceptedAt)
  await endWaitsAfter(trx, acceptedAt)
  const facts = { clock: acceptedAt, lastEvent: lastEventAt, voided }
  await appendAudit(trx, { ...ctx, at: clock, action: 'store.clock-accepted', facts })
  return { acceptedAt, lastEventAt, voided, changed: true }
}
