import { endWaitsOfTheFuture } from '../../db/store/accept-clock.ts'
import { clocksOf } from '../../db/clock.ts'
import { timeOf, type Trx } from '../../db/transact.ts'
import { type Voided, voidIssuedAfter } from '../../db/credentials/void-all.ts'
import type { Given } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { record } from '../audit/append.ts'

export interface AcceptedClock {
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
