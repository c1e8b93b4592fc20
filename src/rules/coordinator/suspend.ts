import { voidOpenCredentials } from '../../db/credentials.ts'
import type { Trx } from '../../db/transact.ts'
import { markSuspended } from '../../db/users/changes.ts'
import type { Given } from '../permissions/actor.ts'
import { type Coordination, coordinationOf, noCoordinator } from './coordination.ts'
import { findCentre } from '../centres/find.ts'
import { onCentre, permit } from '../permissions/decide.ts'
import { record } from '../audit/append.ts'

/**
 * While a centre's coordinator is suspended, none of its other users has access [guide for
 * Associate coordinators]: derived when asked, so that nothing of theirs is touched.
 */
export async function suspendCoordinator(
  trx: Trx,
  { centre: number, given }: { centre: string; given: Given },
): Promise<Coordination> {
  const centre = await findCentre(trx, number, given)
  permit(given, 'coordinator.suspend', onCentre(centre))
  const { coordinator, affected } = await coordinationOf(trx, { number, at: given.at, changed: false })
  if (!coordinator) throw noCoordinator(centre)
  if (coordinator.status !== 'invited' && coordinator.status !== 'active') {
    return coordinationOf(trx, { number, at: given.at, changed: false })
  }

  await markSuspended(trx, { id: coordinator.id, before: coordinator.status, at: given.at })
  await voidOpenCredentials(trx, coordinator.id)
  await record(trx, {
    ...given,
    action: 'coordinator.suspended',
    subject: centre.number,
    facts: { affected, status: { before: coordinator.status, after: 'suspended' } },
    people: { coordinator },
  })
  return coordinationOf(trx, { number, at: given.at, changed: true })
}
