import { clocksOf, endWaitsOfTheFuture } from '../../db/clock.ts'
import { type Voided, voidIssuedAfter } from '../../db/credentials.ts'
import { timeOf, type Trx } from '../../db/transact.ts'
import { record } from '../audit/append.ts'
import type { Given } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'

/** The first row of a store's log: when it was begun, and by whom. */
export async function beginStore(trx: Trx, { given }: { given: Given }): Promise<void> {
  permit(given, 'store.init', { name: 'store' })
  await record(trx, { ...given, action: 'store.begun' })
}

/** A backup carries everybody's particulars out of the store: the log says when, and who made it. */
export async function backUpStore(trx: Trx, { given }: { given: Given }): Promise<void> {
  permit(given, 'store.backup', { name: 'store' })
  await record(trx, { ...given, action: 'store.backed-up', kind: 'event' })
}

interface Migration {
  from: number
  to: number
  given: Given
}

/** The log says when a store was brought up to date, and by whom. */
export async function migrateStore(trx: Trx, { from, to, given }: Migration): Promise<void> {
  permit(given, 'store.migrate', { name: 'store' })
  await record(trx, { ...given, action: 'store.migrated', facts: { version: { before: from, after: to } } })
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
export async function acceptClock(trx: Trx, { given }: { given: Given }): Promise<AcceptedClock> {
  permit(given, 'store.accept-clock', { name: 'store' })
  const { clock, lastEvent } = await clocksOf(trx, timeOf(trx))
  const acceptedAt = clock.toISOString()
  if (!lastEvent || lastEvent <= clock) {
    const voided = { pins: 0, links: 0, letters: 0 }
    return { acceptedAt, lastEventAt: lastEvent?.toISOString() ?? null, voided, changed: false }
  }
  const lastEventAt = lastEvent.toISOString()
  const voided = await voidIssuedAfter(trx, acceptedAt)
  await endWaitsOfTheFuture(trx, acceptedAt)
  const facts = { clock: acceptedAt, lastEvent: lastEventAt, voided }
  await record(trx, { ...given, at: clock, action: 'store.clock-accepted', facts })
  return { acceptedAt, lastEventAt, voided, changed: true }
}
