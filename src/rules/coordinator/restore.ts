import type { Trx } from '../../db/transact.ts'
import { markRestored } from '../../db/users/changes.ts'
import type { Given } from '../permissions/actor.ts'
import { type Coordination, coordinationOf, noCoordinator } from './coordination.ts'
import { findCentre } from '../centres/find.ts'
import { onCentre, permit } from '../permissions/decide.ts'
import { record } from '../audit/append.ts'
import { refuseErased } from '../refusals.ts'

/** Restoring the coordinator gives everyone at the centre back exactly what they had. */
export async function restoreCoordinator(
  trx: Trx,
  { centre: number, given }: { centre: string; given: Given },
): Promise<Coordination> {
  const centre = await findCentre(trx, number, given)
  permit(given, 'coordinator.restore', onCentre(centre))
  const { coordinator, affected } = await coordinationOf(trx, { number, at: given.at, changed: false })
  if (!coordinator) throw noCoordinator(centre)
  if (coordinator.status !== 'suspended') {
    return coordinationOf(trx, { number, at: given.at, changed: false })
  }

  refuseErased(coordinator)
  const after = coordinator.statusBeforeSuspension ?? 'active'
  await markRestored(trx, { id: coordinator.id, status: after })
  await record(trx, {
    ...given,
    action: 'coordinator.restored',
    subject: centre.number,
    facts: { affected, status: { before: 'suspended', after } },
    people: { coordinator },
  })
  return coordinationOf(trx, { number, at: given.at, changed: true })
}
